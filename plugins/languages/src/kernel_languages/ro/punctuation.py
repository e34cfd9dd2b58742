"""Romanian affixes: the neutral ones; words that a hyphen joins stay whole."""

from __future__ import annotations

from kernel_languages.base import punctuation as base

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES
INFIXES = base.INFIXES_BUT_HYPHENS
