"""What shells need to know of a command. That of the kernel's own commands lies in `specs.json`, made by `make docs`: reading it takes
a tenth of the time that importing click takes. Modules here do without pathlib and dataclasses, which import much.
"""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

FILE, FOLDER, CHOICE, KNOWN = "file", "dir", "choice", "known"
FILE_OF_SPECS = os.path.join(os.path.dirname(__file__), "specs.json")


class Values(NamedTuple):
    """What an option or an argument takes. kind: `FILE`, `FOLDER`, `CHOICE` of names, `KNOWN` with the name of a function in
    `known.FUNCTIONS`, or "" for anything. parameter: click's own, which is to be asked, or None.
    """

    kind: str = ""
    names: tuple[str, ...] = ()
    parameter: Any = None


class Option(NamedTuple):
    """takes: whether a value follows. key: what the command calls the value."""

    help: str
    takes: bool
    key: str
    values: Values


class Spec(NamedTuple):
    """A command or a group. commands: those of a group, name -> help. group: of entry points, where packages add commands. settings: whether
    it takes `--section.key value`.
    """

    commands: dict[str, str]
    group: str
    settings: bool
    options: dict[str, Option]
    arguments: tuple[Values, ...]


def own() -> dict[str, Spec]:
    """The commands of the kernel, by their words after `kernel`: "" and "init config", say."""
    with open(FILE_OF_SPECS, encoding="utf8") as file:
        found: dict[str, Any] = json.load(file)
    return {words: _spec(*row) for words, row in found.items()}


def as_json(specs: dict[str, Spec]) -> str:
    """The content of `specs.json`."""
    return json.dumps(specs, indent=1, ensure_ascii=False) + "\n"


def _spec(commands: Any, group: str, settings: bool, options: Any, arguments: Any) -> Spec:
    return Spec(
        commands,
        group,
        settings,
        {name: Option(help, takes, key, _values(row)) for name, (help, takes, key, row) in options.items()},
        tuple(map(_values, arguments)),
    )


def _values(row: Any) -> Values:
    return Values(row[0], tuple(row[1]))
