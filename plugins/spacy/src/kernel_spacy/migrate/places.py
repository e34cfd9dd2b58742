"""Where a name of spaCy's is here: under the same path, under another one, or nowhere, with the reason.

Whether it is under the same path is looked up in what is installed, so that nobody has to keep a list. `notes.toml` has the others.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kernel.errors import KernelError

_NOTHING = object()
UNKNOWN = "kernel has nothing of that name"
_COMMANDS = "commands are no functions here: kernel.train(...) trains, others are run as `kernel ...`"


@dataclass(frozen=True, slots=True)
class Place:
    """path: where a name is here, dotted; "" if it is not. why: it is not, and what to do."""

    path: str
    why: str = ""


@cache
def notes() -> dict[str, dict[str, str]]:
    """What is known of names that are not the same here: [here], [different], [planned]."""
    text = files("kernel_spacy.migrate").joinpath("notes.toml").read_text(encoding="utf8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


@cache
def find(name: str) -> Place:
    """The place of a dotted name such as `spacy.tokens.Doc`."""
    same = "kernel" + name.removeprefix("spacy")
    if name.startswith("spacy.cli."):
        return Place(same) if name == "spacy.cli.download" else Place("", _COMMANDS)
    if is_there(same):
        return Place(same)
    parts = name.split(".")
    for cut in range(len(parts), 1, -1):
        ours = notes()["here"].get(".".join(parts[:cut]))
        if ours is not None and ":" not in ours:
            return Place(".".join([ours, *parts[cut:]]))
    return Place("", reason(name))


def reason(name: str) -> str:
    """Why a name is not here."""
    found = note_on(name)
    return notes()[found[0]][found[1]] if found else UNKNOWN


def note_on(name: str) -> tuple[str, str] | None:
    """(kind, name) of the note on a name that is not here: on itself, or on the nearest that it belongs to."""
    while name:
        for kind in ("different", "planned"):
            if name in notes()[kind]:
                return kind, name
        name = re.sub(r"(^|[.: ])[^.: ]*$", "", name)
    return None


def is_there(path: str) -> bool:
    """Whether a dotted path leads to a module, to something in one, or to an attribute of a class or of its instances."""
    parts = path.split(".")
    if "__main__" in parts:
        # To import it would run it.
        return False
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except (ImportError, KernelError):
            continue
        for name in parts[cut:]:
            found = _attribute(found, name)
        return found is not _NOTHING
    return False


def _attribute(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except (AttributeError, ImportError, KernelError):
        is_set = isinstance(owner, type) and name in _of_instances(owner)
        return None if is_set else _NOTHING


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
