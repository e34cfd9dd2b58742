"""Overrides: values given on the command line or in the environment instead of in the file."""

from __future__ import annotations

import os
import shlex
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.config.paths import all_paths
from kernel.config.sources import ENVIRONMENT, ENVIRONMENT_VARIABLE, OVERRIDE, Source, Sources
from kernel.config.values import ValueProblem, parse_value, show_value
from kernel.errors import ConfigError, Problem, UsageError


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
    """Set values in place, sections made as needed; returns what couldn't be set."""
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
            for old in all_paths(former, f"{path}.") if isinstance(former, dict) else ():
                sources.pop(old, None)
            sources[path] = Source(kind, source.name, comments=comments, is_new=key not in node)
            node[key] = value
    return problems
