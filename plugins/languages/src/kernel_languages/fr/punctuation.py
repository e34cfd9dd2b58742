"""French affixes: elided words and pronouns behind a verb come off; compounds with a hyphen stay whole."""

from __future__ import annotations

from kernel_languages.base import punctuation as base
from kernel_languages.base.chars import LETTER

# l'eau, qu'il, jusqu'ici: what is left of the elided word ends in its apostrophe.
_ELIDED = (
    "|".join(
        rf"(?<={start}{word}['’])"
        for start in (r"^", r"[\W_]")
        for word in ("[cdjlmnstCDJLMNST]", "[qQ][uU]")
    )
    + "|"
    + "|".join(
        rf"(?<={word}['’])" for word in ("[jJ]usqu", "[lL]orsqu", "[pP]uisqu", "[qQ]uoiqu", "[qQ]uelqu")
    )
)
# dit-il, a-t-on, avez-vous
_PRONOUN = "(?:t-)?(?:ils?|elles?|on|je|tu|nous|vous|moi|toi|lui|leur|les?|la|ce|y|en)"

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES + (rf"(?<={LETTER})-{_PRONOUN}",)
INFIXES = base.INFIXES_BUT_HYPHENS + (rf"(?:{_ELIDED})(?={LETTER}|[0-9])",)
