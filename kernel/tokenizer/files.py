"""The tokenizer's file: msgpack of expressions and special cases, in the field's format (version 3).

Keys: the five rules (the text of an expression, or nil), `exceptions` (chunk -> list of {attribute number: text}) and
`faster_heuristics`. Files that spaCy 3 has written can be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import srsly

from kernel.errors import DataError, warn
from kernel.files.messages import message_from_bytes
from kernel.tokenizer.alternatives import with_shared_tails
from kernel.tokenizer.rules import pattern_of, pattern_source
from kernel.tokenizer.specials import read_special, write_special
from kernel.tokenizer.splitter import Piece

METHODS = {
    "prefix_search": "search",
    "suffix_search": "search",
    "infix_finditer": "finditer",
    "token_match": "match",
    "url_match": "match",
}
"""The rules, and the method that a rule read from a file will be."""

# What has to be put around an expression so that another method does the same with it.
_FRAMES = {
    ("match", "search"): r"(?s:.*?)(?:{})",
    ("match", "fullmatch"): r"(?:{})\Z",
    ("search", "match"): r"\A(?:{})",
    ("search", "fullmatch"): r"\A(?:{})\Z",
}

Function = Callable[[str], Any] | None


def write(
    functions: Mapping[str, Function],
    specials: Mapping[str, list[Piece]],
    faster: bool,
    exclude: Iterable[str] = (),
) -> bytes:
    """The file's content. A rule that is a function of the user's own is left out, with a warning."""
    content: dict[str, Any] = {}
    for name in set(METHODS).difference(exclude):
        function = functions[name]
        if is_saved(name, function):
            content[name] = _source(name, function)
        else:
            warn(
                f"The tokenizer's {name} is not saved: it is {function!r}, not re.compile(...).{METHODS[name]}. "
                "After loading, the language's Defaults or a callback decide it."
            )
    content["exceptions"] = {text: write_special(pieces) for text, pieces in sorted(specials.items())}
    content["faster_heuristics"] = faster
    return bytes(
        srsly.msgpack_dumps({name: content[name] for name in sorted(set(content).difference(exclude))})
    )


def is_saved(name: str, function: Function) -> bool:
    """Can a file hold this function as the rule `name`?"""
    method, expected = getattr(function, "__name__", ""), METHODS[name]
    known = method == expected or (expected, method) in _FRAMES
    return function is None or (pattern_of(function) is not None and known)


def _source(name: str, function: Function) -> str | None:
    pattern = pattern_of(function)
    if function is None or pattern is None:
        return None
    method, expected = function.__name__, METHODS[name]
    source = pattern_source(pattern)
    return source if method == expected else _FRAMES[expected, method].format(source)


def read(
    data: bytes, exclude: Iterable[str] = ()
) -> tuple[dict[str, Function], dict[str, list[Piece]] | None, bool]:
    """Rules, special cases (None if the content has none) and the flag of a file's content."""
    try:
        content = message_from_bytes(data)
    except Exception as error:
        raise DataError(f"This is not a tokenizer file: {error}.") from error
    if not isinstance(content, dict):
        raise DataError("This is not a tokenizer file: it holds no table of rules.")
    for name in exclude:
        content.pop(name, None)
    functions = {name: _compile(name, content[name]) for name in METHODS if name in content}
    exceptions = content.get("exceptions", content.get("rules"))
    specials = (
        None if exceptions is None else {text: read_special(text, item) for text, item in exceptions.items()}
    )
    return functions, specials, bool(content.get("faster_heuristics", True))


def _compile(name: str, source: str | None) -> Function:
    if source is None:
        return None
    try:
        # Of these it is asked whether they match, and not what.
        same = with_shared_tails(source) if METHODS[name] == "match" else source
        function: Function = getattr(re.compile(same), METHODS[name])
    except (re.error, TypeError) as error:
        raise DataError(f"The {name} of this tokenizer file is not a regular expression: {error}.") from error
    return function


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; `DataError` if it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"The tokenizer can't be read: {error.strerror}.", path=path) from error
