"""Weights that another framework keeps take part in everything that is done with weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from thinc.api import Adam, Model, Shim

from kernel.numeric import shims
from kernel.numeric.model_state import model_state, restore_models
from kernel.numeric.optimizer_state import optimizer_state, restore_optimizer
from kernel.numeric.parameters import Parameters
from kernel.numeric.parameters import shims as shims_of
from kernel.numeric.server import forget_gradients
from kernel.rehearsal import teacher


class Plain(Shim):
    """A shim with one parameter, as thinc knows them."""

    def __init__(self, number: int = 0) -> None:
        super().__init__(None)
        self.W = np.full(2, float(number), dtype="f")
        self.gradient = np.zeros(2, dtype="f")
        self.restored: Any = None

    def finish_update(self, optimizer: Any) -> None:
        if self.gradient.any():
            self.W[...] = optimizer((self.id, "W"), self.W, self.gradient)[0]
            self.gradient[...] = 0

    @contextmanager
    def use_params(self, params: Mapping[Any, Any]) -> Iterator[None]:
        before = self.W
        self.W = params.get((self.id, "W"), before)
        yield
        self.W = before

    def to_bytes(self) -> bytes:
        return self.W.tobytes()

    def from_bytes(self, data: bytes) -> Plain:
        self.W[...] = np.frombuffer(data, dtype="f")
        return self


class Whole(Plain):
    """One that takes part in everything."""

    def __init__(self, number: int = 0) -> None:
        super().__init__(number)
        self.total, self.collected, self.is_quiet = np.zeros(2, dtype="f"), 0, False

    def collect(self) -> None:
        self.total += self.gradient
        self.gradient[...] = 0
        self.collected += 1

    def finish_update(self, optimizer: Any) -> None:
        self.gradient[...] = self.total
        self.total[...] = 0
        super().finish_update(optimizer)

    def zero_gradients(self) -> None:
        self.gradient[...] = self.total[...] = 0

    def weights(self) -> dict[str, Any]:
        return {"W": self.W}

    def without_dropout(self) -> None:
        self.is_quiet = True

    def state(self) -> dict[str, Any]:
        return {"W": self.W, "seen": 3}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.W[...], self.restored = state["W"], state["seen"]


def around(*inner: Shim) -> Model[Any, Any]:
    def forward(model: Model[Any, Any], X: Any, is_train: bool) -> tuple[Any, Any]:
        return X, lambda dY: dY

    return Model("around", forward, shims=list(inner))


def test_paths() -> None:
    one, two, three = Whole(), Whole(), Plain()
    outer = Model(
        "outer", lambda model, X, is_train: (X, lambda dY: dY), layers=[around(one, two), around(three)]
    )
    assert list(shims_of({"tagger": outer})) == [
        ("tagger/0#0", one),
        ("tagger/0#1", two),
        ("tagger/1#0", three),
    ]


def test_shards_are_collected_and_stepped_on_once() -> None:
    shim = Whole(1)
    parameters, seen = Parameters({"ner": around(shim)}), []

    def optimizer(key: Any, weights: Any, gradient: Any) -> Any:
        seen.append((key, gradient.copy()))
        return weights - gradient, gradient

    for shard in range(3):
        shim.gradient += shard + 1
        parameters.collect(shard)
    parameters.step(optimizer)
    ((key, gradient),) = seen
    assert key == "ner#0:W"
    assert gradient.tolist() == [6, 6] and shim.W.tolist() == [-5, -5]


@pytest.mark.parametrize("kind", [Plain, Whole])
def test_thincs_optimizer_gets_numbers_and_its_averages_are_used(kind: type[Plain]) -> None:
    shim, optimizer = kind(1), Adam(0.1, use_averages=True)
    parameters = Parameters({"ner": around(shim)})
    shim.gradient += 1
    parameters.step(optimizer)
    trained = shim.W.copy()
    with parameters.use_params(parameters.averages(optimizer)):
        assert shim.W.tolist() == optimizer.averages[shim.id, "W"].tolist() != trained.tolist()
    assert shim.W.tolist() == trained.tolist()


def test_averages_under_paths_are_used() -> None:
    shim = Whole(1)
    parameters = Parameters({"ner": around(shim)})
    with parameters.use_params({"ner#0:W": np.full(2, 7, dtype="f"), "other": np.zeros(1)}):
        assert shim.W.tolist() == [7, 7]
    assert shim.W.tolist() == [1, 1]


def test_gradients_are_forgotten() -> None:
    shim = Whole(1)
    model = around(shim)
    for forget in (Parameters({"ner": model}).zero_gradients, lambda: forget_gradients(model)):
        shim.gradient += 1
        shim.total += 1
        forget()
        assert not shim.gradient.any() and not shim.total.any()


@pytest.mark.parametrize("kind", [Plain, Whole])
def test_a_checkpoint_holds_the_state_or_the_bytes(kind: type[Plain]) -> None:
    one, two = kind(5), kind(0)
    restore_models({"ner": around(two)}, model_state({"ner": around(one)}))
    assert two.W.tolist() == [5, 5]
    assert two.restored == (3 if kind is Whole else None)


def test_what_the_optimizer_keeps_is_found_by_another_process() -> None:
    one, two, optimizer, other = Whole(5), Whole(5), Adam(0.1), Adam(0.1)
    one.gradient += 1
    models = {"ner": around(one)}
    Parameters(models).step(optimizer)
    restore_optimizer(other, {"ner": around(two)}, optimizer_state(optimizer, models), lambda: None)
    assert other.mom1[two.id, "W"].tolist() == optimizer.mom1[one.id, "W"].tolist()


def test_a_teacher_draws_nothing() -> None:
    shim = Whole()
    taught = teacher("ner", around(shim))
    assert taught.model.shims[0].is_quiet and not shim.is_quiet


def test_thincs_shims_go_on_as_before() -> None:
    shim = Plain(2)
    shims.collect(shim)
    shims.zero_gradients(shim)
    shims.without_dropout(shim)
    assert shims.weights_of(shim) == {} and shims.state_of(shim) == shim.to_bytes()
    assert shims.numbered(shim, "ner#0", {"ner#0:W": 1}) == {"ner#0:W": 1}
