"""Numbers of the attributes of tokens and word forms: the module `kernel.attrs`."""

from collections.abc import Mapping
from typing import Any

from kernel.vocab import StringStore, attrs

IDS: dict[str, int] = {"": 0, **attrs.IDS}
NAMES: list[str] = sorted(IDS, key=IDS.__getitem__)
__all__ = ["IDS", "NAMES", "intify_attr", "intify_attrs"]
__all__ += list(attrs.IDS)


def __getattr__(name: str) -> int:
    if name in attrs.IDS:
        return attrs.IDS[name]
    raise AttributeError(f"module 'kernel.attrs' has no attribute {name!r}")


def intify_attr(name: str | int) -> int | None:
    """The number of an attribute; None if there is none of that name. A number stays as it is."""
    return IDS.get(name.upper()) if isinstance(name, str) else name


def intify_attrs(stringy_attrs: Mapping[Any, Any], strings_map: StringStore | None = None) -> dict[int, Any]:
    """Attributes by number, their values as numbers too. strings_map: takes the values that are strings."""
    found = {}
    for key, value in stringy_attrs.items():
        number = attrs.intify(key)
        if isinstance(value, str) and strings_map is not None:
            value = strings_map.add(value)
        found[number] = value
    return found
