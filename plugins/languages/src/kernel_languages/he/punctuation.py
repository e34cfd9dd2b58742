"""Hebrew affixes: the neutral ones; the maqaf is a hyphen, and the geresh and gershayim belong to their word."""

from __future__ import annotations

from kernel_languages.base import punctuation as base
from kernel_languages.base.chars import LETTER

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES
INFIXES = base.INFIXES + (rf"(?<={LETTER}|[0-9\u0591-\u05c7])\u05be(?={LETTER}|[0-9])",)
