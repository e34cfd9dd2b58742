"""What a model remembers of its vectors."""

import re

import numpy as np
import pytest
from thinc.api import Linear, chain

from kernel.errors import DataError
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.vocab import Vectors
from kernel.vocab.vectors import check_trained_with, remember, remembers


def made(name, value):
    return Vectors(data=np.full((2, 3), value), keys=["a", "b"], name=name)


@pytest.fixture
def model():
    model = chain(Linear(3, 3), Linear(2, 3))
    model.initialize()
    remember(model.layers[1], made("one", 1))
    return model


def test_the_same_vectors_under_any_name_are_accepted(model):
    check_trained_with(model, made("another name", 1), "the tagger")
    assert remembers(model) and not remembers(model.layers[0])


def test_other_vectors_are_refused_with_both_names(model):
    known, here = made("one", 1).digest[:8], made(None, 2).digest[:8]
    message = (
        f"the tagger was trained with the static vectors 'one' (default, 3 wide, digest {known}), which are not those that are "
        f"here: without a name (default, 3 wide, digest {here})"
    )
    with pytest.raises(DataError, match=re.escape(message)):
        check_trained_with(model, made(None, 2), "the tagger")


def test_no_vectors_are_refused(model):
    with pytest.raises(
        DataError, match=r"trained with the static vectors 'one' .*, and there are no vectors here"
    ):
        check_trained_with(model, Vectors(), "the tagger")


def test_vectors_that_were_changed_since_are_the_same(model):
    vectors = made("one", 1)
    check_trained_with(model, vectors, "the tagger")
    vectors.set("new", np.ones(3))
    vectors.data[0] = 4
    check_trained_with(model, vectors, "the tagger")
    vectors.resize((1, 3))
    check_trained_with(model, Vectors().from_bytes(vectors.to_bytes()), "the tagger")


def test_a_note_goes_with_the_weights(model):
    other = chain(Linear(3, 3), Linear(2, 3))
    model_from_bytes(other, model_to_bytes(model))
    with pytest.raises(DataError, match="not those that are here"):
        check_trained_with(other, made("two", 2), "the tagger")
    check_trained_with(other, made("one", 1), "the tagger")


def test_a_table_that_was_saved_and_changed_many_times_is_still_known(model):
    vectors = made("one", 1)
    for number in range(40):
        assert vectors.digest
        vectors.set("a", np.full(3, number + 2))
        vectors = Vectors().from_bytes(vectors.to_bytes())
    check_trained_with(model, vectors, "component 'ner'")
