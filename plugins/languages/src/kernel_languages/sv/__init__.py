"""Swedish."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.sv.exceptions import EXCEPTIONS
from kernel_languages.sv.lex_attrs import LEX_ATTRS
from kernel_languages.sv.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.sv.stop_words import STOP_WORDS

__all__ = ["Swedish"]


class SwedishDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Swedish(Language):
    """Swedish text: compounds with a hyphen and genitives behind a colon stay whole."""

    lang = "sv"
    Defaults = SwedishDefaults
