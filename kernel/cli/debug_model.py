"""`kernel debug model`: the layers of a model with their shapes and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say

if TYPE_CHECKING:
    from kernel.config import Config

UPDATES = 3
# Examples that a model is tried with.
SAMPLE = 10


@click.command(
    "model",
    cls=ConfigCommand,
    examples=[
        "kernel debug model first.cfg ner --dimensions",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@click.argument("component", metavar="[COMPONENT]", required=False)
@options.code
@options.gpu_id
@click.option(
    "--layers", "-l", default="", help="Numbers of the layers to show, separated by commas; all by default."
)
@click.option("--dimensions", "-DIM", is_flag=True, help="Show every dimension, not only the widths.")
@click.option("--parameters", "-PAR", is_flag=True, help="Show shape, mean and deviation of every parameter.")
@click.option("--gradients", "-GRAD", is_flag=True, help="Show the gradients of the parameters.")
@click.option("--attributes", "-ATTR", is_flag=True, help="Show the attributes of the layers.")
@click.option("--print-step0", "-P0", is_flag=True, help="Show the model before it is initialised.")
@click.option("--print-step1", "-P1", is_flag=True, help="Show the model after it is initialised.")
@click.option("--print-step2", "-P2", is_flag=True, help=f"Show the model after {UPDATES} updates.")
@click.option("--print-step3", "-P3", is_flag=True, help="Show what the model predicts after these updates.")
@click.pass_context
def debug_model(
    ctx: click.Context,
    /,
    config_path: str,
    component: str | None,
    code: tuple[Path, ...],
    gpu_id: int,
    layers: str,
    print_step0: bool,
    print_step1: bool,
    print_step2: bool,
    print_step3: bool,
    **show: bool,
) -> None:
    """Show the layers of the models of CONFIG, of COMPONENT alone if it is given, as trees.

    A line has the layer's number and name, its widths, the number of its parameters with those of its layers, and the line
    of the config that made it. Without a step (-P0 to -P3) the models are shown before and after they are initialised with
    the training corpus, or with three words if there is none.
    """
    from kernel.config import parse_overrides
    from kernel.training.diagnosis import read_config

    options.load_codes(code)
    config = read_config(config_path, parse_overrides(ctx.meta[OVERRIDES]))
    steps = [print_step0, print_step1, print_step2, print_step3]
    if not any(steps):
        steps = [True, True, False, False]
    chosen = _numbers(layers)
    for title, part in look(config, component, steps, gpu_id):
        say(title, bold=True)
        for line in [part] if isinstance(part, str) else tree(part[1], part[0], chosen, show):
            say(line)
        say()


def _numbers(text: str) -> set[int]:
    from kernel.errors import UsageError

    try:
        return {int(part) for part in text.split(",") if part.strip()}
    except ValueError:
        raise UsageError(f"--layers takes numbers separated by commas, not {text!r}") from None


def look(
    config: Config, component: str | None, steps: list[bool], gpu_id: int
) -> Iterator[tuple[str, tuple[str, Any] | str]]:
    """(title, (component, model)) for each step that is asked for; for the last one (title, text).

    config: not interpolated.
    """
    from kernel.numeric import random
    from kernel.training.prepare import fill_config, pipeline_class, to_device

    cls: Any = pipeline_class(config)
    config = fill_config(cls, config)
    plain = config.interpolate()
    seed = plain["training"]["seed"] or 0
    random.seed_all(seed, "create")
    # A class of another kind may have no components that can be left out.
    left_out = _not_needed(config, component) if component and hasattr(cls, "factory") else []
    if left_out:
        config, plain = _without(config, left_out), _without(plain, left_out)
    pipeline = cls.from_config(config, exclude=left_out) if left_out else cls.from_config(config)
    to_device(pipeline, gpu_id)
    models = _models(pipeline, component)
    if steps[0]:
        yield from ((f"{name}, before it is initialised", (name, model)) for name, model in models.items())
    if not any(steps[1:]):
        return
    given = _examples(plain, config, pipeline)
    examples = given or pipeline.sample_examples()
    random.seed_all(seed, "initialize")
    with random.scope(seed=seed):
        pipeline.initialize((lambda: given) if given else None, settings=plain["initialize"])
    models = _models(pipeline, component)
    if steps[1]:
        yield from ((f"{name}, initialised", (name, model)) for name, model in models.items())
    if not any(steps[2:]):
        return
    _update(pipeline, examples, seed)
    if steps[2]:
        yield from ((f"{name}, after {UPDATES} updates", (name, model)) for name, model in models.items())
    if steps[3]:
        for name in models:
            yield f"{name}, what it predicts", _prediction(pipeline, name, examples)


def _not_needed(config: Config, component: str) -> list[str]:
    """The components of a config that a component can be built, initialised and updated without."""
    from kernel.language.listening import heard_in_config

    names = config.interpolate()["nlp"]["pipeline"]
    needed = heard_in_config(config, component)
    return [name for name in names if name not in needed] if component in names else []


def _without(config: Config, names: list[str]) -> Config:
    """The config, in which nobody speaks of some components but their own blocks."""
    changed, plain = config.copy(), config.interpolate()
    for key in ("frozen_components", "annotating_components"):
        changed["training"][key] = [name for name in plain["training"][key] if name not in names]
    own = plain["initialize"]["components"].items()
    changed["initialize"]["components"] = {name: block for name, block in own if name not in names}
    return changed


def _models(pipeline: Any, component: str | None) -> dict[str, Any]:
    from kernel.errors import UsageError
    from kernel.registries.registry import nearest_name

    models = {**pipeline.models(), **pipeline.all_models()}
    if component is None:
        return models
    if component not in models:
        near = nearest_name(component, list(models))
        hint = f"Did you mean {near!r}?" if near else f"These have one: {', '.join(models) or 'none'}."
        raise UsageError(f"there is no component {component!r} with a model", hint=hint)
    return {component: models[component]}


def _examples(plain: Any, config: Config, pipeline: Any) -> list[Any]:
    """The first examples of the training corpus; none if the config names no file."""
    from kernel.errors import ConfigError, DataError, UsageError, warn
    from kernel.training.prepare import corpus

    try:
        return list(islice(corpus(plain, config, plain["training"]["train_corpus"])(pipeline), SAMPLE))
    except (ConfigError, DataError, UsageError, OSError) as error:
        warn(f"no training corpus, so three words without labels stand for it: {error}".splitlines()[0])
        return []


def _update(pipeline: Any, examples: list[Any], seed: int) -> None:
    from thinc.api import Adam

    from kernel.numeric import random
    from kernel.numeric.parameters import Parameters

    parameters = Parameters(pipeline.models())
    optimizer = Adam(0.001)
    for step in range(UPDATES):
        with random.scope(seed=seed, step=step, shard=0):
            pipeline.update(examples, drop=0.0, sgd=False, losses={})
        parameters.collect(0)
        parameters.step(optimizer)


def _prediction(pipeline: Any, name: str, examples: list[Any]) -> str:
    from kernel.config.values import show_text

    return show_text(repr(pipeline.predict(name, examples[:1])), 400)


def tree(
    model: Any, name: str, chosen: Iterable[int] = (), show: dict[str, bool] | None = None
) -> Iterator[str]:
    """Lines of a model's tree. chosen: numbers of the layers to show, all if empty. show: what else, by option."""
    from kernel.language.shapes import Layers

    chosen, shown = set(chosen), show or {}
    layers = Layers(model, name)
    rows: list[tuple[str, str, str, str, list[str]]] = []
    numbers = {id(node): number for number, node in enumerate(model.walk())}
    seen: set[int] = set()
    for depth, node in _walk(model):
        number = numbers[id(node)]
        label = f"{number:>3} {'  ' * depth}{node.name}"
        if id(node) in seen:
            label, size, made_by, more = f"{label} (again)", "", "", []
        else:
            seen.add(id(node))
            size, made_by = _count(node), _made_by(layers, node)
            more = list(_details(node, shown))
        if not chosen or number in chosen:
            rows.append((label, _widths(node), size, made_by, more))
    columns = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for label, widths, size, made_by, more in rows:
        line = f"{label:{columns[0]}}  {widths:{columns[1]}}  {size:>{columns[2]}}  {made_by}"
        yield line.rstrip()
        yield from (f"      {text}" for text in more)
    yield f"parameters: {_total(model)}"


def _walk(model: Any, depth: int = 0) -> Iterator[tuple[int, Any]]:
    yield depth, model
    for layer in model.layers:
        yield from _walk(layer, depth + 1)


def _made_by(layers: Any, node: Any) -> str:
    from kernel.config.blocks import block_of

    block = block_of(node)
    if block is None:
        return ""
    return f"{block.path} ({block.place})" if block.place else block.path


def _widths(node: Any) -> str:
    known = {dim: node.maybe_get_dim(dim) for dim in ("nI", "nO") if dim in node.dim_names}
    return " -> ".join("?" if size is None else str(size) for size in known.values())


def _count(node: Any) -> str:
    own = [name for one in node.walk() for name in (*one.param_names, *one.shims)]
    return _total(node) if own else ""


def _total(model: Any) -> str:
    """Number of parameters in a model; with ? if some have no shape yet."""
    from kernel.numeric.server import read
    from kernel.numeric.shims import has_weights, weights_of

    total, open_ones = 0, False
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name) is True:
                total += int(read(node, name).size)
            else:
                open_ones = True
        for shim in node.shims:
            total += sum(int(array.size) for array in weights_of(shim).values())
            open_ones = open_ones or not has_weights(shim)
    return f"{total:,}{' + ?' if open_ones else ''}"


def _details(node: Any, show: dict[str, bool]) -> Iterator[str]:
    if show.get("dimensions"):
        dims = {dim: node.maybe_get_dim(dim) for dim in node.dim_names}
        if dims:
            yield "dimensions: " + ", ".join(
                f"{dim} {'?' if size is None else size}" for dim, size in dims.items()
            )
    if show.get("parameters"):
        from kernel.numeric.server import read
        from kernel.numeric.shims import weights_of

        for name in node.param_names:
            array = read(node, name) if node.has_param(name) is True else None
            yield f"parameter {name}: {_summary(array)}"
        for shim in node.shims:
            for name, array in weights_of(shim).items():
                yield f"parameter {name}: {_summary(array)}"
    if show.get("gradients"):
        for name in node.param_names:
            array = node.get_grad(name) if node.has_grad(name) is True else None
            yield f"gradient {name}: {_summary(array)}"
    if show.get("attributes"):
        from kernel.config.values import show_text

        for name, value in node.attrs.items():
            yield f"attribute {name}: {show_text(repr(value))}"


def _summary(array: Any) -> str:
    if array is None:
        return "none yet"
    shape = " x ".join(map(str, array.shape))
    return (
        f"{shape}, mean {float(array.mean()):.4g}, deviation {float(array.std()):.4g}"
        if array.size
        else shape
    )
