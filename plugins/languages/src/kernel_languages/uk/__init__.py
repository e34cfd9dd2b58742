"""Ukrainian."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.uk.exceptions import EXCEPTIONS
from kernel_languages.uk.lex_attrs import LEX_ATTRS
from kernel_languages.uk.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.uk.stop_words import STOP_WORDS

__all__ = ["Ukrainian"]


class UkrainianDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Ukrainian(Language):
    """Ukrainian text: an apostrophe is a part of its word."""

    lang = "uk"
    Defaults = UkrainianDefaults
