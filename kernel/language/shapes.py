"""Shapes of models: what each layer takes and gives, and mismatches with the lines of the config that made them.

A model is run on a sample before the first step with every layer watched. A layer that fails on input whose width is
not its own `nI` is a mismatch, whatever error it fails with; the layer that gave the input is known by following the
arrays. Only `nI` and `nO` are looked at, so this works for any architecture that sets them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, TypeAlias

from thinc.api import Model

from kernel.config.blocks import Block, block_of
from kernel.config.sources import Place, problem, problem_at
from kernel.errors import ConfigError, KernelError, Problem, UsageError, keep
from kernel.listeners import Channel, find_listeners, take_width, width_heard
from kernel.numeric.adapter import forward_of, set_forward
from kernel.registries.blame import describe_error

# Settings that say how wide a layer's output is, the likeliest first.
_WIDTHS = ("nO", "width", "hidden_width", "output_width", "nI", "input_width")
# What numpy and others say of arrays that don't go together.
_SHAPES = re.compile("shape|broadcast|dimension|size|align", re.IGNORECASE)
# Outputs of layers that are remembered while a model runs.
_REMEMBERED = 2000

AnyModel: TypeAlias = "Model[Any, Any]"


class Layers:
    """The layers of a model and the config blocks that they come from. name: what stands in for one without a block."""

    def __init__(self, model: AnyModel, name: str = "") -> None:
        self.blocks: dict[int, Block] = {}
        self.name = name
        self._add(model, None)

    def add(self, model: AnyModel) -> None:
        """Take in the layers of another model."""
        self._add(model, None)

    def _add(self, model: AnyModel, around: Block | None) -> None:
        block = block_of(model) or around
        if block is not None:
            self.blocks.setdefault(model.id, block)
        for layer in model.layers:
            if layer is not model:
                self._add(layer, block)

    def where(self, model: AnyModel, dim: str, size: int) -> tuple[str, Place | None]:
        """(dotted path of the setting that gives a layer a size, its place); the layer's block if no setting has it."""
        block = self.blocks.get(model.id)
        if block is None:
            return f"{self.name}: {dim} of layer '{model.name}'".removeprefix(": "), None
        names = [name for name, (value, _) in block.sizes.items() if value == size]
        for name in sorted(names, key=lambda name: _WIDTHS.index(name) if name in _WIDTHS else len(_WIDTHS)):
            return f"{block.path}.{name}", block.sizes[name][1]
        return f"{block.path} ({dim} of layer '{model.name}')", block.place


def mismatch(
    layers: Layers,
    taker: AnyModel,
    takes: int,
    giver: AnyModel | None,
    gives: int,
    *,
    dim: str = "nI",
    why: str = "",
) -> ConfigError:
    """The error for two layers whose widths don't fit. giver: None if it is the data itself.

    dim: the taker's dimension that should be the width. why: how that is known, if not by the one feeding the other.
    """
    giver = _last(giver, gives) if giver is not None else None
    taker = _last(taker, takes) if dim == "nO" else taker
    path, place = layers.where(taker, dim, takes)
    advice = None
    if giver is None:
        other = f"its input has width {gives}"
    else:
        other_path, other_place = layers.where(giver, "nO", gives)
        other = f"{f'{other_place} ' if other_place else ''}{other_path} = {gives}"
        if " " not in path + other_path:
            advice = f"Set both to one number: {path.rpartition('.')[2]} = ${{{other_path}}}"
    message = f"= {takes}, but {other}"
    names = (
        f"layer '{taker.name}' gets the output of layer '{giver.name}'"
        if giver is not None
        else f"layer '{taker.name}'"
    )
    expected = f"the same width on both sides: {why or names}"
    return ConfigError(
        problem(
            message,
            path,
            place,
            value=str(takes),
            expected=expected,
            suggestion=advice,
        )
    )


def take_widths(components: Sequence[tuple[str, Any]]) -> None:
    """Let listeners without a width of their own take that of their source, as far as it is known."""
    for _, _, listener, source in _heard(components):
        if source.has_dim("nO") is True:
            take_width(listener, source.get_dim("nO"))


def check_listeners(components: Sequence[tuple[str, Any]]) -> None:
    """Raise ConfigError if the width that a listener expects is not that of its source, as far as both are known."""
    for name, model, listener, source in _heard(components):
        gives, takes = source.maybe_get_dim("nO"), width_heard(listener)
        if gives is not None and takes is not None and gives != takes:
            layers = Layers(model, f"components.{name}")
            layers.add(source)
            raise mismatch(layers, listener, takes, source, gives, dim="nO")


def _heard(components: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, AnyModel, AnyModel, AnyModel]]:
    """(component, its model, a listener in it, the model of the source) of every listener that is connected."""
    sources = {
        name: one.model for name, one in components if isinstance(getattr(one, "channel", None), Channel)
    }
    if not sources:
        return
    for name, component in components:
        model = getattr(component, "model", None)
        for listener in find_listeners(model) if hasattr(model, "walk") else ():
            channel = listener.attrs["listener"].channel
            source = sources.get(channel.name) if channel is not None else None
            if source is not None:
                yield name, model, listener, source


def _last(model: AnyModel, width: int) -> AnyModel:
    """The innermost last layer of a model that has its output width and a config block of its own."""
    while model.layers:
        layer = model.layers[-1]
        if block_of(layer) is None or layer.has_dim("nO") is not True or layer.get_dim("nO") != width:
            break
        model = layer
    return model


@contextmanager
def watched(model: AnyModel, name: str = "") -> Iterator[None]:
    """Turn failures of layers inside the block into errors that name layers and lines of the config.

    name: the component's dotted path. ConfigError for a mismatch of widths, KernelError for any other failure of a layer.
    """
    watch = _Watch(model, name)
    kept = [(node, forward_of(node), node.init) for node in model.walk()]
    for node, func, init in kept:
        set_forward(node, watch.forward(node, func))
        if init is not None:
            node.init = watch.init(node, init)
    mine = {id(node): (forward_of(node), node.init) for node, _, _ in kept}
    try:
        yield
    finally:
        for node, func, init in kept:
            # Some layers replace their own functions when they are initialised.
            if forward_of(node) is mine[id(node)][0]:
                set_forward(node, func)
            if node.init is mine[id(node)][1]:
                node.init = init


class _Watch:
    def __init__(self, model: AnyModel, name: str) -> None:
        self.layers = Layers(model, name)
        self.given: list[tuple[Any, AnyModel]] = []

    def forward(self, node: AnyModel, func: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(func)
        def watched_forward(model: AnyModel, X: Any, is_train: bool) -> Any:
            try:
                result = func(model, X, is_train)
            except Exception as error:
                raise self.failure(node, X, error) from error
            if isinstance(result, tuple) and result:
                self.given.append((result[0], node))
                del self.given[:-_REMEMBERED]
            return result

        return watched_forward

    def init(self, node: AnyModel, init: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(init)
        def watched_init(model: AnyModel, X: Any = None, Y: Any = None) -> Any:
            try:
                return init(model, X=X, Y=Y)
            except (ConfigError, UsageError) as error:
                # What is wrong with a setting that only the first weights need, such as the name of a pretrained model.
                raise self.placed(node, error) from error
            except Exception as error:
                raise self.failure(node, X, error) from error

        return watched_init

    def placed(self, node: AnyModel, error: ConfigError | UsageError) -> KernelError:
        """An error of the config that doesn't say where, with the block that the layer is made by."""
        block = self.layers.blocks.get(node.id)
        if block is None or (
            isinstance(error, ConfigError) and any(one.path or one.file for one in error.problems)
        ):
            return error
        if isinstance(error, ConfigError):
            # Each where its own setting is written.
            return ConfigError([_placed(one, block) for one in error.problems], hint=error.hint)
        found = ConfigError(problem(error.message, block.path, block.place), hint=error.hint)
        return keep(found, error)

    def failure(self, node: AnyModel, X: Any, error: Exception) -> Exception:
        """The error that says which layer failed on what. One that says so already stays as it is."""
        if isinstance(error, (ConfigError, _LayerError)):
            return error
        gives, takes = width_of(X), node.get_dim("nI") if node.has_dim("nI") is True else None
        giver = self.giver(X, gives, node)
        if gives is not None and takes is not None and gives != takes:
            return mismatch(self.layers, node, takes, giver, gives)
        pair = _pair(node)
        if pair is not None:
            first, second = pair
            return mismatch(self.layers, second, second.get_dim("nI"), first, first.get_dim("nO"))
        if isinstance(error, KernelError):
            return error
        unlike = _unlike(node) if isinstance(error, ValueError) and _SHAPES.search(str(error)) else None
        if unlike is not None:
            first, second = unlike
            why = f"layer '{node.name}' failed on them: {error}"
            return mismatch(
                self.layers, first, first.get_dim("nO"), second, second.get_dim("nO"), dim="nO", why=why
            )
        return self._described(node, giver, gives, error)

    def giver(self, X: Any, width: int | None, taker: AnyModel) -> AnyModel | None:
        """The layer that gave an input, or else the last one that gave something of its width."""
        inside = {id(layer) for layer in taker.walk()}
        for output, node in reversed(self.given):
            if output is X or (_first(output) is not None and _first(output) is _first(X)):
                return _innermost(node, self.given, output)
        for output, node in reversed(self.given):
            if width is not None and width_of(output) == width and id(node) not in inside:
                return _innermost(node, self.given, output)
        return None

    def _described(
        self, node: AnyModel, giver: AnyModel | None, width: int | None, error: Exception
    ) -> KernelError:
        block = self.layers.blocks.get(node.id)
        where = f"{block.path}" if block else self.layers.name
        if block and block.place:
            where = f"{block.place}: {where}"
        hints = []
        if width is not None:
            source = ""
            if giver is not None:
                path, place = self.layers.where(giver, "nO", width)
                source = f" from {f'{place} ' if place else ''}{path}"
            hints.append(f"Its input has width {width}{source}.")
        for layer in node.layers:
            if layer.has_dim("nO") is True:
                path, place = self.layers.where(layer, "nO", layer.get_dim("nO"))
                hints.append(
                    f"Its layer '{layer.name}' gives {layer.get_dim('nO')}: {f'{place} ' if place else ''}{path}."
                )
        message = f"{where}: layer '{node.name}' failed: {describe_error(error)}"
        return keep(_LayerError(message, hint="\n".join(hints)), error)


def _placed(found: Problem, block: Block) -> Problem:
    """A problem of a function that a block names, with the place of the setting that it is about, or else of the block."""
    details = {name: getattr(found, name) for name in ("value", "expected", "suggestion")}
    if found.setting:
        return problem_at(block.sources, f"{block.path}.{found.setting}", found.message, **details)
    return problem(found.message, block.path, block.place, **details)


class _LayerError(KernelError):
    """A layer that failed, named."""


def _pair(node: AnyModel) -> tuple[AnyModel, AnyModel] | None:
    """Two neighbours among the layers of a chain of which the second takes what the first doesn't give."""
    if ">>" not in node.name:
        return None
    for first, second in zip(node.layers, node.layers[1:], strict=False):
        if (
            first.has_dim("nO") is True
            and second.has_dim("nI") is True
            and first.get_dim("nO") != second.get_dim("nI")
        ):
            return first, second
    return None


def _first(arrays: Any) -> Any:
    return arrays[0] if isinstance(arrays, (list, tuple)) and arrays else None


def _unlike(node: AnyModel) -> tuple[AnyModel, AnyModel] | None:
    """The first two layers of a layer that give different widths."""
    known = [layer for layer in node.layers if layer.has_dim("nO") is True]
    for layer in known[1:]:
        if layer.get_dim("nO") != known[0].get_dim("nO"):
            return known[0], layer
    return None


def _innermost(node: AnyModel, given: list[tuple[Any, AnyModel]], output: Any) -> AnyModel:
    """The first layer that gave an output: those around it pass it on."""
    inside = {id(layer) for layer in node.walk()}
    return next((other for one, other in given if one is output and id(other) in inside), node)


def width_of(X: Any) -> int | None:
    """The last dimension of an array, of the first of a list of arrays, or of what holds one; None if there is none."""
    if isinstance(X, (list, tuple)):
        return width_of(X[0]) if X and hasattr(X[0], "shape") else None
    for name in ("dataXd", "data"):
        inner = getattr(X, name, None)
        if hasattr(inner, "shape") and not hasattr(X, "shape"):
            return width_of(inner)
    shape: tuple[int, ...] = getattr(X, "shape", ())
    return (
        int(shape[-1]) if len(shape) >= 2 and getattr(getattr(X, "dtype", None), "kind", "") == "f" else None
    )


def try_out(model: AnyModel, inputs: Sequence[Any], name: str) -> None:
    """Run an initialised model on a sample. Only a mismatch of widths is an error here: ConfigError."""
    with suppress(_NotAMismatch), watched(model, name):
        try:
            model.predict(inputs)
        except ConfigError:
            raise
        except Exception as error:
            raise _NotAMismatch from error


class _NotAMismatch(Exception):
    pass
