"""Turkish."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.tr.exceptions import EXCEPTIONS
from kernel_languages.tr.lex_attrs import LEX_ATTRS
from kernel_languages.tr.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.tr.stop_words import STOP_WORDS

__all__ = ["Turkish"]


class TurkishDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Turkish(Language):
    """Turkish text: endings behind an apostrophe stay on the name."""

    lang = "tr"
    Defaults = TurkishDefaults
