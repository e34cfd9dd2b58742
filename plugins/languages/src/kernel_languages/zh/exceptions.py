"""The special cases of Chinese: abbreviations of Latin script that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Dr. Mr. Mrs. Ms. Prof. No. vs. St. Jr. Co. Inc. Ltd. Corp. Vol.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
