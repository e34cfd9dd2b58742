"""Finnish."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.fi.exceptions import EXCEPTIONS
from kernel_languages.fi.lex_attrs import LEX_ATTRS
from kernel_languages.fi.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.fi.stop_words import STOP_WORDS

__all__ = ["Finnish"]


class FinnishDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Finnish(Language):
    """Finnish text: compounds with a hyphen and endings behind a colon stay whole."""

    lang = "fi"
    Defaults = FinnishDefaults
