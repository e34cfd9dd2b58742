"""Overrides: values given on the command line or in the environment instead of in the file."""

from __future__ import annotations

import os
import shlex
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from kernel.config.origin import ORIGIN
from kernel.config.paths import all_paths
from kernel.config.signatures import of_function
from kernel.config.sources import ENVIRONMENT, ENVIRONMENT_VARIABLE, OVERRIDE, Source, Sources
from kernel.config.values import ValueProblem, parse_value, show_value
from kernel.errors import ConfigError, KernelError, Problem, UsageError, WrongType
from kernel.registries.family import chosen_by


def parse_overrides(args: Sequence[str], *, kind: str = OVERRIDE) -> dict[str, Any]:
    """Values by dotted path from arguments: `--a.b value`, `--a.b=value`, `--a.b` alone for true.

    Values are JSON, or else text, and may hold variables. Raises UsageError for anything else on the line and
    ConfigError for values that look like JSON and aren't.
    """
    overrides: dict[str, Any] = {}
    problems = []
    rest = deque(args)
    where = f" in {ENVIRONMENT_VARIABLE}" if kind == ENVIRONMENT else ""
    while rest:
        argument = rest.popleft()
        name, equals, text = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or not name:
            hint = "Overrides have the form --section.key value."
            raise UsageError(f"unexpected argument {argument!r}{where}", hint=hint)
        if "." not in name or not all(name.split(".")):
            hint = "An override names a section and a key: --section.key value."
            raise UsageError(f"no such option: --{name}{where}", hint=hint)
        if not equals:
            text = rest.popleft() if rest and not rest[0].startswith("--") else "true"
        try:
            overrides[name] = parse_value(text.strip())
        except ValueProblem as error:
            origin = Source(kind, f"--{name}").describe()
            problems.append(Problem(str(error), path=name, value=text, suggestion=error.hint, origin=origin))
    if problems:
        raise ConfigError(problems)
    return overrides


def environment_overrides(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Overrides of the variable KERNEL_CONFIG_OVERRIDES, written as on the command line."""
    text = environ.get(ENVIRONMENT_VARIABLE, "")
    try:
        args = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{ENVIRONMENT_VARIABLE} can't be read: {error}") from None
    return parse_overrides(args, kind=ENVIRONMENT)


def apply_overrides(
    data: dict[str, Any], sources: Sources, overrides: Mapping[str, Any], kind: str = OVERRIDE
) -> list[Problem]:
    """Set values in place, sections made as needed; returns what couldn't be set.

    Where an override names another function for a block, the block keeps what that takes, and what overrides set. `source` null
    takes a component's source away.
    """
    if not isinstance(overrides, Mapping) or not all(isinstance(path, str) for path in overrides):
        raise WrongType(
            f"overrides are a dict of values by dotted path, not {overrides!r}",
            hint='Write {"training.max_steps": 100}.',
        )
    problems = []
    for path, value in overrides.items():
        source = Source(kind, f"--{path} {show_value(value)}")
        *parents, key = path.split(".")
        if not parents:
            hint = "An override names a section and a key: section.key."
            problems.append(
                Problem(
                    "a whole section can't be overridden",
                    path=path,
                    suggestion=hint,
                    origin=source.describe(),
                )
            )
            continue
        node: Any = data
        for depth, part in enumerate(parents, start=1):
            parent = ".".join(parents[:depth])
            if part not in node:
                sources[parent] = source
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                hint = f"Override {parent} itself, or write it as a section."
                problems.append(
                    Problem(
                        f"{parent} is a value and has no keys",
                        path=path,
                        value=show_value(node),
                        suggestion=hint,
                        origin=source.describe(),
                    )
                )
                break
        else:
            comments = sources[path].comments if path in sources else ()
            former = node.get(key)
            if key == "source" and value is None and _is_component(".".join(parents)):
                _drop(node, ".".join(parents), ORIGIN, sources)
                continue
            for old in all_paths(former, f"{path}.") if isinstance(former, dict) else ():
                sources.pop(old, None)
            sources[path] = Source(kind, source.name, comments=comments, is_new=key not in node)
            node[key] = value
            block = ".".join(parents)
            if former != value and _names_function(block, key):
                inside = [other for other in overrides if other.startswith(f"{block}.")]
                given = {other.removeprefix(f"{block}.").partition(".")[0] for other in inside}
                _drop_former(data, node, block, key, given, sources)
    return problems


def _names_function(block: str, key: str) -> bool:
    """Whether a key of a block says which function makes it."""
    return key.startswith("@") or (key == "factory" and _is_component(block))


def _is_component(block: str) -> bool:
    return block.startswith("components.") and block.count(".") == 1


def _drop_former(
    data: Mapping[str, Any],
    node: dict[str, Any],
    block: str,
    key: str,
    given: Collection[str],
    sources: Sources,
) -> None:
    """Remove the settings of the function that a block named before, but for those of the same name and the given ones."""
    taken = _parameters(data, "factories" if key == "factory" else key[1:], node[key])
    if taken is None:
        return
    if key == "factory":
        # A component with a source is taken from there: a factory can't quietly put another one in its place.
        taken |= set(ORIGIN)
    _drop(node, block, [one for one in node if one != key and one not in given and one not in taken], sources)


def _drop(node: dict[str, Any], block: str, names: Iterable[str], sources: Sources) -> None:
    """Remove keys of a block, and where they were written."""
    for other in names:
        former = node.pop(other, None)
        path = f"{block}.{other}"
        for old in [path, *(all_paths(former, f"{path}.") if isinstance(former, dict) else ())]:
            sources.pop(old, None)


def _parameters(data: Mapping[str, Any], kind: str, name: Any) -> set[str] | None:
    """The names of what a function takes; None for one that is not known, or takes anything."""
    nlp = data.get("nlp")
    lang = nlp.get("lang") if isinstance(nlp, Mapping) else None
    if not isinstance(name, str):
        return None
    try:
        registry = chosen_by(data)
        name = registry.name_for_language(kind, name, lang if isinstance(lang, str) else None)
        signature = of_function(registry.get(kind, name), name)
    except KernelError:
        # The check of the config says what is wrong with it.
        return None
    return None if signature.takes_more else {*signature.parameters, "*"}
