"""Numbers of the attributes of tokens and word forms: the module `kernel.attrs`."""

from collections.abc import Mapping
from typing import Any

from kernel.errors import UsageError
from kernel.vocab import StringStore, attrs

# The number of each is its place.
_IOB = ("", "I", "O", "B")
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


def intify_attrs(stringy_attrs: Mapping[Any, Any], strings_map: Any = None) -> dict[int, Any]:
    """Attributes by number, their values as numbers too.

    strings_map: the numbers of values that are strings, a mapping or a StringStore, which takes them; without one they
    stay. "B", "I", "O" and "" of ENT_IOB are numbers always. `UsageError` for an attribute that there isn't.
    """
    found = {}
    for key, value in stringy_attrs.items():
        number = attrs.intify(key)
        if number == attrs.ENT_IOB and isinstance(value, str):
            value = _iob(value)
        elif isinstance(value, str) and strings_map is not None:
            value = strings_map.add(value) if isinstance(strings_map, StringStore) else strings_map[value]
        found[number] = value
    return found


def _iob(value: str) -> int:
    if value not in _IOB:
        raise UsageError(f"ENT_IOB is {value!r}; it can be one of {', '.join(map(repr, _IOB))}")
    return _IOB.index(value)
