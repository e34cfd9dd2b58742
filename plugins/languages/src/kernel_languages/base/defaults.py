"""What languages written with spaces have in common: the Defaults that each of them starts from."""

from __future__ import annotations

from typing import ClassVar

from kernel.language import Language
from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS
from kernel_languages.base.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.base.urls import url_match as match_url

__all__ = ["SpacedDefaults"]


class SpacedDefaults(Language.Defaults):
    """Punctuation, symbols, units, emoticons and addresses: the tokenizer rules that need no language."""

    tokenizer_exceptions: ClassVar[dict[str, list[Special]]] = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    url_match = staticmethod(match_url)
