"""Italian affixes: elided words come off; compounds with a hyphen stay whole."""

from __future__ import annotations

from kernel_languages.base import punctuation as base
from kernel_languages.base.chars import LETTER

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES
# dell'acqua, un'idea: what is left of the elided word ends in its apostrophe.
INFIXES = base.INFIXES_BUT_HYPHENS + (rf"(?<={LETTER}['’])(?={LETTER}|[0-9])",)
