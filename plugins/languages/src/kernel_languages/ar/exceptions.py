"""The special cases of Arabic: abbreviations that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    د. أ. م. أ.د. م.م. ق.م. ب.م. ص. ص.ب. ج. ت. هـ. إلخ. س. ط. ع. ش. أ.ف.ب. ج.م. د.ك. ر.س. ش.م.م. كم. سم. مم. كجم.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
