"""Korean affixes: the neutral ones; brackets, middle dots and the signs of a range cut a word, with no space around them."""

from __future__ import annotations

from kernel_languages.base import punctuation as base

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES
INFIXES = base.INFIXES + (base.BRACKETS, r"[·ㆍ・]", r"(?<=[0-9])[~∼～](?=[0-9\-])")
