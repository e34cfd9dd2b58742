"""What is killed: one kind of command, with all that has to be known about its runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KERNEL = (sys.executable, "-m", "kernel")
_TIMES = ("seconds", "memory_mb", "speed")


@dataclass(frozen=True)
class Subject:
    """write: makes the files that all runs share, in the folder that their folders lie in. begin: what is in the folder of a run
    before. words: the command, run in its folder, that writes to `out` there. again: what is added to it after a kill.
    phase: what the run in a folder is at. check: what is wrong with what a killed run left, which `outcome` of a straight run
    helps to tell. outcome: everything that a run left, but for times and places."""

    variants: tuple[str, ...]
    write: Callable[[Path], None]
    begin: Callable[[Path, str], None]
    words: Callable[[str], list[str]]
    again: tuple[str, ...]
    phase: Callable[[Path], str]
    check: Callable[[Path, str, Mapping[str, Any]], list[str]]
    outcome: Callable[[Path], dict[str, Any]]


def timeless(value: Any) -> Any:
    """A value without the times and speeds in it."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in _TIMES}
    if isinstance(value, list):
        return [
            timeless(item)
            for item in value
            if not (isinstance(item, list) and item[:1] and item[0] in _TIMES)
        ]
    return value


def rows(file: Path, *, cut: bool = False) -> list[Any]:
    """The rows of a log, without times. cut: the last may be cut off, and is left out then."""
    found = []
    for line in file.read_bytes().splitlines(keepends=True) if file.exists() else ():
        if cut and not line.endswith(b"\n"):
            break
        found.append(timeless(json.loads(line)))
    return found


def leftovers(folder: Path) -> list[str]:
    """What a writer leaves that doesn't come to its end: hidden files and folders."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(".*"))


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Names of what differs; empty if nothing does."""
    return [name for name in sorted({*found, *wanted}) if found.get(name, "") != wanted.get(name, "")]
