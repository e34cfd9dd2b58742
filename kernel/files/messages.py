"""MessagePack, as the files of a saved pipeline have it."""

from __future__ import annotations

from typing import Any


def message_from_bytes(data: bytes) -> Any:
    """The value of one MessagePack document; arrays become lists.

    srsly's own `msgpack_loads` switches the garbage collector off meanwhile, and not on again after an error; nor do two
    threads that do so come out right.
    """
    from srsly import msgpack

    return msgpack.loads(data, raw=False, use_list=True)
