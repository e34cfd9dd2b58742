"""Values of a config as text: JSON, with bare text as a convenience."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

# A reference to another value: ${section.key}, ${section:key} or ${section}.
VARIABLE = re.compile(r"\$\{([^{}$]+)\}")

PYTHON_LITERALS = {"True": True, "False": False, "None": None}
# Levels of a value, and of sections.
DEEPEST = 60
# Types of values that need no copy.
_SINGLE = frozenset({str, int, float, bool, type(None)})
_JSON_STARTS = ("[", "{", '"')


class ValueProblem(ValueError):
    """Text that looks like JSON and isn't. offset: where in the text."""

    def __init__(self, message: str, offset: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.hint = hint


class TooDeep(ValueProblem):
    """A value with more levels than anybody writes by hand, which would end in a recursion error somewhere."""

    def __init__(self) -> None:
        super().__init__(f"nested more than {DEEPEST} levels deep", 0)


def load_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError if it isn't JSON, or nested too deep."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise TooDeep from None
    if text.count("[") + text.count("{") > DEEPEST and measure(value)[1] > DEEPEST:
        raise TooDeep
    return value


def copied(value: Any) -> Any:
    """A deep copy: as that of the standard library, only faster for what can be written in a config."""
    if type(value) in _SINGLE:
        return value
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    if type(value) is list:
        return [item if type(item) in _SINGLE else copied(item) for item in value]
    return copy.deepcopy(value)


def measure(value: Any) -> tuple[int, int]:
    """Number of values inside a value, itself included, and how many levels deep they are."""
    if type(value) in _SINGLE:
        return 1, 1
    size, depth, level = 0, 0, [value]
    while level:
        size += len(level)
        depth += 1
        level = [
            item
            for one in level
            if isinstance(one, (dict, list, tuple))
            for item in (one.values() if isinstance(one, dict) else one)
        ]
    return size, depth


def parse_value(text: str) -> Any:
    """The value of a text. Text with variables stays text; what isn't JSON is a string.

    Raises ValueProblem if the text starts like a list, a mapping or a string and isn't valid JSON.
    """
    try:
        value = load_json(text)
    except TooDeep:
        raise
    except ValueError as error:
        if text in PYTHON_LITERALS:
            return PYTHON_LITERALS[text]
        if text.startswith(_JSON_STARTS) and not has_variable(text):
            raise _problem(text, error) from None
        return text
    return text if isinstance(value, str) and has_variable(text) else value


def has_variable(text: str) -> bool:
    """Whether a text holds a reference such as ${section.key}."""
    return VARIABLE.search(text) is not None


def dump_value(value: Any) -> str:
    """The text of a value, as it stands in a file. Raises TypeError if the value isn't JSON."""
    if isinstance(value, str) and has_variable(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def show_value(value: Any, limit: int = 80) -> str:
    """A value for an error message: JSON where possible, cut to one short line."""
    try:
        text = dump_value(value)
    except (TypeError, ValueError):
        text = f"an object of type {type(value).__qualname__}"
    return show_text(text, limit)


def show_text(text: str, limit: int = 80) -> str:
    """A text on one short line."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def is_plain(value: Any) -> bool:
    """Whether a value can be written in a config."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return True
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    return False


def _problem(text: str, error: ValueError) -> ValueProblem:
    offset = getattr(error, "pos", 0)
    reason = getattr(error, "msg", str(error))
    hint = None
    opened = _unclosed(text)
    if re.search(r"\s[#;]", text):
        hint = "A comment needs a line of its own."
    elif re.search(r"\b(True|False|None)\b", text):
        hint = "JSON writes true, false and null."
    elif opened is not None:
        return ValueProblem(f"{text[opened]} is never closed", opened)
    elif "'" in text:
        hint = "JSON strings have double quotes."
    elif comma := re.search(r",\s*[\]}]", text):
        hint = "JSON has no comma after the last item."
        return ValueProblem("not valid JSON: nothing follows the comma", comma.start(), hint)
    return ValueProblem(f"not valid JSON: {reason[:1].lower()}{reason[1:]}", offset, hint)


def _unclosed(text: str) -> int | None:
    """Offset of the bracket or quote that is opened last and never closed."""
    opened: list[int] = []
    for match in re.finditer(r'"(?:\\.|[^"\\])*("?)|[\[\]{}]', text):
        mark = match[0]
        if mark in ("[", "{"):
            opened.append(match.start())
        elif mark in ("]", "}"):
            if opened:
                opened.pop()
        elif not match[1]:
            return match.start()
    return opened[-1] if opened else None
