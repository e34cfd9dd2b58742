"""A pipeline to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.config import Config
from kernel.language.codes import language_code
from kernel.language.core import Language
from kernel.registries.family import chosen_by

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
    registry = chosen_by(given)
    code = language_code(lang, registry.languages)
    made = given.merge({"nlp": {"lang": code}})
    nlp: Language = registry.languages.get(code).from_config(made, vocab=vocab, meta=meta)
    return nlp
