"""Type hints as expectations: converting what is written in a config, checking what a block returned.

Written values are converted by pydantic. Returned objects are looked at from outside only: the origin of their
type is compared, nothing is iterated, copied or converted.
"""

from __future__ import annotations

import json
import re
import types
import typing
import warnings
from collections import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, ForwardRef, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, AllowInfNan, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from kernel.files.home import expand_home

# Hints that say nothing: names that could not be resolved, and variables.
_OPEN = (str, ForwardRef, TypeVar)
_UNIONS = (Union, types.UnionType)
_LAZY = (abc.Iterable, abc.Collection)
_STREAMS = (abc.Iterator, abc.Generator)
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


# Faults of pydantic that say that a value of the right type is out of its bounds.
_LIMITS = (
    "greater_than",
    "less_than",
    "multiple_of",
    "too_long",
    "too_short",
    "string_",
    "finite_number",
    "value_error",
)
_LIMITS_NOT = ("string_type", "string_sub_type")
_MISSING = ("missing", "missing_argument", "missing_keyword_only_argument")
_EXTRA = ("extra_forbidden", "unexpected_keyword_argument")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a written value.

    place: keys and numbers that lead to it, none for the value itself. is_limit: the type is right, but not the value.
    is_missing, is_extra: the last key of the place is lacking, or not known.
    """

    place: tuple[str, ...]
    reason: str
    is_limit: bool = False
    is_missing: bool = False
    is_extra: bool = False


class Refused(ValueError):
    """A written value that doesn't fit its hint."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.reason for fault in faults))
        self.faults = faults


def convert(hint: Any, value: Any) -> Any:
    """A written value as the type of a hint. Raises Refused."""
    if hint is Any or isinstance(hint, _OPEN):
        _check_finite(value)
        return value
    adapter = _adapter(_Key(hint))
    if adapter is None:
        return value
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise Refused(faults_of(value, error)) from None
    except TypeError:
        # Classes with validators of the first pydantic can't be asked.
        return value


def out_of_range(hint: Any, number: Any) -> str | None:
    """Why a number of the right type may not stand where a hint is, None if it may."""
    try:
        convert(hint, number)
    except Refused as error:
        return next((fault.reason for fault in error.faults if fault.is_limit), None)
    return None


def takes(hint: Any, value: Any) -> bool:
    """Whether a written value would fit a hint that says something."""
    if hint is Any or isinstance(hint, _OPEN):
        return False
    try:
        convert(hint, value)
    except Refused:
        return False
    return True


def options(hint: Any) -> list[Any]:
    """The values that a hint names one by one, in Literal or as members of an Enum."""
    hint = bare(hint)
    if get_origin(hint) in _UNIONS:
        return [option for part in get_args(hint) for option in options(part)]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [member.value for member in hint]
    return list(get_args(hint)) if get_origin(hint) is Literal else []


def alternatives(hint: Any) -> list[Any]:
    """The parts of a union; any other hint alone."""
    whole = bare(hint)
    return list(get_args(whole)) if get_origin(whole) in _UNIONS else [hint]


def writable(hint: Any) -> Any:
    """The hint with what can't be looked at without being used up replaced, as values are converted to it."""
    return _eager(hint)


def accepts(hint: Any, value: Any, *, is_schedule: bool = False) -> bool:
    """Whether a built object may be passed where a hint stands. is_schedule: a registered schedule made it."""
    hint = bare(hint)
    if hint is Any or isinstance(hint, _OPEN):
        return True
    if hint is None or hint is type(None):
        return value is None
    origin = get_origin(hint)
    if origin in _UNIONS:
        return any(accepts(option, value, is_schedule=is_schedule) for option in get_args(hint))
    if origin is Literal:
        return any(value is option or value == option for option in get_args(hint))
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
    if not isinstance(kind, type) or _is_thinc(kind):
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
    if origin in _UNIONS:
        options = [_kinds(option) for option in get_args(hint)]
        return None if None in options else [kind for option in options if option for kind in option]
    kind = origin or hint
    if not isinstance(kind, type) or kind is object or kind is type or _is_thinc(kind):
        return None
    return None if _is_protocol(kind) else [kind]


def _is_protocol(kind: type) -> bool:
    """Whether a class is a protocol itself: Python's own, or that of typing_extensions for older versions."""
    return any(
        base.__name__ == "Protocol" and base.__module__ in ("typing", "typing_extensions")
        for base in kind.__bases__
    )


def bare(hint: Any) -> Any:
    """A hint without Annotated, NewType and alias around it; thinc's Generator is a generator."""
    while True:
        if _is_thinc(hint, "Generator"):
            return abc.Generator
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif isinstance(hint, typing.TypeAliasType) if hasattr(typing, "TypeAliasType") else False:
            hint = hint.__value__
        else:
            return hint


def item_hint(hint: Any, key: Any) -> Any:
    """The hint of an item of a list or mapping, Any where the hint doesn't say."""
    hint = bare(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin in _UNIONS:
        options = {repr(found): found for option in args if (found := item_hint(option, key)) is not Any}
        return options.popitem()[1] if len(options) == 1 else Any
    if not isinstance(origin, type) or not args:
        return Any
    if isinstance(key, str):
        return args[1] if issubclass(origin, abc.Mapping) and len(args) == 2 else Any
    if origin is tuple and args[-1] is not Ellipsis:
        return args[key] if key < len(args) else Any
    return args[0] if issubclass(origin, abc.Iterable) and not issubclass(origin, abc.Mapping) else Any


def inside(hint: Any, place: Sequence[str]) -> Any:
    """The hint of what keys and numbers lead to, Any where the hints don't say."""
    for part in place:
        hint = item_hint(hint, int(part) if part.isdecimal() else part)
    return hint


def describe_hint(hint: Any, *, limits: bool = False) -> str:
    """A hint as people write it. limits: with the ranges of its values: "int from 1 to 10"."""
    if isinstance(hint, str):
        return hint
    if hint is None or hint is type(None):
        return "null"
    hint, ranges = bare(hint), _ranges(hint) if limits else ""
    origin, args = get_origin(hint), get_args(hint)
    if ranges:
        # null has no range.
        kinds = [kind for kind in alternatives(hint) if kind is not type(None)]
        text = " or ".join(dict.fromkeys(describe_hint(kind, limits=True) for kind in kinds))
        return f"{text} {ranges}" + (" or null" if len(kinds) < len(alternatives(hint)) else "")
    if origin in _UNIONS:
        return " or ".join(dict.fromkeys(describe_hint(arg, limits=limits) for arg in args))
    if origin is Literal:
        return " or ".join(json.dumps(option) for option in args)
    if origin is abc.Callable:
        return "a function"
    if args and isinstance(origin, type):
        inner = ("..." if arg is ... else describe_hint(arg, limits=limits) for arg in args)
        return f"{origin.__name__}[{', '.join(inner)}]"
    return str(getattr(hint, "__name__", hint))


def takes_only_lists(hint: Any) -> bool:
    """Whether of all that can be written, nothing but lists fits a hint; null may."""
    kinds = [part for part in alternatives(hint) if part is not None and part is not type(None)]
    if len(kinds) != 1:
        return bool(kinds) and all(map(takes_only_lists, kinds))
    if get_origin(bare(kinds[0])) in _UNIONS:
        return takes_only_lists(kinds[0])
    kind = get_origin(bare(kinds[0])) or bare(kinds[0])
    return (
        isinstance(kind, type)
        and issubclass(kind, abc.Iterable)
        and not issubclass(kind, (str, bytes, abc.Mapping))
    )


# The last words of a range, by whether the first ones are "from", "above" or missing.
_UPPER = {
    "le": {"ge": "to {}", "gt": "up to {}", "": "of at most {}"},
    "lt": {"ge": "to below {}", "gt": "below {}", "": "below {}"},
}
_LENGTHS = {"min_length": "with a length of at least {}", "max_length": "with a length of at most {}"}
_RANGES = ("ge", "gt", "le", "lt", "multiple_of", *_LENGTHS)


def _ranges(hint: Any) -> str:
    """The range of the values of a hint in words, "" if it has none: "from 1 to 10", "above 0"."""
    found: dict[str, Any] = {}
    while get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        for one in [part for extra in extras for part in (extra, *getattr(extra, "metadata", ()))]:
            found |= {name: limit for name in _RANGES if (limit := getattr(one, name, None)) is not None}
    lower = "ge" if "ge" in found else "gt" if "gt" in found else ""
    upper = "le" if "le" in found else "lt" if "lt" in found else ""
    words = []
    if lower == "ge":
        words.append(f"from {found['ge']}" if upper else f"of at least {found['ge']}")
    elif lower:
        words.append(f"above {found['gt']}" + ("," if upper else ""))
    if upper:
        words.append(_UPPER[upper][lower].format(found[upper]))
    if "multiple_of" in found:
        words.append(f"in steps of {found['multiple_of']}")
    words += [text.format(found[name]) for name, text in _LENGTHS.items() if name in found]
    return " ".join(words)


class _Key:
    """A hint as a cache key: hints are equal by what they say, and some can't be hashed."""

    def __init__(self, hint: Any) -> None:
        self.hint = hint

    def __hash__(self) -> int:
        return hash(repr(self.hint))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (
            self.hint is other.hint or (repr(self.hint), self.hint) == (repr(other.hint), other.hint)
        )


@lru_cache(maxsize=1024)
def _adapter(key: _Key) -> TypeAdapter[Any] | None:
    """The validator of a hint; None if pydantic can't make one, so that anything goes."""
    hint = _eager(key.hint)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for config in (ConfigDict(arbitrary_types_allowed=True), None):
            try:
                adapter = TypeAdapter(hint, config=config)
                return adapter if adapter.pydantic_complete else None
            except Exception:  # noqa: BLE001, S112 (a hint's class may fail in any way)
                continue
    return None


def _no_empty_path(value: Any) -> Any:
    """Python takes an empty path for the current directory, with all that lies below it."""
    if value == "":
        raise ValueError("an empty text is no path")
    return value


def _eager(hint: Any) -> Any:
    """The hint with what pydantic is too free with made stricter.

    Lazy collections become lists, since pydantic would return one-way iterators for them; true, false, NaN and infinity are no
    numbers; `~` in a path is the home directory, and an empty text no path.
    """
    origin, args = get_origin(hint), get_args(hint)
    if hint in (int, float):
        return Annotated[hint, *_FINITE, _NUMBER]
    if hint is Path:
        return Annotated[Path, BeforeValidator(_no_empty_path), AfterValidator(expand_home)]
    if origin is Annotated:
        inner = bare(args[0])
        if inner in (int, float):
            return Annotated[(*args, *(() if AllowInfNan(True) in args else _FINITE), _NUMBER)]
        changed = _eager(args[0])
        return hint if changed is args[0] else Annotated[(changed, *args[1:])]
    if hasattr(hint, "__supertype__"):
        return _eager(hint.__supertype__)
    if hint in _LAZY or origin in _LAZY:
        return list[_eager(args[0])] if args else list  # type: ignore[misc]
    if hint in _STREAMS or origin in _STREAMS or _is_thinc(hint, "Generator"):
        return _Stream
    if _is_thinc(hint):
        return Any
    if not args or origin in (Literal, abc.Callable, type):
        return hint
    changed = tuple(_eager(arg) for arg in args)
    if changed == args:
        return hint
    if origin in _UNIONS:
        return Union[changed]  # noqa: UP007
    return origin[changed]


def _not_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("number_type", "Input should be a number, not true or false")
    return value


def _finite(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lstrip("+-").lower() in ("nan", "inf", "infinity"):
        # Text may become a number, but this one is none in the JSON of a config.
        raise PydanticCustomError("finite_number", "Input should be a finite number, not a text")
    if isinstance(value, float) and not isfinite(value):
        raise PydanticCustomError("finite_number", "Input should be a finite number")
    return value


def _check_finite(value: Any, place: tuple[str, ...] = ()) -> None:
    """Refuse a number that is none, wherever it stands in a value of which nothing else is known."""
    if isinstance(value, float) and not isfinite(value):
        raise Refused([Fault(place, "must be a finite number", is_limit=True)])
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check_finite(item, (*place, str(key)))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            _check_finite(item, (*place, str(number)))


_NUMBER = BeforeValidator(_not_bool)
# Before its range is looked at; text may become such a number, too.
_FINITE = (BeforeValidator(_finite), AfterValidator(_finite))


class _Stream:
    """Stands for generators, which can't be written in a config."""


def faults_of(value: Any, error: ValidationError) -> list[Fault]:
    """What pydantic found, one fault a place. Of the alternatives of a union those that came closest."""
    found: dict[tuple[str, ...], Fault] = {}
    doubtful = set()
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        kind = fault["type"]
        place, is_tagged = _place(value, fault["loc"], kind in _MISSING)
        is_limit = kind.startswith(_LIMITS) and kind not in _LIMITS_NOT
        one = Fault(place, _reason(fault["msg"]), is_limit, kind in _MISSING, kind in _EXTRA)
        if one.is_missing and isinstance(fault["loc"][-1], int):
            # A tuple that is too short.
            one = Fault(place[:-1], f"item {place[-1]} is missing", is_limit=True)
            place = one.place
        if is_tagged:
            doubtful.add(place)
        if place not in found or (is_limit and not found[place].is_limit):
            found[place] = one
    around = {place[:depth] for place in found for depth in range(len(place))}
    return [fault for place, fault in found.items() if not (place in doubtful and place in around)]


def _place(value: Any, loc: tuple[int | str, ...], is_missing: bool) -> tuple[tuple[str, ...], bool]:
    """The path of a fault inside a value, without the names of the alternatives; and whether there were such names."""
    place: list[str] = []
    skipped = False
    for depth, part in enumerate(loc):
        last = depth == len(loc) - 1
        if isinstance(part, int) and isinstance(value, (list, tuple)) and (part < len(value) or last):
            value = value[part] if part < len(value) else None
        elif isinstance(value, Mapping) and (part in value or (last and is_missing)):
            value = value.get(part)
        else:
            skipped = True
            continue
        place.append(str(part))
    return tuple(place), skipped


def _reason(message: str) -> str:
    text = (
        message.removeprefix("Value error, ")
        .removeprefix("Assertion failed, ")
        .replace("Input should", "must", 1)
    )
    text = re.sub(r"^\w+ should have (.*) after validation, not (\d+)$", r"must have \1, not \2", text)
    return text[:1].lower() + text[1:]


def _is_thinc(hint: Any, name: str | None = None) -> bool:
    module, own_name = getattr(hint, "__module__", None), getattr(hint, "__name__", None)
    return module == "thinc.types" and name in (None, own_name)


def _is_scalar(value: Any, kinds: str) -> bool:
    """A numpy scalar or an array without dimensions of one of the kinds."""
    dtype = getattr(value, "dtype", None)
    return getattr(value, "shape", None) == () and getattr(dtype, "kind", "") in kinds
