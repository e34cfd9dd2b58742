"""What a model does when the device's memory runs out."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from kernel_transformers.model import build_transformer_model
from kernel_transformers.spans.strided_spans import make_strided_spans

from kernel.errors import UsageError
from kernel.language import Language
from kernel.numeric import random

from . import small

STEADY = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


class Small:
    """The memory of a device that holds so many pieces: in one forward pass, in all graphs together, and in one backward pass."""

    def __init__(self, forward: int = 10**9, graphs: int = 10**9, backward: int = 10**9) -> None:
        self.forward, self.graphs, self.backward = forward, graphs, backward
        self.held = 0
        self.failures = 0
        self.seen: list[Any] = []
        self.alive_after_failure: int | None = None

    @property
    def alive(self) -> int:
        """How many outputs that failed or were kept are there still."""
        return sum(each() is not None for each in self.seen)

    def watch(self, module: Any) -> None:
        module.encoder.layer[0].register_forward_hook(self._after)

    def _after(self, layer: Any, inputs: Any, output: Any) -> None:
        pieces = inputs[0].shape[0] * inputs[0].shape[1]
        hidden = output[0] if isinstance(output, tuple) else output
        kept = hidden.requires_grad
        if self.failures and self.alive_after_failure is None:
            self.alive_after_failure = self.alive
        self.seen.append(weakref.ref(hidden))
        if pieces > self.forward or (kept and self.held + pieces > self.graphs):
            self.failures += 1
            self.held = 0
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        if kept:
            self.held += pieces
            hidden.register_hook(lambda gradient: self._freed(pieces))

    def _freed(self, pieces: int) -> None:
        self.held -= pieces
        if pieces > self.backward:
            self.failures += 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


@pytest.fixture(scope="module")
def docs() -> list[Any]:
    nlp = Language()
    return [nlp.make_doc(text) for text in small.TEXTS]


def gradients(docs: list[Any], memory: Small | None, items: int = 10_000) -> tuple[Any, dict[str, Any]]:
    model = build_transformer_model(
        str(small.shared("bert")),
        make_strided_spans(12, 8),
        transformer_config=STEADY,
        micro_batch_items=items,
    )
    with random.scope(seed=0):
        model.initialize()
    module = model.shims[0].module.double()
    model.predict(docs[:1])
    if memory is not None:
        memory.watch(module)
    batch, backprop = model(docs, True)
    rng = np.random.default_rng(0)
    backprop([rng.normal(size=(int(size), 16)) for size in np.diff(batch.wordpieces.doc_rows)])
    return batch.rows, {
        name: weight.grad.to_dense() for name, weight in module.named_parameters() if weight.grad is not None
    }


@pytest.mark.parametrize(
    "limits",
    [{"forward": 60}, {"graphs": 120}, {"graphs": 40}, {"backward": 60}, {"forward": 80, "backward": 40}],
    ids=str,
)
def test_less_memory_gives_the_same_gradient(limits: dict[str, int], docs: list[Any]) -> None:
    rows, expected = gradients(docs, None)
    memory = Small(**limits)
    found_rows, found = gradients(docs, memory)
    assert memory.failures
    np.testing.assert_allclose(found_rows, rows, atol=1e-12)
    assert set(found) == set(expected)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-9, atol=1e-10, msg=name)


@pytest.mark.parametrize("limits", [{"forward": 60}, {"graphs": 120}, {"backward": 60}], ids=str)
def test_what_failed_is_let_go_before_it_is_tried_again(limits: dict[str, int], docs: list[Any]) -> None:
    memory = Small(**limits)
    gradients(docs, memory)
    assert memory.failures
    assert memory.alive_after_failure == 0


@pytest.mark.parametrize("limits", [{"forward": 8}, {"backward": 8}], ids=str)
def test_a_window_that_does_not_fit_is_told(limits: dict[str, int], docs: list[Any]) -> None:
    with pytest.raises(UsageError, match=r"A single window of \d+ word pieces doesn't fit"):
        gradients(docs, Small(**limits))


def test_other_errors_come_through(docs: list[Any]) -> None:
    class Broken(Small):
        def _after(self, layer: Any, inputs: Any, output: Any) -> None:
            raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        gradients(docs, Broken())
