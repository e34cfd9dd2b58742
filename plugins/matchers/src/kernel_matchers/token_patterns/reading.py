"""Patterns as configs and scripts write them: lists of dicts, one for each token."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

from kernel.errors import DataError, KernelError
from kernel.vocab import attrs
from kernel_matchers.token_patterns.attributes import TEXTS, attribute, number_of
from kernel_matchers.token_patterns.conditions import COMPARISONS, MEMBERSHIP, SUBSETS, Condition
from kernel_matchers.token_patterns.quantifiers import ONCE, Quantifier, quantifier

_FUZZY = re.compile(r"FUZZY([1-9]?)")
_OPERATORS = ("REGEX", "FUZZY", "FUZZY1 to FUZZY9", *sorted(MEMBERSHIP), *sorted(SUBSETS), *COMPARISONS)


class Description(NamedTuple):
    """What one token, or several in a row, have to be: all conditions hold, or not all if it is negated."""

    conditions: frozenset[Condition]
    repeated: Quantifier


Pattern = tuple[Description, ...]


def read_patterns(patterns: Any, what: str = "the patterns") -> list[Pattern]:
    """Several patterns. `DataError` if they are not a list of lists of dicts, or for what is wrong in one; what: their name in messages."""
    if isinstance(patterns, str | Mapping) or not isinstance(patterns, Sequence) or not patterns:
        raise DataError(f"{what} are a list of patterns, not {patterns!r}")
    return [read_pattern(pattern, f"{what}: pattern {number}") for number, pattern in enumerate(patterns, 1)]


def read_pattern(pattern: Any, what: str) -> Pattern:
    """One pattern. `DataError` if it is no list of dicts, or for what is wrong in it; what: its name in messages."""
    if isinstance(pattern, str | Mapping) or not isinstance(pattern, Sequence):
        raise DataError(
            f"{what} is a list with a dict for each token, not {pattern!r}",
            hint="A list of patterns has two pairs of brackets: [[{...}, {...}]].",
        )
    if not pattern:
        raise DataError(f"{what} is empty, and would match nothing")
    found = []
    for place, token in enumerate(pattern, 1):
        try:
            found.append(_description(token))
        except KernelError as error:
            raise DataError(f"{what}, token {place}: {error.message}", hint=error.hint) from error
    return tuple(found)


def _description(token: Any) -> Description:
    if not isinstance(token, Mapping):
        raise DataError(f"a token is described by a dict such as {{'LOWER': 'word'}}, not by {token!r}")
    conditions: set[Condition] = set()
    repeated = ONCE
    for key, value in token.items():
        if key == "_":
            if not isinstance(value, Mapping):
                raise DataError(f"'_' has a dict of extension attributes, not {value!r}")
            for name, asked in value.items():
                conditions.update(_conditions(str(name), asked))
        elif isinstance(key, str) and key.upper() == "OP":
            repeated = quantifier(value)
        else:
            conditions.update(_conditions(attribute(key), value))
    return Description(frozenset(conditions), repeated)


def _conditions(target: int | str, value: Any) -> Iterator[Condition]:
    """The conditions that a value of a description stands for: one for a plain value, one for each operator."""
    if not isinstance(value, Mapping):
        yield Condition(target, "IS", _plain(target, value))
        return
    if not value:
        raise DataError(f"{{}} asks for nothing of {_name(target)}")
    for key, given in value.items():
        how = str(key).upper()
        fuzzy = _FUZZY.fullmatch(how)
        if how == "REGEX" or fuzzy:
            yield from _likeness(
                target, "FUZZY" if fuzzy else how, int(fuzzy[1] or -1) if fuzzy else -1, given
            )
        elif how in MEMBERSHIP or how in SUBSETS:
            values = _several(target, key, given)
            if how in SUBSETS and target == attrs.MORPH:
                yield Condition(target, how, frozenset(map(str, values)))
            else:
                yield Condition(target, how, frozenset(_plain(target, each) for each in values))
        elif how in COMPARISONS:
            yield _comparison(target, how, given)
        else:
            raise DataError(
                f"{key!r} is no operator for {_name(target)}: expected one of {', '.join(_OPERATORS)}"
            )


def _likeness(target: int | str, like: str, edits: int, given: Any) -> Iterator[Condition]:
    """Conditions on what a text is like: one text, or {"IN": [...]} and {"NOT_IN": [...]} of several."""
    if isinstance(target, int) and target not in TEXTS:
        raise DataError(f"{like} is for texts, and {_name(target)} is none")
    asked = given if isinstance(given, Mapping) else {"IS": given}
    for key, value in asked.items():
        how = str(key).upper()
        if how not in (*MEMBERSHIP, "IS"):
            raise DataError(f"{like} has a text, or IN or NOT_IN with a list of texts, not {key!r}")
        texts = [value] if how == "IS" else _several(target, key, value)
        for text in texts:
            if not isinstance(text, str):
                raise DataError(f"{like} of {_name(target)} has a text, not {text!r}")
            if like == "REGEX":
                _check_regex(text)
        yield Condition(target, how, texts[0] if how == "IS" else frozenset(texts), like, edits)


def _check_regex(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise DataError(f"{text!r} is no regular expression: {error}") from error


def _comparison(target: int | str, how: str, given: Any) -> Condition:
    if target in TEXTS:
        raise DataError(
            f"{how} compares numbers, and {_name(target)} is a text",
            hint="Write the text itself for equal ones, NOT_IN with a list for others.",
        )
    if not isinstance(given, Real):
        raise DataError(f"{how} of {_name(target)} compares with a number, not with {given!r}")
    return Condition(target, how, given)


def _plain(target: int | str, value: Any) -> Any:
    if isinstance(target, int):
        return number_of(target, value)
    if not isinstance(value, str | int):
        raise DataError(
            f"the extension attribute {target!r} is compared with a text or number, not {value!r}"
        )
    return value


def _several(target: int | str, key: Any, given: Any) -> list[Any]:
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise DataError(f"{key} of {_name(target)} has a list of values, not {given!r}")
    return list(given)


def _name(target: int | str) -> str:
    return attrs.NAMES[target] if isinstance(target, int) else f"the extension attribute {target!r}"
