"""Can a regular expression match inside a string of letters only?

Most of the words that a tokenizer has never met are plain letters, and most of its rules are about something else:
punctuation, digits, symbols. Where that can be proved, such a word needs no search at all. The proof reads the parsed
expression: it holds when every way to match consumes or looks at a character that is no letter. Whatever it does
not understand counts as unproved, which costs time and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

from kernel.tokenizer.rules import pattern_of

# The parser of the standard library is no public module: without it nothing is proved.
try:
    op: Any = import_module("re._constants")
    parser: Any = import_module("re._parser")
except ImportError:  # pragma: no cover
    parser = None


def avoids_letters(function: Callable[..., Any] | None) -> bool:
    """True if `function` (None, or a method of a compiled expression) surely finds nothing in any string of letters.

    Letters are the characters for which `str.isalpha` holds.
    """
    if function is None:
        return True
    pattern = pattern_of(function)
    return pattern is not None and _proved(pattern)


@lru_cache(maxsize=64)
def _proved(pattern: re.Pattern[str]) -> bool:
    # Without Unicode, letters beyond ASCII fall under "no word character".
    if parser is None or pattern.flags & re.ASCII:
        return False
    try:
        tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        return _needs_other(list(tree), bool(pattern.flags & re.IGNORECASE))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError, Warning, re.error):
        return False


def _needs_other(items: list[tuple[Any, Any]], ignore_case: bool) -> bool:
    """Does every match of this sequence involve a character that is no letter?"""
    return any(_item_needs_other(code, value, ignore_case) for code, value in items)


def _item_needs_other(code: Any, value: Any, ignore_case: bool) -> bool:
    if code is op.LITERAL:
        return not _is_letter(value, ignore_case)
    if code is op.IN:
        return not _set_has_letters(value, ignore_case)
    if code is op.BRANCH:
        return all(_needs_other(list(branch), ignore_case) for branch in value[1])
    if code is op.SUBPATTERN:
        _, added, _, body = value
        if added & re.ASCII:
            return False
        return _needs_other(list(body), ignore_case or bool(added & re.IGNORECASE))
    if code is op.ATOMIC_GROUP:
        return _needs_other(list(value), ignore_case)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, _, body = value
        return least > 0 and _needs_other(list(body), ignore_case)
    if code is op.ASSERT:
        return _needs_other(list(value[1]), ignore_case)
    # The empty negative lookahead is how "nothing matches" is written.
    if code is op.ASSERT_NOT:
        return not list(value[1])
    return code is op.FAILURE


def _set_has_letters(items: list[tuple[Any, Any]], ignore_case: bool) -> bool:
    if items[0][0] is op.NEGATE:
        return (op.CATEGORY, op.CATEGORY_WORD) not in items
    for code, value in items:
        if code is op.LITERAL:
            if _is_letter(value, ignore_case):
                return True
        elif code is op.RANGE:
            if _range_has_letters(*value, ignore_case):
                return True
        elif code is op.CATEGORY:
            if value not in (op.CATEGORY_DIGIT, op.CATEGORY_SPACE, op.CATEGORY_NOT_WORD):
                return True
        else:
            return True
    return False


def _is_letter(number: int, ignore_case: bool) -> bool:
    char = chr(number)
    if char.isalpha():
        return True
    # Some marks have letters as the other case.
    return ignore_case and not (char == char.lower() == char.upper())


@lru_cache(maxsize=4096)
def _range_has_letters(first: int, last: int, ignore_case: bool) -> bool:
    return any(_is_letter(number, ignore_case) for number in range(first, last + 1))
