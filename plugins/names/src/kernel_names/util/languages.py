"""The classes of languages."""

from typing import Any

from kernel import registry
from kernel.language.blank import language_class
from kernel.language.codes import language_code


def get_lang_class(lang: str) -> Any:
    """The class of a language, by its code or another way to write that: "en", "eng", "en-GB". It is imported when asked for.

    `UnknownLanguage`, an ImportError, if there is none.
    """
    return language_class(lang, registry)


def set_lang_class(name: str, cls: Any) -> None:
    """Register the class of a language in this process."""
    registry.languages(name, cls)


def lang_class_is_loaded(lang: str) -> bool:
    """Whether a language is there."""
    return lang in registry.languages


def find_matching_language(lang: str) -> str | None:
    """The code under which a language is there; None if it isn't."""
    code = language_code(lang, registry.languages)
    return code if code in registry.languages else None
