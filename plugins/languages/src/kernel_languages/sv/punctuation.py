"""Swedish affixes: the neutral ones; compounds with a hyphen and genitives behind a colon stay whole."""

from __future__ import annotations

from kernel_languages.base import punctuation as base

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES
INFIXES = base.INFIXES_BUT_HYPHENS_AND_COLONS
