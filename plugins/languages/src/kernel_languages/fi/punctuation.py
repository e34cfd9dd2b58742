"""Finnish affixes: the neutral ones; compounds with a hyphen and endings behind a colon stay whole."""

from __future__ import annotations

from kernel_languages.base import punctuation as base
from kernel_languages.base.chars import LETTER

# A hyphen in front is that of a list or of speech.
PREFIXES = base.PREFIXES + (rf"-(?={LETTER}|\()",)
SUFFIXES = base.SUFFIXES
INFIXES = base.INFIXES_BUT_HYPHENS_AND_COLONS
