"""Sets of characters as the inside of a regular expression's brackets: write `f"[{LOWER}]"`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

# The scripts that have case end here, but for a few that no rule is about.
_CASED = (range(0x41, 0x590), range(0x10A0, 0x1100), range(0x13A0, 0x1400), range(0x1C80, 0x2000),
          range(0x2C00, 0x2E00), range(0xA640, 0xA7FF), range(0xFF21, 0xFF5B))  # fmt: skip
_SYMBOLS = (
    range(0xA0, 0x700),
    range(0x2000, 0x2E80),
    range(0x3000, 0x3400),
    range(0xFFE0, 0x10000),
    range(0x1F000, 0x1FC00),
)


def ranges(chars: Iterable[str]) -> str:
    """The characters, put in order and written as ranges, for use between brackets."""
    return "".join(_ranges(sorted(map(ord, set(chars)))))


def _ranges(numbers: list[int]) -> Iterator[str]:
    at = 0
    while at < len(numbers):
        end = at
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        first, last = _escape(numbers[at]), _escape(numbers[end])
        yield first if at == end else f"{first}-{last}"
        at = end + 1


def _escape(number: int) -> str:
    char = chr(number)
    return "\\" + char if char in r"\]^-[&~|" else char


def _cased(is_case: str) -> str:
    return ranges(c for part in _CASED for c in map(chr, part) if getattr(c, is_case)())


def _category(*names: str) -> str:
    return ranges(c for part in _SYMBOLS for c in map(chr, part) if unicodedata.category(c) in names)


LOWER = _cased("islower")
UPPER = _cased("isupper")
# Any letter, as an expression of its own: there are too many to list.
LETTER = r"[^\W\d_]"

CURRENCY = "$" + _category("Sc")
# Pictures, technical signs, dingbats; the degree sign belongs to its number.
PICTURE = _category("So").replace("°", "")
SKIN_TONE = "\U0001f3fb-\U0001f3ff"

DOUBLE_QUOTES = '"“”„‟«»″〝〞'
SINGLE_QUOTES = "'‘’‚‛‹›′`´"
OPENING = "([{<（［｛〈《「『【〔〖"
CLOSING = ")]}>）］｝〉》」』】〕〗"
STOPS = (
    ",;:!?¿¡،؛؟。！？，、；：।॥۔·…"
    # Those of Armenian, Ethiopic, Tibetan, Burmese, Khmer, Thai, Mongolian, Thaana and Syriac, N'Ko, Tifinagh.
    "։՝።፣፤፥፦፧፨།༎༔၊။។៕៖ฯ๏๚๛᠂᠃᠄܀܁܂߸߹⵰"
)
DASHES = "–—―‒"

# Vowel signs, points and accents that stand on a letter: to Python they are part of no word.
MARKS = ranges(c for c in map(chr, range(0x300, 0x2000)) if unicodedata.category(c) in ("Mn", "Mc"))
# Chinese characters, and what says which of its forms a character has.
HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
VARIANT = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
