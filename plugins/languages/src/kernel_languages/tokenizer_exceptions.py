"""The tokenizer's special cases and addresses, of any language: the module `kernel.lang.tokenizer_exceptions`."""

from __future__ import annotations

from kernel_languages.base.exceptions import EXCEPTIONS as BASE_EXCEPTIONS
from kernel_languages.base.urls import url_match as URL_MATCH

__all__ = ["BASE_EXCEPTIONS", "URL_MATCH"]
