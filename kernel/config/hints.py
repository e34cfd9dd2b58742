"""Type hints: what they are made of, and how people write them."""

from __future__ import annotations

import json
import types
import typing
from collections import abc
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, ForwardRef, Literal, TypeVar, Union, get_args, get_origin

# Hints that say nothing: names that could not be resolved, and variables.
OPEN = (str, ForwardRef, TypeVar)
UNIONS = (Union, types.UnionType)
# The last words of a range, by whether the first ones are "from", "above" or missing.
_UPPER = {
    "le": {"ge": "to {}", "gt": "up to {}", "": "of at most {}"},
    "lt": {"ge": "to below {}", "gt": "below {}", "": "below {}"},
}
_LENGTHS = {"min_length": "with a length of at least {}", "max_length": "with a length of at most {}"}
_RANGES = ("ge", "gt", "le", "lt", "multiple_of", *_LENGTHS)


def options(hint: Any) -> list[Any]:
    """The values that a hint names one by one, in Literal or as members of an Enum."""
    hint = bare(hint)
    if get_origin(hint) in UNIONS:
        return [option for part in get_args(hint) for option in options(part)]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [member.value for member in hint]
    return list(get_args(hint)) if get_origin(hint) is Literal else []


def alternatives(hint: Any) -> list[Any]:
    """The parts of a union; any other hint alone."""
    whole = bare(hint)
    return list(get_args(whole)) if get_origin(whole) in UNIONS else [hint]


def bare(hint: Any) -> Any:
    """A hint without Annotated, NewType and alias around it; thinc's Generator is a generator."""
    while True:
        if is_thinc(hint, "Generator"):
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
    if origin in UNIONS:
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
    if origin in UNIONS:
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
    if get_origin(bare(kinds[0])) in UNIONS:
        return takes_only_lists(kinds[0])
    kind = get_origin(bare(kinds[0])) or bare(kinds[0])
    return (
        isinstance(kind, type)
        and issubclass(kind, abc.Iterable)
        and not issubclass(kind, (str, bytes, abc.Mapping))
    )


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


def is_thinc(hint: Any, name: str | None = None) -> bool:
    """Whether a hint is one of thinc's types, the one of a name if that is given."""
    module, own_name = getattr(hint, "__module__", None), getattr(hint, "__name__", None)
    return module == "thinc.types" and name in (None, own_name)
