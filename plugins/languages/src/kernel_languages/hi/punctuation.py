"""Hindi affixes: the neutral ones, which know the danda."""

from __future__ import annotations

from kernel_languages.base import punctuation as base

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES
INFIXES = base.INFIXES
