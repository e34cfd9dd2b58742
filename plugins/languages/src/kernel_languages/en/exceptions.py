"""The special cases of English."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.en.abbreviations import ABBREVIATIONS
from kernel_languages.en.contractions import CONTRACTIONS

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **CONTRACTIONS, **ABBREVIATIONS}
