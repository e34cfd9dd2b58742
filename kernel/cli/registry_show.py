"""`kernel registry show`: one registered function."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say_text

# Where in a config the block of a kind usually stands.
PLACES = {
    "architectures": "components.NAME.model",
    "augmenters": "corpora.train.augmenter",
    "batchers": "training.batcher",
    "callbacks": "training.callbacks.NAME",
    "factories": "components.NAME",
    "languages": "nlp",
    "loggers": "training.logger",
    "lookups": "initialize.lookups",
    "optimizers": "training.optimizer",
    "readers": "corpora.train",
    "schedules": "training.optimizer.learn_rate",
    "scorers": "components.NAME.scorer",
    "tokenizers": "nlp.tokenizer",
    "vectors": "nlp.vectors",
}


@click.command(
    "show",
    cls=Command,
    examples=[
        "kernel registry show kernel.HashEmbedCNN.v2",
        "kernel registry show ner --kind factories",
    ],
)
@click.argument("name", type=options.Known("functions"))
@click.option("--kind", type=options.Known("kinds"), help="The registry to look in; all by default.")
@options.code
def registry_show(name: str, kind: str | None, code: tuple[Path, ...]) -> None:
    """Show the function NAME: its signature, its docstring, where it comes from, and its block for a config.

    NAME may be the path of a module that a package lends, or the dotted name of a section that one supplies. Imports the
    module of that function and no other.
    """
    from kernel.registries.family import registry

    options.load_codes(code)
    kinds = [kind] if kind else [one for one in registry.kinds() if registry.has(one, name)]
    if not kinds:
        raise _unknown(name)
    say_text("\n\n".join(function_text(one, name) for one in kinds))


def function_text(kind: str, name: str) -> str:
    """Everything about a registered function, as text."""
    from kernel.registries.family import registry

    function, origin = _get(kind, name), registry.origin(kind, name)
    parts = [f"{name}  ({kind}, from {origin}, {origin.target})"]
    if callable(function) and kind != "sections":
        parts.append(f"{getattr(function, '__name__', name)}{_signature(function)}")
    parts.append(inspect.getdoc(function) or "It has no docstring.")
    if kind == "sections":
        parts.append(section(name, function))
    elif callable(function):
        parts += filter(None, [ranges(kind, name, function), block(kind, name, function)])
    return "\n\n".join(parts)


def _get(kind: str, name: str) -> Any:
    from kernel.errors import PluginError
    from kernel.registries.family import registry
    from kernel.registries.modules import refusal

    if kind == "sections":
        from kernel.config.sections import schema_of

        return schema_of(name)
    if kind == "modules" and (reason := refusal(name)):
        raise PluginError(
            f"modules: {' and '.join(registry.of(kind).claims(name))} lends {name}, but {reason}"
        )
    return registry.get(kind, name)


def section(name: str, schema: Any) -> str:
    """A section as it stands in a config, with texts on its keys; what has no default is a comment."""
    from kernel.config import Config
    from kernel.config.descriptions import descriptions
    from kernel.config.hints import describe_hint
    from kernel.config.sections import at, put
    from kernel.config.signatures import of_schema
    from kernel.config.sources import DEFAULT, Source
    from kernel.config.writer import write

    config = Config.from_str(schema.defaults or f"[{name}]")
    block = dict(at(config, name))
    required, sources = [], {}
    texts = descriptions(schema)
    for key, parameter in of_schema(schema, name).parameters.items():
        text = _commented(texts.get(key))
        sources[f"{name}.{key}"] = Source(DEFAULT, name, comments=tuple(text))
        if not parameter.is_required and _is_plain(parameter.default):
            block.setdefault(key, parameter.default)
        elif key not in block:
            required += [*text, f"# {key} = ({describe_hint(parameter.hint, limits=True)}, required)"]
    put(config, name, block)
    lines = write(config, sources, [], escape=False).rstrip().split("\n")
    start = lines.index(f"[{name}]")
    return "\n".join([lines[start], *required, *lines[start + 1 :]])


def ranges(kind: str, name: str, function: Any) -> str:
    """The parameters with a default and a range, a line each; "" if there are none. The block has those without a default."""
    from kernel.config.hints import describe_hint
    from kernel.config.plans import owner_name
    from kernel.config.signatures import of_function
    from kernel.registries.family import registry

    found = []
    for parameter in of_function(function, owner_name(registry, kind, name)).parameters.values():
        text = describe_hint(parameter.hint, limits=True)
        if not parameter.is_required and text != describe_hint(parameter.hint):
            found.append(f"{parameter.name}: {text}")
    return "\n".join(found)


def _commented(text: str | None) -> list[str]:
    from textwrap import wrap

    return wrap(text or "", 100, initial_indent="# ", subsequent_indent="# ")


def block(kind: str, name: str, function: Any) -> str:
    """A block for a config: what has a default with its value, what has none as a comment."""
    from kernel.config import Config, fill, merge_defaults
    from kernel.config.hints import describe_hint
    from kernel.config.plans import owner_name
    from kernel.config.signatures import of_function
    from kernel.registries.family import registry

    given = ("nlp", "name") if kind == "factories" else ()
    if kind == "languages":
        return f'[nlp]\nlang = "{name}"'
    place = PLACES.get(kind, "NAME")
    signature = of_function(function, owner_name(registry, kind, name), given=given)
    defaults = {key: p.default for key, p in signature.parameters.items() if not p.is_required}
    own = getattr(getattr(function, "__kernel_factory__", None), "default_config", {})
    defaults = merge_defaults(own, {key: value for key, value in defaults.items() if _is_plain(value)})
    head = {"factory": name} if kind == "factories" else {f"@{kind}": name}
    # What the defaults name may not be installed.
    filled = {key: _filled(value, fill) for key, value in defaults.items()}
    text = Config({"block": {**head, **filled}}).to_str().rstrip()
    lines = [
        line.replace("[block", f"[{place}", 1) if line.startswith("[block") else line
        for line in text.split("\n")
    ]
    required = [p for key, p in signature.parameters.items() if p.is_required and key not in own]
    # After the header and the line that names the function.
    lines[2:2] = [f"# {p.name} = ({describe_hint(p.hint, limits=True)}, required)" for p in required]
    return "\n".join(lines)


def _filled(value: Any, fill: Any) -> Any:
    from kernel.errors import KernelError

    if not isinstance(value, dict):
        return value
    try:
        return fill(value)
    except KernelError:
        return value


def _is_plain(value: Any) -> bool:
    from kernel.config.values import is_plain

    return is_plain(value)


def _signature(function: Any) -> str:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return "(...)"
    parameters = [str(one) for one in signature.parameters.values()]
    returns = signature.return_annotation
    arrow = "" if returns is signature.empty else f" -> {inspect.formatannotation(returns)}"
    line = f"({', '.join(parameters)}){arrow}"
    return line if len(line) < 80 else "(\n    " + ",\n    ".join(parameters) + f",\n){arrow}"


def _unknown(name: str) -> Exception:
    from kernel.discovery.known_names import COMMAND_GROUPS
    from kernel.discovery.rules import entry_points
    from kernel.errors import RegistryError
    from kernel.registries.family import registry
    from kernel.registries.registry import nearest_name

    commands = [point for group in COMMAND_GROUPS for point in entry_points(group) if point.name == name]
    if commands:
        owner = commands[0]
        return RegistryError(
            f"{name!r} is a command of {owner.distribution} {owner.version}, not a function for configs",
            hint=f"{COMMAND_GROUPS[owner.group]} {name} --help shows what it does.",
        )
    names = sorted({one for kind in registry.kinds() for one in registry.names(kind)})
    near = nearest_name(name, names)
    return RegistryError(f"there is no function {name!r}", hint=f"Did you mean {near!r}?" if near else "")
