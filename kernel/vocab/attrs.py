"""Numbers of the token and lexeme attributes.

The numbers are the field's: files that store attributes by number (`.spacy`) mean the same things here.
An attribute is *lexical* if it depends on the word form alone, so that it needs computing once per form.
"""

from __future__ import annotations

from difflib import get_close_matches

from kernel.errors import MissingName

IS_ALPHA, IS_ASCII, IS_DIGIT, IS_LOWER, IS_PUNCT, IS_SPACE, IS_TITLE, IS_UPPER = range(1, 9)
LIKE_URL, LIKE_NUM, LIKE_EMAIL, IS_STOP = range(9, 13)
IS_BRACKET, IS_QUOTE, IS_LEFT_PUNCT, IS_RIGHT_PUNCT, IS_CURRENCY = range(14, 19)
ID, ORTH, LOWER, NORM, SHAPE, PREFIX, SUFFIX, LENGTH = range(64, 72)
LEMMA, POS, TAG, DEP, ENT_IOB, ENT_TYPE, HEAD, SENT_START, SPACY = range(73, 82)
LANG = 83
ENT_KB_ID, MORPH, ENT_ID, IDX = range(452, 456)

IDS: dict[str, int] = {
    "IS_ALPHA": IS_ALPHA,
    "IS_ASCII": IS_ASCII,
    "IS_DIGIT": IS_DIGIT,
    "IS_LOWER": IS_LOWER,
    "IS_PUNCT": IS_PUNCT,
    "IS_SPACE": IS_SPACE,
    "IS_TITLE": IS_TITLE,
    "IS_UPPER": IS_UPPER,
    "LIKE_URL": LIKE_URL,
    "LIKE_NUM": LIKE_NUM,
    "LIKE_EMAIL": LIKE_EMAIL,
    "IS_STOP": IS_STOP,
    "IS_BRACKET": IS_BRACKET,
    "IS_QUOTE": IS_QUOTE,
    "IS_LEFT_PUNCT": IS_LEFT_PUNCT,
    "IS_RIGHT_PUNCT": IS_RIGHT_PUNCT,
    "IS_CURRENCY": IS_CURRENCY,
    **{f"FLAG{number}": number for number in range(19, 64)},
    "ID": ID,
    "ORTH": ORTH,
    "LOWER": LOWER,
    "NORM": NORM,
    "SHAPE": SHAPE,
    "PREFIX": PREFIX,
    "SUFFIX": SUFFIX,
    "LENGTH": LENGTH,
    "LEMMA": LEMMA,
    "POS": POS,
    "TAG": TAG,
    "DEP": DEP,
    "ENT_IOB": ENT_IOB,
    "ENT_TYPE": ENT_TYPE,
    "HEAD": HEAD,
    "SENT_START": SENT_START,
    "SPACY": SPACY,
    "LANG": LANG,
    "ENT_KB_ID": ENT_KB_ID,
    "MORPH": MORPH,
    "ENT_ID": ENT_ID,
    "IDX": IDX,
}
NAMES: dict[int, str] = {number: name for name, number in IDS.items()}

FLAGS = frozenset(range(1, ID))
"""Attributes that are true or false."""

STRINGS = frozenset({ORTH, LOWER, NORM, SHAPE, PREFIX, SUFFIX, LANG})
"""Lexical attributes whose value is the number of a string."""

LEXICAL = FLAGS | STRINGS | {ID, LENGTH}

ANNOTATIONS = frozenset({LEMMA, POS, TAG, DEP, ENT_IOB, ENT_TYPE, HEAD, SENT_START, ENT_KB_ID, MORPH, ENT_ID})
"""Attributes of a token in its document: a column of a Doc that exists once it is set."""

_ALIASES = {"TEXT": ORTH, "IS_SENT_START": SENT_START, "SENT_ID": SENT_START}


def intify(attr: str | int) -> int:
    """The number of an attribute given by name (any case) or number. MissingName if there is none."""
    if isinstance(attr, str):
        name = attr.upper()
        number = IDS.get(name) or _ALIASES.get(name)
        if number is not None:
            return number
        close = get_close_matches(name, IDS, n=1)
        raise MissingName(
            f"no token attribute is called {attr!r}", hint=f"did you mean {close[0]!r}?" if close else ""
        )
    if int(attr) in NAMES:
        return int(attr)
    raise MissingName(f"no token attribute has the number {attr}")
