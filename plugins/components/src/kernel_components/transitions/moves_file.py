"""The field's `moves` file: the frequencies of labels by action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import srsly

from kernel.errors import DataError
from kernel.files.messages import message_from_bytes


def moves_to_bytes(
    frequencies: Mapping[str, Mapping[str, int]], cfg: Mapping[str, Any] | None = None
) -> bytes:
    """Msgpack of the frequencies as a JSON string, and settings."""
    table = json.dumps(frequencies, sort_keys=True, ensure_ascii=False)
    data: bytes = srsly.msgpack_dumps({"moves": table, "cfg": dict(cfg or {})})
    return data


def moves_from_bytes(data: bytes) -> Any:
    """The frequencies that `moves_to_bytes` wrote. `DataError` for anything else."""
    try:
        return json.loads(message_from_bytes(data)["moves"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"these {len(data)} bytes are no moves file, which has the actions of a transition system and their labels",
            hint="The file is damaged, or another one.",
        ) from error
