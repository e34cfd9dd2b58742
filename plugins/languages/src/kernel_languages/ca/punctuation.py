"""Catalan affixes: elided words before and behind their neighbour come off; compounds with a hyphen stay whole."""

from __future__ import annotations

from kernel_languages.base import punctuation as base
from kernel_languages.base.chars import LETTER

PREFIXES = base.PREFIXES
# dona'm, fer-ho, donar-los
SUFFIXES = base.SUFFIXES + (
    rf"(?<={LETTER})['’](?:ls|ns|hi|ho|[lmnst])",
    rf"(?<={LETTER})-(?:les?|los|la|li|lo|me|te|se|nos|vos|hi|ho|en|ne)",
)
# l'aigua, d'ells
INFIXES = base.INFIXES_BUT_HYPHENS + (r"(?<=^[dlmnstDLMNST]['’])(?=[^\W_])",)
