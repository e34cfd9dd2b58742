"""The rules of a tokenizer as lists of regular expressions, and what can be told from a compiled one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex, overload

from kernel.errors import UsageError

# A user's own function may stand in for a regular expression's method anywhere.
# One token of a special case: {"ORTH": text} or {"ORTH": text, "NORM": norm}; attribute numbers serve as names too.
Special = dict[str, str]
Search = Callable[[str], "re.Match[str] | None"]
FindIter = Callable[[str], "Iterable[re.Match[str]]"]


class Rules(tuple[str, ...]):
    """An immutable sequence of regular expressions that can be added to a tuple, a list or any other sequence.

    `Rules(("a",)) + ["b"]`, `("b",) + Rules(("a",))` and `Rules(("a",)) + Rules(("b",))` are all `Rules`.
    """

    __slots__ = ()

    def __add__(self, other: Any) -> Rules:
        return Rules((*self, *_entries(other)))

    def __radd__(self, other: Any) -> Rules:
        return Rules((*_entries(other), *self))

    @overload
    def __getitem__(self, key: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, key: slice) -> Rules: ...
    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return Rules(found) if isinstance(key, slice) else found

    def __repr__(self) -> str:
        return f"Rules({super().__repr__()})"


def _entries(value: Any) -> tuple[str, ...]:
    # A lone string is a sequence of its characters: never what was meant.
    if isinstance(value, str):
        raise UsageError(
            f"A tokenizer rule has to be added as a sequence, not as the string {value!r}.",
            hint=f"Write rules + ({value!r},) or rules + [{value!r}].",
        )
    return tuple(value)


def compile_prefix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """One regular expression that finds the first of the rules that matches at the start of a string."""
    return _compile("prefixes", entries, "^(?:{})")


def compile_suffix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """One regular expression that finds the longest match of the rules at the end of a string."""
    return _compile("suffixes", entries, r"(?:{})\Z")


def compile_infix_regex(entries: Iterable[str]) -> re.Pattern[str]:
    """One regular expression whose `finditer` finds the matches of the rules inside a string."""
    return _compile("infixes", entries, "(?:{})")


def _compile(what: str, entries: Iterable[str], frame: str) -> re.Pattern[str]:
    rules = [entry for entry in _entries(entries) if entry]
    # An empty alternation would match everywhere, and a tokenizer without rules should find nothing.
    body = "|".join(f"(?:{rule})" for rule in rules) or "(?!)"
    try:
        return re.compile(frame.format(body))
    except re.error as error:
        for number, rule in enumerate(rules):
            try:
                re.compile(frame.format(f"(?:{rule})"))
            except re.error as cause:
                raise UsageError(
                    f"Rule {number} of the tokenizer's {what} is not a regular expression: {rule!r}: {cause}."
                ) from None
        raise UsageError(f"The tokenizer's {what} do not combine to a regular expression: {error}.") from None


def pattern_of(function: Callable[..., Any] | None) -> re.Pattern[str] | None:
    """The regular expression whose method `function` is, or None if it is something else."""
    owner = getattr(function, "__self__", None)
    return owner if isinstance(owner, re.Pattern) else None


_FLAGS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x", re.ASCII: "a"}


def pattern_source(pattern: re.Pattern[str]) -> str:
    """The text of a regular expression, flags included: compiling it gives an equal expression."""
    if re.compile(pattern.pattern).flags == pattern.flags:
        return pattern.pattern
    flags = "".join(letter for flag, letter in _FLAGS.items() if pattern.flags & flag)
    # A comment at the end of a verbose expression must not swallow the bracket.
    return f"(?{flags}:{pattern.pattern}\n)" if "x" in flags else f"(?{flags}:{pattern.pattern})"
