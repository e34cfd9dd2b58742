"""The field's `moves` file: the frequencies of labels by action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import srsly

from kernel.files.messages import message_from_bytes


def moves_to_bytes(
    frequencies: Mapping[str, Mapping[str, int]], cfg: Mapping[str, Any] | None = None
) -> bytes:
    """Msgpack of the frequencies as a JSON string, and settings."""
    table = json.dumps(frequencies, sort_keys=True, ensure_ascii=False)
    data: bytes = srsly.msgpack_dumps({"moves": table, "cfg": dict(cfg or {})})
    return data


def moves_from_bytes(data: bytes) -> Any:
    """The frequencies that `moves_to_bytes` wrote. Anything else raises a ValueError, KeyError or TypeError."""
    return json.loads(message_from_bytes(data)["moves"])
