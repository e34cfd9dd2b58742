"""Which attributes of tokens patterns may ask for, and what their values are as numbers."""

from numbers import Integral
from typing import Any

from kernel.errors import DataError
from kernel.tokens.iob import IOB_STRINGS
from kernel.tokens.morph import normalize_features
from kernel.vocab import attrs
from kernel.vocab.strings import hash_string

TEXTS = attrs.STRINGS | {
    attrs.LEMMA, attrs.POS, attrs.TAG, attrs.DEP, attrs.MORPH, attrs.ENT_TYPE, attrs.ENT_ID, attrs.ENT_KB_ID,
}  # fmt: skip
"""Attributes whose value is the number of a string."""

WORDS = attrs.STRINGS | {attrs.LEMMA}
"""Those of them that are never one of the field's symbols, whose numbers are small: a number is the hash of a string, or a mistake."""

NUMBERS = frozenset({attrs.LENGTH, attrs.ENT_IOB})
FLAGS = attrs.FLAGS | {attrs.SPACY, attrs.SENT_START}
"""Attributes that hold or don't. SENT_START holds for tokens that are known to start a sentence."""

MATCHED = TEXTS | NUMBERS | FLAGS


def attribute(name: str | int) -> int:
    """The number of an attribute that can be matched. `MissingName` if there is none, `DataError` if that can't be matched."""
    number = attrs.intify(name)
    if number not in MATCHED:
        raise DataError(f"tokens can't be matched by {attrs.NAMES[number]}")
    return number


def number_of(attr: int, value: Any) -> int:
    """A value of an attribute as its column holds it. `DataError` if the attribute has no such values."""
    name = attrs.NAMES[attr]
    if attr in FLAGS and isinstance(value, bool | Integral) and int(value) in (0, 1):
        return int(value)
    if attr in FLAGS:
        raise DataError(f"{name} is true or false, not {value!r}")
    if attr == attrs.ENT_IOB and isinstance(value, str) and value in IOB_STRINGS:
        return IOB_STRINGS.index(value)
    if attr in TEXTS and isinstance(value, str):
        return hash_string(normalize_features(value) if attr == attrs.MORPH and value else value)
    if isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) < 1 << 64:
        if attr not in WORDS or int(value) == 0 or int(value) >= 1 << 32:
            return int(value)
        raise DataError(f"{name} is a text, not {value!r}", hint=f'Write it as one: "{value}".')
    wanted = "a text" if attr in TEXTS else "a number" if attr == attrs.LENGTH else "one of I, O, B and ''"
    raise DataError(f"{name} is {wanted}, not {value!r}")
