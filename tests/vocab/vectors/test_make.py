"""Vectors as a config makes them."""

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.vocab import Vectors, Vocab
from kernel.vocab.vectors import make_vectors


def test_vectors_from_a_config():
    vocab = Vocab()
    vectors = make_vectors()(vocab)
    assert vectors.strings is vocab.strings and vectors.mode == "default"
    with pytest.raises(DataError, match="no vectors of the mode 'glove', only of 'default' and 'floret'"):
        make_vectors(mode="glove")


def test_vectors_can_be_looked_up_by_another_attribute():
    vocab = Vocab()
    vocab.vectors = make_vectors(attr="LOWER")(vocab)
    vocab.set_vector("king", np.ones(2))
    assert Doc(vocab, ["KING"])[0].has_vector


def test_vectors_of_ngrams(tmp_path):
    settings = {
        "mode": "floret",
        "minn": 2,
        "maxn": 4,
        "hash_count": 2,
        "hash_seed": 3,
        "bow": "«",
        "eow": "»",
    }
    vectors = make_vectors(**settings)(Vocab())
    assert vectors.mode == "floret" and vectors.subwords.as_dict() == {
        name: value for name, value in settings.items() if name != "mode"
    }
    with pytest.raises(DataError, match="hash_count of vectors is 1 to 4, not 9"):
        make_vectors(mode="floret", hash_count=9)
    # A table brings its own settings.
    Vectors(data=np.ones((3, 2)), mode="floret", minn=1, maxn=1).to_disk(tmp_path)
    vocab = Vocab()
    vocab.vectors = make_vectors()(vocab)
    vocab.vectors.from_disk(tmp_path)
    assert vocab.vectors.subwords.minn == 1 and vocab.vectors.n_keys == -1
