"""Greek."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.el.exceptions import EXCEPTIONS
from kernel_languages.el.lex_attrs import LEX_ATTRS
from kernel_languages.el.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.el.stop_words import STOP_WORDS

__all__ = ["Greek"]


class GreekDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Greek(Language):
    """Greek text: abbreviations stay whole."""

    lang = "el"
    Defaults = GreekDefaults
