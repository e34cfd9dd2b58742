"""What becomes of a line of a config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kernel import Config

Outcome = Literal["same", "changed", "refused"]


@dataclass(frozen=True, slots=True)
class Note:
    """One line of a config, and what becomes of it.

    path: of the key, dotted. outcome: "same" if it means the same here, "changed" if something else stands in its place, "refused" if
    what it asks for is not there. before, after: the value there and here, as a config would write them; after is "" for what is
    left out or refused. text: what is to be known. line: in the file, None for what was written nowhere.
    """

    path: str
    outcome: Outcome
    before: str
    after: str = ""
    text: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """What is said of the line, after its path."""
        arrow = f"{self.before} -> {self.after}" if self.after not in ("", self.before) else self.before
        return f"{self.path}: {': '.join(filter(None, (arrow, self.text)))}"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for JSON."""
        return {field: getattr(self, field) for field in self.__dataclass_fields__}


def line_of(config: Config, path: str) -> int | None:
    """The line of a key, or of what is written around it."""
    found = config.where(path)
    return None if found is None else found[1]
