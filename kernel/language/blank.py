"""A pipeline to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.config import Config
from kernel.config.packages import verify
from kernel.errors import UnknownLanguage
from kernel.language.codes import language_code
from kernel.language.core import Language
from kernel.registries.family import Registries, chosen_by

if TYPE_CHECKING:
    from kernel.vocab import Vocab


def blank(
    lang: str,
    *,
    vocab: Vocab | bool = True,
    config: Mapping[str, Any] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Language:
    """A pipeline of a language with nothing but its tokenizer (and what `config` adds).

    lang: its code, or another way to write it: "en", "eng", "en-GB".
    """
    given = Config(config or {})
    # What may not be used is not asked for the language either.
    verify(given)
    registry = chosen_by(given)
    cls = language_class(lang, registry)
    made = given.merge({"nlp": {"lang": language_code(lang, registry.languages)}})
    nlp: Language = cls.from_config(made, vocab=vocab, meta=meta)
    return nlp


def language_class(lang: str, registry: Registries) -> Any:
    """The class of a language, however its code is written. `UnknownLanguage` if there is none."""
    code = language_code(lang, registry.languages)
    if code not in registry.languages:
        error = registry.languages.unknown(code)
        raise UnknownLanguage(error.message, hint=error.hint)
    return registry.languages.get(code)
