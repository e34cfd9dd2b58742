"""The tokenizer's rules for affixes, of any language: the module `kernel.lang.punctuation`."""

from __future__ import annotations

from kernel_languages.base.punctuation import INFIXES, PREFIXES, SUFFIXES

__all__ = ["TOKENIZER_INFIXES", "TOKENIZER_PREFIXES", "TOKENIZER_SUFFIXES"]
TOKENIZER_PREFIXES, TOKENIZER_SUFFIXES, TOKENIZER_INFIXES = PREFIXES, SUFFIXES, INFIXES
