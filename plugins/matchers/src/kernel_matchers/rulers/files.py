"""Files of patterns: one JSON object on each line."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kernel.errors import DataError


def patterns_to_bytes(patterns: Iterable[Mapping[str, Any]]) -> bytes:
    """The content of a file of patterns."""
    return "".join(f"{json.dumps(each, separators=(',', ':'))}\n" for each in patterns).encode("utf8")


def patterns_from_bytes(data: bytes, name: str) -> list[Any]:
    """The values of the lines; blank lines are passed over. `DataError`, with the line, for what is not JSON. name: of the component."""
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"the patterns of component '{name}' are not UTF-8: {error}") from error
    patterns = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            patterns.append(json.loads(line))
        except ValueError as error:
            raise DataError(
                f"the patterns of component '{name}' are not JSON: {error}", line=number
            ) from error
    return patterns
