"""Whether something is here: a path, a registered function, a command."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from functools import cache
from typing import Any

import click

from kernel.cli.commands import cli
from kernel.registries.family import registry

_NOTHING = object()


def same_name(name: str) -> str:
    """The name here that is spelt like one of spaCy's: `kernel.x`, `readers:kernel.x`, `kernel command`."""
    kind, _, rest = name.rpartition(":")
    if kind == "commands":
        return f"kernel {rest}"
    return f"{kind}:{rest.replace('spacy.', 'kernel.')}" if kind else "kernel" + name.removeprefix("spacy")


def exists(name: str) -> bool:
    """Whether there is something of a name in the form that `same_name` gives."""
    if " " in name:
        return name.partition(" ")[2] in commands()
    kind, _, rest = name.rpartition(":")
    return registry.has(kind, rest) if kind else _is_importable(rest)


@cache
def commands() -> frozenset[str]:
    """All commands: `train`, `debug data`."""
    return frozenset(_below(cli, ""))


def _below(group: Any, prefix: str) -> list[str]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append(f"{prefix}{name}")
        if isinstance(command, click.Group):
            found += _below(command, f"{prefix}{name} ")
    return found


def _is_importable(path: str) -> bool:
    """Whether a dotted path leads to a module, to something in one, or to an attribute of a class or of its instances."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for name in parts[cut:]:
            found = _attribute(found, name)
        return found is not _NOTHING
    return False


def _attribute(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except (AttributeError, ImportError):
        return None if inspect.isclass(owner) and name in _of_instances(owner) else _NOTHING


@cache
def _of_instances(cls: type) -> frozenset[str]:
    """Attributes that a class annotates, or that its methods set."""
    found: set[str] = set()
    for base in cls.__mro__:
        if not base.__module__.startswith("kernel"):
            continue
        found |= set(vars(base).get("__annotations__", {}))
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        found |= {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
    return frozenset(found)
