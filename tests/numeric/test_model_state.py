"""What training changes in models comes back by paths, in other models of the same structure."""

from typing import Any

import numpy as np
import pytest
from thinc.api import Model, Relu, Shim, chain

from kernel.errors import DataError, TrainingError
from kernel.numeric.model_state import model_state, restore_models
from kernel.numeric.parameters import Parameters, paths
from kernel.training.encoding import Arrays, decode, encode


def network(width: int = 4) -> Model[Any, Any]:
    model = chain(Relu(width, 3, dropout=0.2), Relu(2))
    return model.initialize(np.zeros((2, 3), dtype="f"), np.zeros((2, 2), dtype="f"))


def copy(state: Any) -> Any:
    arrays = Arrays()
    return decode(encode(state, arrays), arrays.copies)


class Counted(Shim):
    """Stands for a model of another framework."""

    def __init__(self) -> None:
        super().__init__(None)
        self.number = 0

    def to_bytes(self) -> bytes:
        return bytes([self.number])

    def from_bytes(self, data: bytes) -> "Counted":
        self.number = data[0]
        return self


def test_weights_come_back_into_the_buffer_of_the_parameters() -> None:
    one, other = {"a": network(), "b": network()}, {"a": network(), "b": network()}
    parameters = Parameters(other)
    state = copy(model_state(one))
    restore_models(other, state)
    parameters.sync()
    for path, (node, name) in paths(one).items():
        there, name = paths(other)[path]
        assert np.array_equal(there.get_param(name), node.get_param(name)), path
    flat = np.concatenate([node.get_param(name).ravel() for node, name in paths(one).values()])
    assert np.array_equal(parameters.weights, flat)


def test_attributes_sizes_and_shims_come_back() -> None:
    def grown() -> Model[Any, Any]:
        model = network()
        return Model("outer", lambda m, x, t: m.layers[0](x, t), layers=[model], shims=[Counted(), Counted()])

    one, other = grown(), grown()
    one.attrs["seen"] = {"x": 1}
    one.shims[1].number = 7
    last = one.layers[0].layers[1]
    for name in ("W", "b"):
        last.set_param(name, None)
    last.set_dim("nO", 5, force=True)
    last.set_param("W", np.ones((5, 4), dtype="f"))
    last.set_param("b", np.ones(5, dtype="f"))
    restore_models({"m": other}, copy(model_state({"m": one})))
    assert other.attrs["seen"] == {"x": 1} and [shim.number for shim in other.shims] == [0, 7]
    there = other.layers[0].layers[1]
    assert there.get_dim("nO") == 5 and np.array_equal(there.get_param("W"), np.ones((5, 4)))


def test_another_structure_is_an_error_that_names_the_layer() -> None:
    state = copy(model_state({"m": network()}))
    with pytest.raises(DataError, match=r"the pipeline has no parameter m/0.*:W"):
        restore_models({"m": Relu(2, 3).initialize()}, state)


def test_arrays_that_a_layer_keeps_in_its_attributes_come_back() -> None:
    def forward(model: Any, X: Any, is_train: bool) -> Any:
        model.attrs["mean"] = 0.5 * model.attrs["mean"] + 0.5 * X.mean(axis=0)
        return X - model.attrs["mean"], lambda dY: dY

    def layer() -> Any:
        return Model("centred", forward, attrs={"mean": np.zeros(2, dtype="float32")})

    model, other, arrays = layer(), layer(), Arrays()
    model.predict(np.array([[2.0, 4.0]], dtype="float32"))
    state = encode(model_state({"centre": model}), arrays)
    model.predict(np.ones((1, 2), dtype="float32"))
    restore_models({"centre": other}, decode(state, arrays.copies))
    assert other.attrs["mean"].tolist() == [1.0, 2.0]


def test_what_attributes_know_of_where_they_stand_comes_back() -> None:
    class Counter:
        def __init__(self) -> None:
            self.number = 0

        def state(self) -> dict[str, int]:
            return {"number": self.number}

        def restore(self, state: dict[str, int]) -> None:
            self.number = state["number"]

    one, other = (Model("counts", lambda m, x, t: (x, x), attrs={"counter": Counter()}) for _ in range(2))
    one.attrs["counter"].number = 3
    state = copy(model_state({"m": one}))
    one.attrs["counter"].number = 4
    restore_models({"m": other}, state)
    assert other.attrs["counter"].number == 3
    one.attrs["counter"].number = object()
    with pytest.raises(TrainingError, match="the state of the attribute counter of layer m holds an object"):
        model_state({"m": one})
