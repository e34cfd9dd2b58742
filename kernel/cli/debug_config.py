"""`kernel debug config`: is this config right, and what does it name?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say, say_json, say_text

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.errors import Problem
    from kernel.registries.family import Registries

FIELDS = ("file", "line", "column", "path", "value", "expected", "message", "suggestion", "origin")


@click.command(
    "config",
    cls=ConfigCommand,
    examples=[
        "kernel debug config first.cfg --show-functions",
        "kernel debug config first.cfg --training.max_steps 100",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@options.code
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--show-functions", "-F", is_flag=True, help="List the functions that the config names.")
@click.option("--show-variables", "-V", is_flag=True, help="List the variables and their values.")
@click.pass_context
def debug_config(
    ctx: click.Context,
    config_path: str,
    code: tuple[Path, ...],
    form: str,
    show_functions: bool,
    show_variables: bool,
) -> None:
    """Check everything in CONFIG (- for standard input) that can be checked without building it.

    Any value of the config can be set on the command line: --section.key value. All that is wrong is shown;
    the exit code is then 2, or 3 if only packages and code files that CONFIG names are at fault. With --format json it is a
    list of objects, empty for a right config.
    """
    from kernel.errors import ConfigError

    options.load_codes(code)
    problems: list[Problem] = []
    filled = None
    try:
        filled, problems = _look(config_path, ctx.meta[OVERRIDES])
    except ConfigError as error:
        problems = error.problems
    if form == "json":
        shown = [{field: getattr(problem, field) for field in FIELDS} for problem in problems]
        say_json(shown)
    else:
        if filled is not None and show_functions:
            for line in functions(filled):
                say(line)
        if filled is not None and show_variables:
            for line in variables(filled):
                say(line)
        say_text(str(ConfigError(problems)) if problems else "config is valid")
    ctx.exit(ConfigError(problems).exit_code if problems else 0)


def _look(path: str, args: list[str]) -> tuple[Config, list[Problem]]:
    from kernel.config import load_config, parse_overrides
    from kernel.errors import warn
    from kernel.training.contradictions import contradictions
    from kernel.training.diagnosis import diagnose
    from kernel.training.missing_files import missing_files
    from kernel.training.together import worker_problems

    found: list[Problem] = []
    config = load_config(path, parse_overrides(args), problems=found)
    filled, problems = diagnose(config, found)
    if not problems:
        problems = missing_files(filled)
    for text in contradictions(filled.interpolate()["training"]) if not problems else ():
        warn(text)
    return filled, problems or worker_problems(filled)


def functions(config: Config) -> Iterator[str]:
    """Every registered function that a filled config names: path, registry and name, package, target, file and line."""
    from kernel.config.sections import present
    from kernel.registries.family import chosen_by

    registry = chosen_by(config)
    lang = (config.get("nlp") or {}).get("lang")
    sections = [(path, "sections", path) for path in present(config, registry)]
    for path, kind, name in (*_named(config, ""), *sections):
        if kind == "factories":
            name = registry.name_for_language(kind, name, lang)
        if registry.has(kind, name):
            origin = registry.origin(kind, name)
            package = f"{origin.distribution} {origin.version}" if origin.distribution else ""
            yield f"{path}: {kind} {name}: " + ", ".join(
                part for part in (package, origin.target, _place(registry, kind, name)) if part
            )
        else:
            yield f"{path}: {kind} {name}: not found"


def _named(block: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(block, (list, tuple)):
        block = {str(index): item for index, item in enumerate(block)}
    if not isinstance(block, Mapping):
        return
    for key, value in block.items():
        inner = f"{path}.{key}" if path else str(key)
        if isinstance(value, str) and key.startswith("@"):
            yield path, key[1:], value
        elif (
            isinstance(value, str)
            and key == "factory"
            and path.count(".") == 1
            and path.startswith("components.")
        ):
            yield path, "factories", value
        else:
            yield from _named(value, inner)


def _place(registry: Registries, kind: str, name: str) -> str:
    import inspect

    from kernel.errors import KernelError

    try:
        function = inspect.unwrap(registry.get(kind, name))
        return f"{inspect.getsourcefile(function)}:{inspect.getsourcelines(function)[1]}"
    except (KernelError, TypeError, OSError):
        return ""


def variables(config: Config) -> Iterator[str]:
    """Every variable of a config with its value, and where the value is written."""
    from kernel.config.values import show_value
    from kernel.config.variables import interpolate, references

    plain, _ = interpolate(config, config.sources)
    for name in sorted(references(config)):
        value: Any = plain
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        place = config.where(name)
        where = f" ({place[0]}:{place[1]}:{place[2]})" if place else ""
        yield f"${{{name}}} = {show_value(value)}{where}"
