"""The lexical attributes of a word form: how each is computed from its text.

`GETTERS` maps an attribute's number to a function from the text to a string, a bool or an int. A language
replaces single entries (for example LIKE_NUM, to know its number words) through its `lex_attr_getters`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from kernel.vocab import attrs

Getter = Callable[[str], Any]

_LONG = 100
_RUN = re.compile(r"(.)\1{4,}", re.DOTALL)


class _ShapeOf(dict[int, str]):
    """Code point -> the character that stands for its kind; filled on demand, at most one entry a character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isalpha():
            kind = "X" if char.isupper() else "x"
        else:
            kind = "d" if char.isdigit() else char
        self[code] = kind
        return kind


_SHAPE_OF = _ShapeOf()


def shape(text: str) -> str:
    """Upper-case letters as X, other letters as x, digits as d, the rest as it is; runs end at 4."""
    if len(text) >= _LONG:
        return "LONG"
    return _RUN.sub(r"\1\1\1\1", text.translate(_SHAPE_OF))


_DASHES = ("\u2014", "\u2013", "--", "---", "\u2014\u2014")
_SINGLE_QUOTES = ("\u2019", "\u2018", "\u00b4", "`")
_DOUBLE_QUOTES = (
    "\u201c",
    "\u201d",
    "\u201e",
    "\u00ab",
    "\u00bb",
    "''",
    "``",
    "\u00b4\u00b4",
    "\u2018\u2018",
    "\u2019\u2019",
)
_FULL_WIDTH = {
    "\uff1f": "?",
    "\uff01": "!",
    "\uff0c": ",",
    "\uff1b": ";",
    "\uff1a": ":",
    "\u3002": ".",
    "\u0964": ".",
}
_MONEY = "\u20ac \u00a3 \u00a5 \u0e3f \u20ba \u20b9 \u09f3 \u20a9 \u20a3 US$ C$ A$ Mex$ E\u00a3"

NORMS: dict[str, str] = {
    **dict.fromkeys(("'s", "'S", "\u2019s", "\u2019S"), "'s"),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_SINGLE_QUOTES, "'"),
    **dict.fromkeys(_DOUBLE_QUOTES, '"'),
    **dict.fromkeys(_MONEY.split(), "$"),
    **_FULL_WIDTH,
    "\u2026": "...",
}
"""Forms of any language whose norm is not their lower case: typographic variants of one sign."""


def norm(text: str) -> str:
    """The norm of a form that no language says more about."""
    return NORMS.get(text) or text.lower()


def prefix(text: str) -> str:
    """The first character."""
    return text[:1]


def suffix(text: str) -> str:
    """The last three characters."""
    return text[-3:]


def is_ascii(text: str) -> bool:
    """All characters are ASCII."""
    return text.isascii()


def is_punct(text: str) -> bool:
    """All characters are punctuation by their Unicode category."""
    return text != "" and all(unicodedata.category(char)[0] == "P" for char in text)


def is_currency(text: str) -> bool:
    """All characters are currency signs by their Unicode category."""
    return text != "" and all(unicodedata.category(char) == "Sc" for char in text)


_LEFT_BRACKETS = frozenset(["(", "[", "{", "<"])
_RIGHT_BRACKETS = frozenset([")", "]", "}", ">"])
_LEFT_QUOTES = frozenset(
    [
        "'",
        '"',
        "`",
        "``",
        "\u00ab",
        "\u2018",
        "\u201a",
        "\u201b",
        "\u201c",
        "\u201e",
        "\u201f",
        "\u2039",
        "\u276e",
        "\u300d",
    ]
)
_RIGHT_QUOTES = frozenset(
    ["'", '"', "''", "\u00b4", "\u00b4\u00b4", "\u00bb", "\u2019", "\u201d", "\u203a", "\u276f"]
)


def is_bracket(text: str) -> bool:
    """One of the ASCII brackets, angle brackets included."""
    return text in _LEFT_BRACKETS or text in _RIGHT_BRACKETS


def is_quote(text: str) -> bool:
    """A quotation mark of any style."""
    return text in _LEFT_QUOTES or text in _RIGHT_QUOTES


def is_left_punct(text: str) -> bool:
    """An opening bracket or a quote that may open."""
    return text in _LEFT_BRACKETS or text in _LEFT_QUOTES


def is_right_punct(text: str) -> bool:
    """A closing bracket or a quote that may close."""
    return text in _RIGHT_BRACKETS or text in _RIGHT_QUOTES


_SIGN = ("+", "-", "\u00b1", "~")


def like_num(text: str) -> bool:
    """Digits with optional sign, thousands separators, decimal point, or a fraction. No words."""
    text = text.removeprefix(text[:1]) if text.startswith(_SIGN) else text
    digits = text.replace(",", "").replace(".", "")
    if digits.isdigit():
        return True
    top, slash, bottom = digits.partition("/")
    return slash == "/" and top.isdigit() and bottom.isdigit()


_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+"
    r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?",
    re.IGNORECASE,
)
_URL_START = re.compile(r"https?://|www\..", re.IGNORECASE)
_HOST = re.compile(
    r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}"  # labels, the last one of letters
    r"(?::\d{1,5})?(?:[/?#]\S*)?"  # port; path, query or fragment
)


def like_email(text: str) -> bool:
    """Has the form of a mail address."""
    return "@" in text and _EMAIL.fullmatch(text) is not None


def like_url(text: str) -> bool:
    """Starts with http(s):// or www., or is a host name with an optional port and path."""
    if "." not in text and "://" not in text or "@" in text.partition("/")[0]:
        return False
    return _URL_START.match(text) is not None or _HOST.fullmatch(text) is not None


def is_stop(text: str) -> bool:
    """No stop words: a language brings its own."""
    return False


def no_language(text: str) -> str:
    """The language code where there is no language."""
    return ""


GETTERS: dict[int, Getter] = {
    attrs.LOWER: str.lower,
    attrs.NORM: norm,
    attrs.SHAPE: shape,
    attrs.PREFIX: prefix,
    attrs.SUFFIX: suffix,
    attrs.LANG: no_language,
    attrs.IS_ALPHA: str.isalpha,
    attrs.IS_ASCII: is_ascii,
    attrs.IS_DIGIT: str.isdigit,
    attrs.IS_LOWER: str.islower,
    attrs.IS_PUNCT: is_punct,
    attrs.IS_SPACE: str.isspace,
    attrs.IS_TITLE: str.istitle,
    attrs.IS_UPPER: str.isupper,
    attrs.LIKE_URL: like_url,
    attrs.LIKE_NUM: like_num,
    attrs.LIKE_EMAIL: like_email,
    attrs.IS_STOP: is_stop,
    attrs.IS_BRACKET: is_bracket,
    attrs.IS_QUOTE: is_quote,
    attrs.IS_LEFT_PUNCT: is_left_punct,
    attrs.IS_RIGHT_PUNCT: is_right_punct,
    attrs.IS_CURRENCY: is_currency,
}
