"""A pipeline to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.config import Config
from kernel.config.packages import verify
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
    """A pipeline of a language with nothing but its tokenizer (and what `config` adds)."""
    made = Config(config or {}).merge({"nlp": {"lang": lang}})
    # What may not be used is not asked for the language either.
    verify(made)
    nlp: Language = chosen_by(made).languages.get(lang).from_config(made, vocab=vocab, meta=meta)
    return nlp
