"""What languages written with spaces have in common: the Defaults that each of them starts from."""

from __future__ import annotations

from typing import ClassVar

from kernel.language import Defaults
from kernel.tokenizer import Special
from kernel_languages.base import urls
from kernel_languages.base.exceptions import EXCEPTIONS
from kernel_languages.base.punctuation import INFIXES, PREFIXES, SUFFIXES

__all__ = ["SpacedDefaults"]


class SpacedDefaults(Defaults):
    """Punctuation, symbols, units, emoticons and addresses: the tokenizer rules that need no language."""

    tokenizer_exceptions: ClassVar[dict[str, list[Special]]] = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    token_match = staticmethod(urls.whole_url)
    url_match = staticmethod(urls.url_match)
