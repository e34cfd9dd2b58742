"""Arabic affixes: the neutral ones, and the percent sign of Arabic."""

from __future__ import annotations

from kernel_languages.base import punctuation as base

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES + (r"٪",)
INFIXES = base.INFIXES
