"""The special cases of Hindi: abbreviations that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    डॉ. डा. प्रो. पं. श्री. कु. सु. मो. ई. ई.पू. रु. रू. कि.मी. कि.ग्रा. मि.मी. से.मी. मी. ग्रा. सं. पृ. क्र. नं.
    वि.सं. इं. ले. कर्न. मि. सर्व. स्व. एम.ए. बी.ए. पी.एच.डी. भा.ज.पा. बी.जे.पी. उ.प्र. म.प्र.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
