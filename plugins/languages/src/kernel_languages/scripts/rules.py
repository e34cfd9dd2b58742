"""The rules of scripts: which way they run, whether they have case, and where a word can end if not at a space."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Defaults
from kernel.tokenizer import Rules
from kernel_languages.base.chars import HAN, MARKS, VARIANT
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.base.punctuation import BRACKETS, INFIXES, QUOTES, STOP

_WITH_CASE = ("Armn", "Cyrl", "Grek", "Latn")
_RIGHT_TO_LEFT = ("Arab", "Avst", "Hebr", "Thaa")

# Letters of Thai and Lao, Burmese, Khmer, and the syllables of Hiragana and of Yi.
_LETTERS = (
    "ก-ะาเ-ๆ\u0e81-\u0eb0\u0eb2\u0ebd-\u0ec6\u0edc-\u0edf\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3"
    "\u17d7\u17dc\u3041-\u3096\u309d\u309e\ua000-\ua48c"
)
# The vowel am of Thai and Lao counts as a letter, and is written on one.
_SIGNS = rf"[{MARKS}\u0e33\u0eb3\u200c\u200d]"
# A letter of those with the signs on it and the letters that are written below it, and a run of Katakana.
_SYLLABLE = rf"[{_LETTERS}]{_SIGNS}*(?:(?<=[\u1039\u17d2])[{_LETTERS}]{_SIGNS}*)*"
_KATAKANA = r"[\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff\uff66-\uff9f]+"
# The mark between two syllables of Tibetan.
_TSHEG = "[\u0f0b\u0f0c]"
# The space between two words of Ethiopic, where it is written as a mark.
_WORD_SPACE = "\u1361"

UNSPACED = Rules((_SYLLABLE, f"[{HAN}][{VARIANT}]*", _KATAKANA, BRACKETS, QUOTES, STOP))


class CaselessDefaults(SpacedDefaults):
    writing_system: ClassVar[dict[str, Any]] = {"direction": "ltr", "has_case": False, "has_letters": True}


class RightToLeftDefaults(SpacedDefaults):
    writing_system: ClassVar[dict[str, Any]] = {"direction": "rtl", "has_case": False, "has_letters": True}


class UnspacedDefaults(CaselessDefaults):
    """A letter with its signs is a token, and so is a Han character, or a run of Katakana."""

    infixes = UNSPACED + tuple(INFIXES)


class TibetanDefaults(CaselessDefaults):
    prefixes = CaselessDefaults.prefixes + (_TSHEG,)
    suffixes = CaselessDefaults.suffixes + (_TSHEG,)
    infixes = Rules((_TSHEG, STOP)) + tuple(INFIXES)


class EthiopicDefaults(CaselessDefaults):
    prefixes = CaselessDefaults.prefixes + (_WORD_SPACE,)
    suffixes = CaselessDefaults.suffixes + (_WORD_SPACE,)
    infixes = Rules((_WORD_SPACE, "[፣-፨]")) + tuple(INFIXES)


_OTHERS: dict[str, type[Defaults]] = {
    "Ethi": EthiopicDefaults,
    "Tibt": TibetanDefaults,
    **dict.fromkeys(("Jpan", "Khmr", "Laoo", "Mymr", "Thai", "Yiii"), UnspacedDefaults),
    **dict.fromkeys(_RIGHT_TO_LEFT, RightToLeftDefaults),
    **dict.fromkeys(_WITH_CASE, SpacedDefaults),
}


def defaults_of(script: str) -> type[Defaults]:
    """The rules of a script, by its code."""
    return _OTHERS.get(script, CaselessDefaults)
