"""The records of a JSON file: objects with their place."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel_readers.lines import check_readable, numbered_lines


@dataclass
class Record:
    """One object of a file. number: its line, or its position in a file that holds one list."""

    path: Path
    number: int
    data: dict[str, Any]

    @property
    def text(self) -> str:
        """What stands under "text"; DataError if that is no string, or no Unicode."""
        text = self.data.get("text")
        if not isinstance(text, str):
            raise self.error("the record has no string under 'text'")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise self.error("the text holds half of a surrogate pair", offset=error.start) from None
        return text

    def error(self, message: str, *, offset: int | None = None, hint: str = "") -> DataError:
        """An error with the place of the record."""
        return DataError(message, path=self.path, line=self.number, offset=offset, hint=hint)


def records(path: Path) -> Iterator[Record]:
    """The records of a `.jsonl` file, one a line, or of a `.json` file that holds a list."""
    if path.suffix == ".json":
        yield from _json_list(path)
        return
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(
                f"not valid JSON: {error.msg}", path=path, line=number, offset=error.pos
            ) from error
        except RecursionError:
            raise DataError("not valid JSON: nested too deeply", path=path, line=number) from None
        if not isinstance(data, dict):
            raise DataError(f"expected an object, found {line[:40]!r}", path=path, line=number)
        yield Record(path, number, data)


def _json_list(path: Path) -> Iterator[Record]:
    check_readable(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError("not valid UTF-8", path=path, offset=error.start) from error
    except json.JSONDecodeError as error:
        raise DataError(
            f"not valid JSON: {error.msg}", path=path, line=error.lineno, offset=error.pos
        ) from error
    except RecursionError:
        raise DataError("not valid JSON: nested too deeply", path=path) from None
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise DataError(
            "expected a list of objects", path=path, hint="A file with an object a line ends in .jsonl."
        )
    for number, item in enumerate(content, start=1):
        yield Record(path, number, item)
