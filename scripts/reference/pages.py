"""The pages, from signatures, docstrings, options and schemas."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from markdown import cell, code, fenced, plain, prose
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from signatures import attributes, signature
from texts import FORMAT, KINDS, SECTIONS, VARIABLES

from kernel import testing
from kernel.cli.commands import cli
from kernel.cli.registry_show import block, ranges, section
from kernel.config import default_config
from kernel.config.descriptions import descriptions
from kernel.config.hints import describe_hint
from kernel.discovery.known_names import COMMAND_GROUPS, THINC_NAMES
from kernel.discovery.scan import entry_points
from kernel.discovery.unasked import SWITCHES
from kernel.registries.family import registry
from kernel.testing.suites.base import Suite
from kernel.training import events
from kernel.training.run import Run

ROOT = Path(__file__).resolve().parents[2]
NOTE = "<!-- Made by `make docs` from the code. Changes here are lost. -->"
OURS = "kernel-nlp"
# Read by tests and benchmarks of this repository only.
IGNORED_VARIABLES = re.compile(r"KERNEL_(DATA|PYTHON|REWRITE_GOLDEN)$")


def pages() -> dict[str, str]:
    """File name -> content of every page."""
    found = {f"{kind}.md": _registry_page(kind) for kind in registry.kinds() if _names(kind)}
    found["hooks.md"] = _hooks_page()
    found["commands.md"] = _commands_page()
    found["config.md"] = _config_page()
    found["environment.md"] = _environment_page()
    found["testing.md"] = _testing_page()
    found["README.md"] = _index(found)
    return {name: f"{NOTE}\n\n{text.rstrip()}\n" for name, text in found.items()}


def _index(found: dict[str, str]) -> str:
    lines = ["# Reference", "", "Everything that a config, a command line or a plugin can name.", ""]
    for name, title in (
        ("commands", "Commands"),
        ("config", "Configs: the format and the sections"),
        ("hooks", "Events of a run"),
    ):
        lines.append(f"- [{title}]({name}.md)")
    lines += [
        "- [Environment variables](environment.md)",
        "- [kernel.testing](testing.md), for authors of plugins",
        "",
    ]
    lines += ["Registered functions, by registry:", "", "| registry | names | |", "|---|---|---|"]
    for kind in registry.kinds():
        count = len(_names(kind))
        title = f"[{kind}]({kind}.md)" if count else kind
        lines.append(f"| {title} | {count} | {KINDS[kind]} |")
    return "\n".join(lines)


def _names(kind: str) -> list[str]:
    """Names that our packages or thinc provide; other packages document their own."""
    return [
        name
        for name in registry.names(kind)
        if (registry.origin(kind, name).distribution or "").startswith((OURS, "thinc"))
    ]


def _registry_page(kind: str) -> str:
    assert kind in KINDS, f"say in scripts/reference.py what the registry {kind} holds"
    parts = [f"# {kind}", KINDS[kind]]
    others = {name: home for name in _names(kind) if (home := _home(kind, name))}
    for name in _names(kind):
        if name in others:
            continue
        origin = registry.origin(kind, name)
        function = registry.get(kind, name)
        parts += [
            f"## {plain(name)}",
            f"From the package {plain(origin.distribution)}: {code(origin.target)}.",
        ]
        if kind not in ("modules", "sections"):
            parts.append(fenced("python", signature(function)))
        if name not in THINC_NAMES.get(kind, ()):
            parts.append(prose(inspect.getdoc(function) or ""))
        meta = getattr(function, "__kernel_factory__", None)
        if meta is not None:
            parts.append(_factory_facts(meta))
        if kind == "sections":
            parts.append(fenced("ini norun", section(name, function)))
        elif kind not in ("ops", "languages", "modules"):
            parts.append("\n".join(f"- {cell(line)}" for line in ranges(kind, name, function).splitlines()))
            parts.append(fenced("ini norun", block(kind, name, function)))
    if others:
        package = registry.origin(kind, next(iter(others))).distribution
        parts += ["## Other names", f"The package {plain(package)} has these under other names, too."]
        rows = [f"| {code(name)} | {code(home)} |" for name, home in others.items()]
        parts.append("\n".join(["| name | stands for |", "|---|---|", *rows]))
    if kind in THINC_NAMES:
        parts.insert(2, "The documentation of [Thinc](https://thinc.ai/docs) says what its own do.")
    return "\n\n".join(part for part in parts if part)


def _home(kind: str, name: str) -> str | None:
    """The name that a function has in the package that made it, if another one has given it this name."""
    origin = registry.origin(kind, name)
    function = inspect.unwrap(registry.get(kind, name))
    package = str(getattr(function, "__module__", "")).partition(".")[0]
    if kind in THINC_NAMES and name in THINC_NAMES[kind] or not origin.target:
        return None
    if origin.target.partition(".")[0].partition(":")[0] == package or not package.startswith("kernel_"):
        return None
    for other in _names(kind):
        if other != name and inspect.unwrap(registry.get(kind, other)) is function:
            return other
    return None


def _factory_facts(meta: Any) -> str:
    facts = []
    if meta.assigns:
        facts.append("Sets " + ", ".join(map(code, meta.assigns)) + ".")
    if meta.requires:
        facts.append("Needs " + ", ".join(map(code, meta.requires)) + ".")
    weights = {name: weight for name, weight in meta.default_score_weights.items() if weight is not None}
    if weights:
        facts.append(
            "Weights of its scores: "
            + ", ".join(f"{code(name)} {weight}" for name, weight in weights.items())
            + "."
        )
    return " ".join(facts)


def _hooks_page() -> str:
    parts = [
        "# Events",
        (
            "A callback is an object with methods marked `@kernel.hookimpl`. A method is named like its event and takes any "
            "subset of the arguments. [The page on events](../plugins/events.md) says how to write one."
        ),
    ]
    for name, spec in vars(events).items():
        if not hasattr(spec, "kernel_spec"):
            continue
        parts += [f"## {name}", fenced("python", signature(spec))]
        if spec.kernel_spec["firstresult"]:
            parts.append("The first answer that is not None counts.")
        parts.append(prose(inspect.getdoc(spec) or ""))
    parts += [
        "## What a run has",
        "Events have a `run`, an object of the class `kernel.training.run.Run`. Callbacks read it, and leave it as it is.",
    ]
    rows = ["| `run.` | type | |", "|---|---|---|"]
    for name, kind, text in attributes(Run):
        assert text, f"Run.{name} has no text in kernel/training/run.py"
        rows.append(f"| {code(name)} | {code(kind)} | {cell(text)} |")
    return "\n\n".join([*parts, "\n".join(rows)])


def _commands_page() -> str:
    parts = [
        "# Commands",
        (
            "Exit codes: 0 fine, 1 the run failed, 2 config, data or command line, 3 a plugin or `--code`, 130 interrupted, 143 ended by "
            "SIGTERM while it trained. "
            "Other packages may add commands."
        ),
    ]
    parts += _command_parts(cli, ["kernel"], click.Context(cli, info_name="kernel"))
    return "\n\n".join(parts)


def _command_parts(command: click.Command, words: list[str], ctx: click.Context) -> Iterator[str]:
    subcommands = list(getattr(command, "_table", {}))
    above = " ".join(words[:-1])
    groups = {before: group for group, before in COMMAND_GROUPS.items()}
    if " ".join(words) in groups:
        found = entry_points(groups[" ".join(words)])
        subcommands += [point.name for point in found if point.distribution.startswith(OURS)]
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    usage = [
        *words,
        "[OPTIONS]" * bool(options),
        *(_argument(one) for one in arguments),
        "COMMAND" * bool(subcommands),
    ]
    yield f"## {plain(' '.join(words))}"
    points = entry_points(groups[above]) if above in groups else []
    package = [point.distribution for point in points if point.name == words[-1]]
    if package:
        yield f"From the package {plain(package[0])}."
    yield fenced("text", " ".join(word for word in usage if word))
    yield prose(inspect.cleandoc(command.help or "").replace("\b\n", ""))
    if options:
        rows = ["| option | |", "|---|---|", *(_option(one) for one in options)]
        yield "\n".join(rows)
    if examples := getattr(command, "examples", ()):
        yield fenced("bash norun", "\n".join(examples))
    for name in sorted(subcommands):
        assert isinstance(command, click.Group)
        child = command.get_command(ctx, name)
        assert child is not None
        yield from _command_parts(child, [*words, name], ctx)


def _argument(one: click.Argument) -> str:
    name = one.metavar or (one.name or "").upper()
    name = name if one.required else f"[{name.strip('[]')}]"
    return f"{name}..." if one.nargs != 1 and not name.rstrip("]").endswith("...") else name


def _option(one: click.Option) -> str:
    value = "" if one.is_flag else f" {one.metavar or _type_name(one.type)}"
    names = ", ".join(map(code, (*one.opts, *one.secondary_opts))) + cell(value)
    text = cell(one.help or "")
    if one.show_default and not one.is_flag and one.default is not None:
        text += f" Default: {code(str(one.default))}."
    return f"| {names} | {text} |"


def _type_name(kind: click.ParamType) -> str:
    if isinstance(kind, click.Choice):
        return "[" + "|".join(map(str, kind.choices)) + "]"
    return kind.name.replace(" range", "").upper()


def _config_page() -> str:
    parts = [
        "# Configs",
        (
            "Unknown keys are errors. A section of another name is allowed if a variable refers to it. Defaults stand in "
            "`kernel/config/defaults.cfg`; `kernel init fill-config` writes them out."
        ),
    ]
    parts.append(FORMAT.rstrip())
    defaults = default_config()
    for name, (schema, text) in SECTIONS.items():
        parts += [f"## [{name}]", text]
        if schema is not None:
            rows = ["| key | type | default | |", "|---|---|---|---|"]
            rows += _keys(name, schema, defaults)
            parts.append("\n".join(rows))
        if defaults.get(name):
            parts.append(fenced("ini norun", _section_text(name)))
        if schema is not None:
            parts += _inner_sections(name, schema, defaults)
    return "\n\n".join(parts)


def _inner_sections(name: str, schema: type[BaseModel], defaults: dict[str, Any]) -> Iterator[str]:
    """The sections in a section whose keys are always the same."""
    for key, field in schema.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            path = f"{name}.{key}"
            rows = ["| key | type | default | |", "|---|---|---|---|"]
            rows += _keys(path, inner, defaults)
            yield f"## [{path}]"
            yield (inspect.getdoc(inner) or "").partition(": ")[2].capitalize()
            yield "\n".join(rows)


def _keys(section: str, schema: type[BaseModel], defaults: dict[str, Any]) -> list[str]:
    """A row for each key of a section."""
    texts = descriptions(schema)
    missing = schema.model_fields.keys() - texts
    assert not missing, f"[{section}] {missing} has no text in kernel/config/schemas.py"
    return [_key(section, key, field, texts[key], defaults) for key, field in schema.model_fields.items()]


def _key(section: str, key: str, field: FieldInfo, text: str, defaults: dict[str, Any]) -> str:
    is_section = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    hint = "section" if is_section else describe_hint(field.annotation)
    bounds = [
        f"{sign} {getattr(one, name)}"
        for one in field.metadata
        for name, sign in _SIGNS.items()
        if hasattr(one, name)
    ]
    kind = cell(", ".join([hint, *bounds]))
    default = "required" if field.is_required() else _plain(field.get_default(call_default_factory=True))
    if isinstance(defaults.get(section, {}).get(key), dict) and any(
        k.startswith("@") for k in defaults[section][key]
    ):
        default = "below"
    return f"| {code(key)} | {kind} | {default} | {cell(text.strip())} |"


_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _plain(value: Any) -> str:
    if isinstance(value, BaseModel):
        return "below"
    return code(json.dumps(value))


def _section_text(section: str) -> str:
    """The part of the default config that a section is."""
    text = (ROOT / "kernel" / "config" / "defaults.cfg").read_text(encoding="utf8")
    blocks = re.split(r"\n(?=\[)", text)
    return "\n".join(one for one in blocks if re.match(rf"\[{section}[\].]", one)).strip()


def _environment_page() -> str:
    unknown = sorted(variables() - set(VARIABLES))
    assert not unknown, f"say in scripts/reference.py what these variables do: {unknown}"
    assert set(VARIABLES) <= variables(), "scripts/reference.py describes variables that nothing reads"
    parts = ["# Environment variables"]
    for name, text in sorted(VARIABLES.items()):
        parts += [f"## {name}", text]
    return "\n\n".join(parts)


def variables() -> set[str]:
    """Variables that kernel or one of our packages reads, or sets for other libraries."""
    files = [*(ROOT / "kernel").rglob("*.py"), *ROOT.glob("plugins*/**/src/**/*.py")]
    found = {
        name
        for file in files
        for name in re.findall(r"\bKERNEL_[A-Z_]+[A-Z]\b", file.read_text(encoding="utf8"))
    }
    return {name for name in found if not IGNORED_VARIABLES.match(name)} | set(SWITCHES)


def _testing_page() -> str:
    parts = ["# kernel.testing", (inspect.getdoc(testing) or "").partition("\n")[0], _suite_note()]
    for name in testing.__all__:
        thing = getattr(testing, name)
        parts += [f"## {name}", code(thing.__module__), prose(inspect.getdoc(thing) or "")]
        if isinstance(thing, type) and issubclass(thing, Suite):
            parts.append(_suite_tests(thing))
        else:
            parts.insert(-1, fenced("python", signature(thing)))
    return "\n\n".join(part for part in parts if part)


def _suite_note() -> str:
    return "[Testing a plugin](../plugins/README.md) shows how they are used."


def _suite_tests(suite: type[Suite]) -> str:
    tests = [name for name in dir(suite) if name.startswith("test_")]
    own = [name for name in tests if name not in dir(Suite)] if suite is not Suite else tests
    return "\n".join(["Tests:", "", *(f"- `{name}`" for name in own)]) if own else ""
