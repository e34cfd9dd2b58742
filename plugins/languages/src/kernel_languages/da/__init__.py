"""Danish."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.da.exceptions import EXCEPTIONS
from kernel_languages.da.lex_attrs import LEX_ATTRS
from kernel_languages.da.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.da.stop_words import STOP_WORDS

__all__ = ["Danish"]


class DanishDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Danish(Language):
    """Danish text: compounds with a hyphen stay whole."""

    lang = "da"
    Defaults = DanishDefaults
