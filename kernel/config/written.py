"""Written values as the types that hints ask for: pydantic converts them, and what it finds wrong is told by place."""

from __future__ import annotations

import re
import warnings
from collections import abc
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, AllowInfNan, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from kernel.config.hints import OPEN, UNIONS, bare, is_thinc
from kernel.files.home import expand_home

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
_LAZY = (abc.Iterable, abc.Collection)
_STREAMS = (abc.Iterator, abc.Generator)


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
    if hint is Any or isinstance(hint, OPEN):
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
    if hint is Any or isinstance(hint, OPEN):
        return False
    try:
        convert(hint, value)
    except Refused:
        return False
    return True


def writable(hint: Any) -> Any:
    """The hint with what can't be looked at without being used up replaced, as values are converted to it."""
    return _eager(hint)


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
                # A class may put off what its validator needs, as those of sections do.
                adapter.rebuild(raise_errors=False)
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
    if hint in _STREAMS or origin in _STREAMS or is_thinc(hint, "Generator"):
        return _Stream
    if is_thinc(hint):
        return Any
    if not args or origin in (Literal, abc.Callable, type):
        return hint
    changed = tuple(_eager(arg) for arg in args)
    if changed == args:
        return hint
    if origin in UNIONS:
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
