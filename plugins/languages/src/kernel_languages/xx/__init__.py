"""Several languages in one pipeline."""

from __future__ import annotations

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults

__all__ = ["MultiLanguage"]


class MultiLanguageDefaults(SpacedDefaults):
    # English is in most mixtures, and its possessive is the one clitic that every text has.
    suffixes = SpacedDefaults.suffixes + (r"['’][sS]",)


class MultiLanguage(Language):
    """Text of any languages that put spaces between words."""

    lang = "xx"
    Defaults = MultiLanguageDefaults
