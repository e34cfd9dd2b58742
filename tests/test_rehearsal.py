"""What a teacher says, and how far outputs are from it."""

import numpy as np
import pytest
from thinc.api import Dropout, Linear, chain

from kernel.listeners import Channel, Listener
from kernel.rehearsal import has_weights, squared_difference, teacher, weighted

X = np.ones((2, 3), dtype="f")


def test_a_teacher_says_what_the_model_said_without_dropout():
    model = chain(Linear(4, 3), Dropout(0.9)).initialize()
    then = model.predict(X)
    made = teacher("one", model, ["a", "b", "c", "d"])
    model.layers[0].set_param("W", model.layers[0].get_param("W") * 3)
    for _ in range(3):
        assert np.array_equal(made(X, model.ops), then)
    assert made.outputs == ("a", "b", "c", "d")
    assert model.layers[1].attrs["dropout_rate"] == 0.9


class Text(list):
    """A document, as far as a channel minds."""

    __hash__ = object.__hash__


def test_teachers_of_listeners_hear_that_of_the_source_once():
    calls = []

    def vectors(model, docs, is_train):
        calls.append(len(docs))
        return [np.full((len(doc), 2), model.attrs["say"], dtype="f") for doc in docs], lambda grads: []

    from thinc.api import Model

    source, channel = Model("source", vectors, attrs={"say": 1.0}), Channel("source")
    listener = Listener(2)
    channel.add(listener, "one")
    first = teacher("source", source)
    others = [teacher(name, listener, (), {channel: first}) for name in ("one", "two")]
    source.attrs["say"] = 5.0
    docs = [Text("abc"), Text("de")]
    with first.heard(docs, source.ops):
        for other in others:
            assert [part.tolist() for part in other(docs, source.ops)] == [[[1, 1]] * 3, [[1, 1]] * 2]
            # A listener may leave documents out.
            assert len(other(docs[1:], source.ops)) == 1
    assert calls == [2]
    # By themselves they ask again, and nothing is kept.
    assert len(others[0](docs, source.ops)) == 2
    assert calls == [2, 2]
    assert not first.channel.is_open


@pytest.mark.parametrize("form", [np.asarray, lambda array: [array, array[:1]], lambda array: (array,)])
def test_the_squared_difference_has_the_form_of_the_scores(form):
    scores, taught = np.arange(6, dtype="f").reshape(2, 3), np.ones((2, 2), dtype="f")
    loss, gradient = squared_difference(form(scores), form(taught))
    assert type(gradient) is type(form(scores))
    parts = gradient if isinstance(gradient, list | tuple) else [gradient]
    assert parts[0].tolist() == [[-1, 0, 0], [2, 3, 0]]
    assert loss == sum(float((part * part).sum()) for part in parts)


def test_a_gradient_is_weighted_in_its_form():
    array = np.ones((2, 2), dtype="f")
    assert weighted(array, 1.0) is array
    assert weighted(array, 0.5).tolist() == [[0.5, 0.5]] * 2
    assert [part.tolist() for part in weighted([array, array[:1]], 2.0)] == [[[2, 2]] * 2, [[2, 2]]]


def test_a_model_without_weights_knows_nothing():
    model = chain(Linear(4, 3), Linear(2, 4))
    assert not has_weights(model)
    assert has_weights(model.initialize())
