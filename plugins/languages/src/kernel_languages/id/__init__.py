"""Indonesian."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.id.exceptions import EXCEPTIONS
from kernel_languages.id.lex_attrs import LEX_ATTRS
from kernel_languages.id.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.id.stop_words import STOP_WORDS

__all__ = ["Indonesian"]


class IndonesianDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Indonesian(Language):
    """Indonesian text: reduplicated words stay whole."""

    lang = "id"
    Defaults = IndonesianDefaults
