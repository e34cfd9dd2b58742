"""Files of plain data: tables, patterns and whatever else a component takes when it is initialized."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.compressed import open_bytes
from kernel.files.messages import message_from_bytes
from kernel_readers.lines import check_readable, numbered_lines


def read_json(path: Path) -> Any:
    """The content of a JSON file. `DataError` if it isn't one."""
    return _parsed(json.loads, _text(path), "JSON", path)


def read_jsonl(path: Path, skip: bool = False) -> list[Any]:
    """The values of a file with a JSON value on each line; blank lines are passed over.

    skip: whether lines that are not JSON are passed over too; otherwise the first one is a `DataError` with its number.
    """
    values = []
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        try:
            values.append(json.loads(line))
        except ValueError as error:
            if not skip:
                raise DataError(f"not JSON: {error}", path=path, line=number) from error
    return values


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. `DataError` if it isn't one."""
    from srsly import yaml_loads

    return _parsed(yaml_loads, _text(path), "YAML", path)


def read_msgpack(path: Path, use_list: bool = True) -> Any:
    """The content of a MessagePack file. `DataError` if it isn't one.

    use_list: taken as the field's configs have it. Arrays become lists in any case.
    """
    check_readable(path)
    with open_bytes(path) as file:
        return _parsed(message_from_bytes, file.read(), "MessagePack", path)


def _text(path: Path) -> str:
    return "\n".join(line for _, line in numbered_lines(path))


def _parsed(parse: Callable[[Any], Any], content: Any, form: str, path: Path) -> Any:
    try:
        return parse(content)
    except Exception as error:
        # Each form has errors of its own.
        raise DataError(f"not {form}: {error}", path=path) from error
