"""Vectors as a config makes them."""

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.vocab import Vectors, Vocab
from kernel.vocab.vectors import Subwords, make_vectors


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


def test_a_table_brings_its_own_mode_and_settings(tmp_path):
    vocab = Vocab()
    vocab.vectors = make_vectors(mode="floret")(vocab)
    assert vocab.vectors.mode == "floret" and not vocab.vectors and not vocab.has_vector("word")
    Vectors(data=np.ones((3, 2)), mode="floret", minn=1, maxn=1, bow="«").to_disk(tmp_path)
    for mode in ("floret", "default"):
        vocab.vectors = make_vectors(mode=mode)(vocab)
        vocab.vectors.from_disk(tmp_path)
        assert (vocab.vectors.minn, vocab.vectors.maxn, vocab.vectors.bow, vocab.vectors.eow) == (
            1,
            1,
            "«",
            ">",
        )
        assert vocab.vectors.subwords == Subwords(minn=1, maxn=1, bow="«") and vocab.vectors.n_keys == -1
