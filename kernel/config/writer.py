"""Writing a config: sections nested below their parents, comments above what they belong to."""

from __future__ import annotations

import re
from typing import Any

from kernel.config.sources import Sources
from kernel.config.values import dump_value, is_plain
from kernel.errors import ConfigError, Problem

ORDER = (
    "paths",
    "variables",
    "system",
    "nlp",
    "components",
    "corpora",
    "training",
    "initialize",
)

_PLAIN_KEY = re.compile(r"[^\s=:\[\]#;$.\"'{}](?:[^\n=:\[\].]*[^\s=:\[\].])?$")

# What can be a part of a section's name.
_HEADER_KEY = re.compile(r"[^\s\[\].](?:[^\n\[\].]*[^\s\[\].])?$")


def write(data: dict[str, Any], sources: Sources, last_comments: list[str], *, escape: bool) -> str:
    """Text of a config. escape: write `$` as `$$`, except in variables.

    Raises ConfigError if a value isn't JSON.
    """
    writer = _Writer(sources, escape)
    for name in sorted(data, key=_rank):
        writer.section(name, data[name])
    if last_comments:
        writer.lines.extend([*last_comments, ""])
    if writer.problems:
        raise ConfigError(writer.problems)
    return "\n".join(writer.lines).rstrip("\n") + "\n"


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


class _Writer:
    def __init__(self, sources: Sources, escape: bool) -> None:
        self.sources = sources
        self.escape = escape
        self.lines: list[str] = []
        self.problems: list[Problem] = []

    def section(self, path: str, data: Any) -> None:
        if not isinstance(data, dict):
            message = "a value outside of any section"
            self.problems.append(Problem(message, path=path, value=repr(data)[:80]))
            return
        self._comments(path)
        self.lines.append(f"[{path}]")
        blocks = {key: value for key, value in data.items() if _HEADER_KEY.match(key) and _is_section(value)}
        for key, value in data.items():
            if key not in blocks:
                self._comments(f"{path}.{key}")
                self._option(key, value, f"{path}.{key}")
        self.lines.append("")
        for key, value in blocks.items():
            self.section(f"{path}.{key}", value)

    def _option(self, key: str, value: Any, path: str) -> None:
        if not is_plain(value):
            self.problems.append(
                Problem(
                    f"an object of type {type(value).__qualname__} can't be written",
                    path=path,
                    suggestion="Name a registered function that returns it.",
                )
            )
            return
        text = dump_value(value)
        if self.escape:
            text = re.sub(r"\$(?!\{)", "$$", text)
        text = text.replace("\n", "\n    ")
        self.lines.append(f"{key} = {text}".rstrip())

    def _comments(self, path: str) -> None:
        source = self.sources.get(path)
        if source is not None:
            self.lines.extend(source.comments)


def _is_section(value: Any) -> bool:
    """Whether a mapping can stand as a section: keys that can be written, at every depth."""
    if not isinstance(value, dict):
        return False
    return all(
        isinstance(key, str)
        and (
            _HEADER_KEY.match(key) is not None and _is_section(item)
            if isinstance(item, dict)
            else _PLAIN_KEY.match(key) is not None
        )
        for key, item in value.items()
    )
