"""Errors of two kinds: one of ours that reports the error of somebody's code, and that can be caught as that error too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, TypeVar

# What errors of ours hold besides texts and numbers.
_FACTS = ("path", "document", "problems", "__notes__")
_PLAIN = (str, int, float, bool, bytes, type(None))
# What steers Python rather than reports: inside of a generator it would mean something else.
_CONTROL = (StopIteration, StopAsyncIteration, GeneratorExit, KeyboardInterrupt, SystemExit)
# What an error keeps outside of its `__dict__`.
_MEMBERS = (MemberDescriptorType, GetSetDescriptorType)

Kind = TypeVar("Kind", bound=BaseException)


def keep(error: Kind, cause: BaseException) -> Kind:
    """An error that reports another one, made so that it can be caught as that too, with the attributes that it has.

    error: a `KernelError`, whose text it has. Where that can't be (Python doesn't combine any two classes), it is the error
    that was given.
    """
    kinds: tuple[Any, Any] = (type(error), type(cause))
    made = None if isinstance(error, kinds[1]) else _both(*kinds)
    if made is None:
        return error
    own = error.__dict__
    try:
        # Neither constructor runs: who knows what the other one does, or wants.
        kept: Any = type(cause).__new__(made)
        _fill(kept, {**dict(_members(cause)), **getattr(cause, "__dict__", {}), **own}, error.args)
        if any(getattr(kept, name) is not value for name, value in own.items()):
            # A class that computes what ours says.
            return error
        if "detail" in kept.__dict__:
            kept.detail = own["message"]
    except Exception:  # noqa: BLE001 (what a user's class does when one is made)
        return error
    found: Kind = kept
    return found


def _members(error: BaseException) -> Iterator[tuple[str, Any]]:
    """What an error keeps in slots, as Python's own do: the number of an OSError, the name of an ImportError."""
    for kind in type(error).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, _MEMBERS) and not name.startswith("__") and name != "args":
                try:
                    yield name, getattr(error, name)
                except AttributeError:
                    continue


def _fill(error: Any, values: dict[str, Any], args: tuple[Any, ...]) -> None:
    """Give an error its values, those of slots in their slots, and the text of ours."""
    slots = {
        name for kind in type(error).__mro__ for name, one in vars(kind).items() if isinstance(one, _MEMBERS)
    }
    for name, value in values.items():
        if name in slots and not name.startswith("__"):
            setattr(error, name, value)
        else:
            error.__dict__[name] = value
    error.args = args
    if "msg" in slots:
        # Where tracebacks look for the text of a SyntaxError.
        error.msg = str(error)


@lru_cache(maxsize=256)
def _both(ours: Any, theirs: Any) -> Any:
    """A class that is one of ours, and of the class of the error that it reports; None if Python can't make it."""
    if theirs is ours or issubclass(theirs, _CONTROL):
        return None
    bases = (theirs,) if issubclass(theirs, ours) else (ours, theirs)
    content = {
        "__module__": ours.__module__,
        "__doc__": ours.__doc__,
        "__str__": ours.__str__,
        "__reduce__": _reduced,
        "exit_code": ours.exit_code,
        "made_of": (ours, theirs),
    }
    try:
        return type(ours.__name__, bases, content)
    except TypeError:
        return None


def _reduced(error: Any) -> tuple[Any, ...]:
    # By the parts, as nobody finds the class by its name. Of what the other error had, texts and numbers go along: who knows
    # what the rest is.
    ours, theirs = error.made_of
    values = {**dict(_members(error)), **error.__dict__}
    facts = {name: value for name, value in values.items() if name in _FACTS or type(value) in _PLAIN}
    return _rejoined, (ours, theirs if _has_a_place(theirs) else ours, facts)


def _has_a_place(kind: Any) -> bool:
    """Whether a class is found by its name, and not hidden in a function."""
    place: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        place = getattr(place, part, None)
    return place is kind


def _rejoined(ours: Any, theirs: Any, facts: dict[str, Any]) -> Any:
    error = theirs.__new__(_both(ours, theirs) or ours)
    _fill(error, facts, (facts["message"],))
    return error
