"""Weights as bytes: what comes back, and what is refused."""

import numpy as np
import pytest
from thinc.api import Linear, Model, Relu, chain, fix_random_seed

from kernel.errors import DataError
from kernel.numeric.bytes import model_from_bytes, model_to_bytes, walk_paths


def model(width=4):
    fix_random_seed(1)
    made = chain(Relu(width, 3), Linear(2, width))
    made.initialize()
    made.attrs.update(classes={3, 1, 2}, names=["a"], table={"x": 1.5}, function=len, dropout_rate=0.3)
    return made


def test_weights_come_back():
    one, other = model(), chain(Relu(), Linear())
    for node in one.walk():
        for name in node.param_names:
            node.set_param(name, node.get_param(name) + 1)
    model_from_bytes(other, model_to_bytes(one))
    X = np.ones((2, 3), dtype="f")
    np.testing.assert_array_equal(one.predict(X), other.predict(X))
    assert other.attrs["classes"] == {1, 2, 3} and other.attrs["table"] == {"x": 1.5}
    assert "function" not in other.attrs
    # Loaded weights can be trained.
    other.layers[0].get_param("W")[0, 0] = 1


def test_equal_models_give_equal_bytes():
    one, other = model(), model()
    other.attrs["dropout_rate"] = 0.1
    assert model_to_bytes(one) == model_to_bytes(other)


def test_other_structures_are_refused_and_nothing_changes():
    data = model_to_bytes(model())
    for wrong, message in [
        (
            chain(Relu(4, 3), Linear(2, 4), Linear(2, 2)),
            "layer .*linear.* in the config, but not in the saved",
        ),
        (chain(Relu(4, 3), Relu(2, 4), Relu(2, 2)), "is in the config"),
        (Relu(4, 3), "not in the|is relu"),
    ]:
        wrong.initialize()
        before = model_to_bytes(wrong)
        with pytest.raises(DataError, match=message):
            model_from_bytes(wrong, data)
        assert model_to_bytes(wrong) == before


def test_other_sizes_are_refused_and_nothing_changes():
    wrong = model(5)
    before = model_to_bytes(wrong)
    with pytest.raises(DataError, match="nO.*5.*4"):
        model_from_bytes(wrong, model_to_bytes(model(4)))
    assert model_to_bytes(wrong) == before


def test_bytes_that_are_no_model():
    with pytest.raises(DataError, match="somewhere.*not the weights"):
        model_from_bytes(model(), b"\x00", where="somewhere")
    with pytest.raises(DataError, match="not the weights of a model: it is a file of another kind"):
        model_from_bytes(model(), b"3 2\nthe 1 2\n")
    with pytest.raises(DataError, match="not the weights of a model: they are damaged or cut off"):
        model_from_bytes(model(), model_to_bytes(model())[:-3])


def test_shared_layers_are_stored_once():
    shared = Linear(3, 3)
    made = Model(
        "both", lambda model, X, is_train: (X, lambda d: d), layers=[shared, chain(shared, Relu(3, 3))]
    )
    assert [path for path, _ in walk_paths(made)] == ["", "0", "1", "1.1"]
