"""What blocks made, and functions return, against the hints of the places where it goes.

Objects are looked at from outside only: the origin of their type is compared, nothing is iterated, copied or converted.
"""

from __future__ import annotations

from collections import abc
from typing import Any, Literal, get_args, get_origin

from kernel.config.hints import OPEN, UNIONS, bare, is_thinc

_FUNCTION: Any = abc.Callable
# What a schedule may stand for: a number, a sequence of numbers or a stream of them.
_SCHEDULABLE = (
    int,
    float,
    list,
    tuple,
    abc.Sequence,
    abc.Iterable,
    abc.Iterator,
    abc.Generator,
    abc.Callable,
)


def accepts(hint: Any, value: Any, *, is_schedule: bool = False) -> bool:
    """Whether a built object may be passed where a hint stands. is_schedule: a registered schedule made it."""
    hint = bare(hint)
    if hint is Any or isinstance(hint, OPEN):
        return True
    if hint is None or hint is type(None):
        return value is None
    origin = get_origin(hint)
    if origin in UNIONS:
        return any(accepts(option, value, is_schedule=is_schedule) for option in get_args(hint))
    if origin is Literal:
        # An array would be compared item by item.
        return any(isinstance(value, type(option)) and value == option for option in get_args(hint))
    if origin is type:
        return isinstance(value, type)
    kind = origin or hint
    if (is_schedule or isinstance(value, abc.Iterator)) and kind in _SCHEDULABLE:
        return True
    if kind is abc.Callable:
        return callable(value)
    if kind in (int, float) and isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, (int, float)) or _is_scalar(value, "fi")
    if kind is int:
        return isinstance(value, int) or _is_scalar(value, "i")
    # thinc's array types are structural: no array is an instance of them.
    if not isinstance(kind, type) or is_thinc(kind):
        return True
    try:
        return isinstance(value, kind)
    except TypeError:
        return True


def may_return(hint: Any, returned: Any, *, is_schedule: bool = False) -> bool:
    """Whether a function that is declared to return `returned` may stand where a hint is: False only if it can't."""
    given, expected = _kinds(returned), _kinds(hint)
    if given is None or expected is None:
        return True
    for kind in given:
        for place in expected:
            if issubclass(kind, place) or issubclass(place, kind) or (kind, place) == (int, float):
                return True
            if place in _SCHEDULABLE and (is_schedule or issubclass(kind, abc.Iterator)):
                return True
            if _FUNCTION in (kind, place) and not {kind, place} & {int, float, str, list, tuple, dict}:
                return True
    return False


def _kinds(hint: Any) -> list[type] | None:
    """The classes that a hint allows, None if it doesn't say."""
    hint = bare(hint)
    if hint is Any or hint is None:
        return None if hint is Any else [type(None)]
    origin = get_origin(hint)
    if origin in UNIONS:
        options = [_kinds(option) for option in get_args(hint)]
        return None if None in options else [kind for option in options if option for kind in option]
    kind = origin or hint
    if not isinstance(kind, type) or kind is object or kind is type or is_thinc(kind):
        return None
    return None if _is_protocol(kind) else [kind]


def _is_protocol(kind: type) -> bool:
    """Whether a class is a protocol itself: Python's own, or that of typing_extensions for older versions."""
    return any(
        base.__name__ == "Protocol" and base.__module__ in ("typing", "typing_extensions")
        for base in kind.__bases__
    )


def _is_scalar(value: Any, kinds: str) -> bool:
    """A numpy scalar or an array without dimensions of one of the kinds."""
    dtype = getattr(value, "dtype", None)
    return getattr(value, "shape", None) == () and getattr(dtype, "kind", "") in kinds
