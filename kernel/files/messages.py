"""MessagePack, as the files of a saved pipeline have it."""

from __future__ import annotations

from typing import Any


def message_from_bytes(data: bytes, *, shared: bool = False) -> Any:
    """The value of one MessagePack document; arrays become lists.

    shared: they become tuples, and equal ones are one object, which takes less time and memory where there are many. `ValueError` for what is
    no MessagePack, and if shared for arrays that hold maps.

    srsly's own `msgpack_loads` switches the garbage collector off meanwhile, and not on again after an error; nor do two
    threads that do so come out right.
    """
    from srsly import msgpack

    if not shared:
        return msgpack.loads(data, raw=False, use_list=True)
    known: dict[Any, Any] = {}
    try:
        return msgpack.loads(
            data, raw=False, use_list=False, list_hook=lambda each: known.setdefault(each, each)
        )
    except TypeError as error:
        raise ValueError(f"an array holds what can't be compared: {error}") from error
