"""The first layer of a pipeline whose numbers are not finite, found by watching every layer through one update.

The forward function of each layer, and the backward pass that it gives, are wrapped; so are those of what a layer gives in
place of arrays, such as the scores of a transition-based parser. Numbers inside of a layer are not seen, but what it takes,
what it gives and the gradients of its weights are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from thinc.api import Model, get_array_module

from kernel.config.blocks import Block, block_of
from kernel.numeric.adapter import forward_of, module_of, set_forward
from kernel.numeric.bytes import walk_paths
from kernel.numeric.server import read

AnyModel: TypeAlias = "Model[Any, Any]"


@dataclass(frozen=True)
class Numbers:
    """What there is among some numbers. low and high: of the finite ones, None if there are none."""

    size: int = 0
    nan: int = 0
    infinite: int = 0
    low: float | None = None
    high: float | None = None

    @property
    def is_finite(self) -> bool:
        return not self.nan and not self.infinite

    def __str__(self) -> str:
        if not self.size:
            return "no numbers"
        spoilt = [
            f"{count:,} {what}" for count, what in ((self.nan, "nan"), (self.infinite, "infinite")) if count
        ]
        held = [] if self.low is None else [f"from {self.low:.4g} to {self.high:.4g}"]
        return f"{self.size:,} numbers, {', '.join([*spoilt, *held])}"


@dataclass(frozen=True)
class Place:
    """A layer. path: component and way from its model's root, `ner/0.1.2`. layer: its name. block: of the config that made it,
    or what is around it, None where no config made either."""

    component: str
    path: str
    layer: str
    block: Block | None = None

    def __str__(self) -> str:
        if self.block is None:
            return f"{self.path} ({self.layer})"
        return f"{self.path} ({self.layer}, of {self.block.name or 'the block'} in {self.block.path})"


@dataclass(frozen=True)
class Finding:
    """Numbers that are not finite. what: they are. numbers: these. given: what the layer took, if that has numbers."""

    place: Place
    what: str
    numbers: Numbers
    given: Numbers | None = None

    def __str__(self) -> str:
        given = ""
        if self.given is not None and self.given.size:
            given = f"; its input: {self.given}"
        return f"{self.what} of {self.place}: {self.numbers}{given}"


def spoilt_weights(models: Mapping[str, AnyModel]) -> list[Finding]:
    """The weights that are not finite, in the order of the components and of their layers."""
    found: list[Finding] = []
    for node, place in places(models).values():
        for name in node.param_names:
            if node.has_param(name):
                _note(found, place, f"the weights {name}", numbers_in([read(node, name)]))
        for name, array in of_modules(node, "data"):
            _note(found, place, f"the weights {name}", numbers_in([array]))
    return found


def places(models: Mapping[str, AnyModel]) -> dict[int, tuple[AnyModel, Place]]:
    """Number of a layer -> it, and where it is; one that is reached twice is where it is reached first."""
    found: dict[int, tuple[AnyModel, Place]] = {}
    for component, model in models.items():
        blocks = _blocks(model)
        for way, node in walk_paths(model):
            path = f"{component}/{way}" if way else component
            found.setdefault(node.id, (node, Place(component, path, node.name, blocks.get(node.id))))
    return found


def _blocks(model: AnyModel) -> dict[int, Block]:
    found: dict[int, Block] = {}
    stack: list[tuple[AnyModel, Block | None]] = [(model, None)]
    seen: set[int] = set()
    while stack:
        node, around = stack.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        block = block_of(node) or around
        if block is not None:
            found[node.id] = block
        stack.extend((layer, block) for layer in node.layers)
    return found


@contextmanager
def watched(models: Mapping[str, AnyModel]) -> Iterator[list[Finding]]:
    """Watch every layer within the block. The list gets what is not finite, in the order in which it came up.

    The first one tells where it began. Masks may be infinite and mean it: then the first nan tells.
    """
    findings: list[Finding] = []
    kept = [(node, place, forward_of(node)) for node, place in places(models).values()]
    for node, place, forward in kept:
        set_forward(node, _forward(node, place, forward, findings))
    try:
        yield findings
    finally:
        for node, _, forward in kept:
            set_forward(node, forward)


def _forward(
    node: AnyModel, place: Place, forward: Callable[..., Any], findings: list[Finding]
) -> Callable[..., Any]:
    def watched_forward(model: AnyModel, X: Any, is_train: bool) -> Any:
        given = numbers_in(arrays(X))
        _note(findings, place, "the input", given)
        result = forward(model, X, is_train)
        # A few layers of thinc give something else in prediction.
        if not isinstance(result, tuple) or len(result) != 2:
            return result
        Y, backward = result
        _note(findings, place, "the output", numbers_in(arrays(Y)), given)
        _watch_scores(Y, place, findings)
        return Y, _backward(node, place, backward, given, findings)

    return watched_forward


def _backward(
    node: AnyModel, place: Place, backward: Any, given: Numbers, findings: list[Finding]
) -> Callable[..., Any]:
    def watched_backward(dY: Any, *more: Any) -> Any:
        _note(findings, place, "the gradient that comes back to the output", numbers_in(arrays(dY)), given)
        dX = backward(dY, *more)
        for name in node.param_names:
            if node.has_grad(name):
                _note(
                    findings,
                    place,
                    f"the gradient of the weights {name}",
                    numbers_in([node.get_grad(name)]),
                    given,
                )
        for name, array in of_modules(node, "grad"):
            _note(findings, place, f"the gradient of the weights {name}", numbers_in([array]), given)
        _note(findings, place, "the gradient of the input", numbers_in(arrays(dX)), given)
        return dX

    return watched_backward


def _watch_scores(made: Any, place: Place, findings: list[Finding]) -> None:
    """Watch what a layer gives in place of arrays, if that computes on in a `begin_update` of its own."""
    begin = getattr(made, "begin_update", None)
    if isinstance(made, Model) or not callable(begin) or not hasattr(made, "__dict__"):
        return

    def watched_begin(*args: Any) -> Any:
        result = begin(*args)
        if not isinstance(result, tuple) or len(result) != 2:
            return result
        scores, backward = result
        _note(findings, place, "the scores", numbers_in(arrays(scores)))

        def watched_backward(gradient: Any) -> Any:
            _note(findings, place, "the gradient that comes back to the scores", numbers_in(arrays(gradient)))
            return backward(gradient)

        return scores, watched_backward

    made.begin_update = watched_begin


def _note(
    findings: list[Finding], place: Place, what: str, numbers: Numbers, given: Numbers | None = None
) -> None:
    if not numbers.is_finite:
        findings.append(Finding(place, what, numbers, given))


def of_modules(node: AnyModel, attribute: str) -> Iterator[tuple[str, Any]]:
    """Name -> array of the parameters, or of their gradients, that modules of torch inside of a layer have."""
    for shim in node.shims:
        named = getattr(module_of(shim), "named_parameters", None)
        for name, parameter in named() if callable(named) else ():
            value = getattr(parameter, attribute, None)
            if value is not None:
                dense = value.to_dense() if value.is_sparse else value
                yield name, dense.detach().float().cpu().numpy()


def arrays(value: Any, depth: int = 4) -> Iterator[Any]:
    """The arrays of floating-point numbers in what goes from layer to layer: lists, Ragged and the like; not in documents."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind and hasattr(value, "shape"):
        if kind == "f":
            yield value
    elif depth and isinstance(value, (list, tuple)):
        for part in value:
            yield from arrays(part, depth - 1)
    elif depth and isinstance(value, dict):
        yield from arrays(list(value.values()), depth - 1)
    elif depth:
        # Ragged, Padded, and what packages of the field pass on.
        for name in ("dataXd", "data", "tensors", "args", "kwargs"):
            inner = getattr(value, name, None)
            if inner is not None and not callable(inner):
                yield from arrays(inner, depth - 1)
                if name == "dataXd":
                    break


def numbers_in(values: Iterable[Any]) -> Numbers:
    """What there is among the numbers of some arrays, on whatever device."""
    size = nan = infinite = 0
    low = high = None
    for array in values:
        if not array.size:
            continue
        xp = get_array_module(array)
        finite = xp.isfinite(array)
        size += int(array.size)
        if bool(finite.all()):
            held = array
        else:
            spoilt = int(xp.isnan(array).sum())
            nan += spoilt
            infinite += int(array.size - finite.sum()) - spoilt
            held = array[finite]
            if not held.size:
                continue
        low = min(float(held.min()), float("inf") if low is None else low)
        high = max(float(held.max()), float("-inf") if high is None else high)
    return Numbers(size, nan, infinite, low, high)
