"""Turkish affixes: the neutral ones; endings behind an apostrophe stay on the name."""

from __future__ import annotations

from kernel_languages.base import punctuation as base

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES
INFIXES = base.INFIXES
