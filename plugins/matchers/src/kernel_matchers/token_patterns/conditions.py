"""Conditions on one attribute of a token: what is asked for, and the functions that tell whether it holds."""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from kernel.tokens.morph import MorphAnalysis
from kernel.vocab import attrs
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare, near

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
MEMBERSHIP = frozenset({"IN", "NOT_IN"})
SUBSETS = frozenset({"IS_SUBSET", "IS_SUPERSET", "INTERSECTS"})


class Condition(NamedTuple):
    """What is asked of an attribute. Equal conditions are evaluated once.

    target: the number of an attribute, or the name of an extension attribute. how: IS for a plain value, an operator for
    values in braces. value: for IS a value; for the operators of sets a frozenset; else what the operator is given. like: ""
    if values are compared as they are, REGEX or FUZZY for texts that are searched (how is then IS, IN or NOT_IN). edits: how many a FUZZY text
    may take, -1 for as many as suit its length.
    """

    target: int | str
    how: str
    value: Any
    like: str = ""
    edits: int = -1

    @property
    def is_equality(self) -> bool:
        """Whether an attribute has to have one value, so that tokens can be looked up by it."""
        return self.how == "IS" and not self.like and isinstance(self.target, int)

    @property
    def of_numbers(self) -> bool:
        """Whether the number in the attribute's column tells, without its text."""
        in_parts = self.target == attrs.MORPH and self.how in SUBSETS
        return isinstance(self.target, int) and not self.like and not in_parts


Test = Callable[[Any], bool]


def number_test(condition: Condition) -> Test:
    """For a condition `of_numbers`: a function of a number of its column that tells whether it holds."""
    how, value = condition.how, condition.value
    if how in COMPARISONS:
        compared = COMPARISONS[how]
        return lambda number: bool(compared(number, value))
    if how == "IS":
        return lambda number: bool(number == value)
    if how == "NOT_IN":
        return lambda number: number not in value
    if how == "IS_SUPERSET" and len(value) != 1:
        # A token has one value: it has all of none, and never all of several.
        return lambda number: not value
    return lambda number: number in value


def text_test(condition: Condition, fuzzy_compare: FuzzyCompare) -> Test:
    """For a condition on an attribute that is not `of_numbers`: a function of the attribute's text."""
    if condition.like:
        return _likeness(condition, fuzzy_compare)
    wanted = condition.value
    return lambda text: _compare_sets(condition.how, frozenset(MorphAnalysis(text)), wanted)


def value_test(condition: Condition, fuzzy_compare: FuzzyCompare) -> Test:
    """For a condition on an extension attribute: a function of its value."""
    how, wanted = condition.how, condition.value
    if condition.like:
        found = _likeness(condition, fuzzy_compare)
        return lambda value: isinstance(value, str) and found(value)
    if how == "IS":
        return lambda value: bool(value == wanted)
    if how in COMPARISONS:
        return lambda value: _compared(how, value, wanted)
    if how in MEMBERSHIP:
        return lambda value: isinstance(value, str | int) and (value in wanted) == (how == "IN")
    return lambda value: _compare_sets(how, _as_set(value), wanted)


def _compared(how: str, value: Any, wanted: Any) -> bool:
    try:
        return bool(COMPARISONS[how](value, wanted))
    except TypeError:
        # A text, or no value at all, is not more than a number.
        return False


def _as_set(value: Any) -> frozenset[Any] | None:
    """The values of a token, None if there are none to compare."""
    if isinstance(value, str | int):
        return frozenset({value})
    if isinstance(value, Iterable):
        values = tuple(value)
        return frozenset(values) if all(isinstance(each, str | int) for each in values) else None
    return None


def _compare_sets(how: str, found: frozenset[Any] | None, wanted: frozenset[Any]) -> bool:
    if found is None:
        return False
    if how == "IS_SUBSET":
        return found <= wanted
    return found >= wanted if how == "IS_SUPERSET" else not found.isdisjoint(wanted)


def _likeness(condition: Condition, fuzzy_compare: FuzzyCompare) -> Test:
    """A function of a text that tells whether it is like one of the texts of the condition; for NOT_IN like none."""
    texts = (condition.value,) if condition.how == "IS" else tuple(sorted(condition.value))
    one: list[Test]
    if condition.like == "REGEX":
        one = [_searched(re.compile(text)) for text in texts]
    else:
        one = [_near(text, condition.edits, fuzzy_compare) for text in texts]
    wanted = condition.how != "NOT_IN"
    if wanted and len(one) == 1:
        return one[0]
    return lambda text: any(like(text) for like in one) == wanted


def _searched(pattern: re.Pattern[str]) -> Test:
    return lambda text: pattern.search(text) is not None


def _near(wanted: str, edits: int, fuzzy_compare: FuzzyCompare) -> Test:
    if fuzzy_compare is levenshtein_compare:
        return near(wanted, edits)
    return lambda text: fuzzy_compare(text, wanted, edits)
