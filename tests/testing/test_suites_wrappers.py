"""The suite of wrappers finds what is wrong with a network of another framework: here one of numpy in a shim."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from thinc.api import Model, Shim

from kernel import registry
from kernel.testing import WrapperSuite

NI, NO = 3, 2


class Matrix(Shim):
    """Rows times a matrix that thinc doesn't know. flaw: what is wrong with it."""

    def __init__(self, flaw: str = "") -> None:
        super().__init__(self)
        self.flaw = flaw
        self.W = np.random.default_rng(0).normal(size=(NI, NO)).astype("float32")
        self.gradient: Any = None
        self.X: Any = None

    def __call__(self, X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
        if self.flaw == "prediction trains" and not is_train:
            self.add(X.T @ np.ones((len(X), NO), dtype="float32"))
        self.X = X if is_train else self.X

        def backprop(dY: Any) -> Any:
            given = self.X if self.flaw == "pass" else X
            self.add(given.T @ dY * (1.2 if self.flaw == "gradient" else 1.0))
            return dY @ self.W.T

        return X @ self.W, backprop

    def add(self, gradient: Any) -> None:
        if self.gradient is None or self.flaw == "shards":
            self.gradient = np.zeros_like(self.W)
        self.gradient += gradient

    def finish_update(self, optimizer: Any) -> None:
        if self.gradient is None:
            return
        W, _ = optimizer((self.id, "W"), self.W.copy(), self.gradient)
        if self.flaw != "step":
            self.W = W
        if self.flaw != "gradient stays":
            self.gradient = None

    def zero_gradients(self) -> None:
        if self.flaw != "forgets nothing":
            self.gradient = None

    zero_grad = zero_gradients

    @contextmanager
    def use_params(self, params: Any) -> Iterator[None]:
        before = self.W
        if self.flaw != "averages":
            self.W = params.get((self.id, "W"), self.W)
        yield
        self.W = self.W if self.flaw == "averages stay" else before

    def to_bytes(self) -> bytes:
        data = self.W.tobytes()
        return data + self.gradient.tobytes() if self.flaw == "bytes" and self.gradient is not None else data

    def from_bytes(self, data: bytes) -> "Matrix":
        self.W = np.frombuffer(data, dtype="float32")[: NI * NO].reshape(NI, NO).copy()
        return self

    def copy(self) -> "Matrix":
        other = self if self.flaw == "copies" else Matrix(self.flaw)
        other.W = self.W.copy()
        return other

    def to_device(self, device_type: str, device_id: int) -> None: ...


def make(flaw: str = "") -> Model[Any, Any]:
    def forward(model: Model[Any, Any], X: Any, is_train: bool) -> Any:
        ops = model.ops
        Y, pull = model.shims[0](ops.to_numpy(X), is_train)
        return ops.asarray(Y), lambda dY: ops.asarray(pull(ops.to_numpy(dY)))

    return Model("matrix", forward, dims={"nI": NI, "nO": NO}, shims=[Matrix(flaw)])


def suite(flaw: str = "") -> Any:
    registry.layers("test.Matrix.v1", func=lambda: make(flaw))

    class Mine(WrapperSuite):
        name = "test.Matrix.v1"

        def inputs(self) -> Any:
            return np.random.default_rng(1).normal(size=(6, NI)).astype("float32")

    return Mine()


@pytest.fixture(autouse=True)
def _registered_here_only() -> Iterator[None]:
    with registry.restored():
        yield


OWN = sorted({name for name in vars(WrapperSuite) if name.startswith("test_")})


@pytest.mark.parametrize("name", OWN)
def test_a_good_wrapper_passes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    test = getattr(suite(), name)
    test(monkeypatch) if name == "test_bytes_hold_the_weights_and_no_more" else test()


@pytest.mark.parametrize(
    ("flaw", "name"),
    [
        ("gradient", "test_gradients_of_all_weights"),
        ("step", "test_a_step_changes_the_weights_and_forgets_the_gradient"),
        ("gradient stays", "test_a_step_changes_the_weights_and_forgets_the_gradient"),
        ("shards", "test_gradients_of_shards_are_summed"),
        ("pass", "test_passes_may_overlap"),
        ("prediction trains", "test_prediction_leaves_no_gradient"),
        ("forgets nothing", "test_gradients_can_be_forgotten"),
        ("averages", "test_averages_are_those_of_the_weights_and_are_used"),
        ("averages stay", "test_training_goes_on_after_averages_were_used"),
        ("copies", "test_copies_are_apart"),
    ],
)
def test_a_flaw_is_found(flaw: str, name: str) -> None:
    with pytest.raises(AssertionError):
        getattr(suite(flaw), name)()
