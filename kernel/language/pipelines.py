"""Pipelines by name: a saved one, or one of a language with nothing in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.config import Config
from kernel.language.core import Language
from kernel.language.loading import find_pipeline, load_directory
from kernel.registries.family import chosen_by

if TYPE_CHECKING:
    from kernel.vocab import Vocab


def load(
    name: str | Path,
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] = (),
    config: Mapping[str, Any] | None = None,
) -> Language:
    """Load a saved pipeline: a directory, or the name of an installed package that contains one.

    disable, enable: components to keep, but not to run. exclude: components to leave out. config: settings over the
    saved ones, nested or with dotted names.
    """
    return load_directory(
        find_pipeline(name),
        Language,
        vocab=vocab,
        disable=disable,
        enable=enable,
        exclude=exclude,
        config=config,
    )


def blank(
    lang: str,
    *,
    vocab: Vocab | bool = True,
    config: Mapping[str, Any] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Language:
    """A pipeline of a language with nothing but its tokenizer (and what `config` adds)."""
    made = Config(config or {}).merge({"nlp": {"lang": lang}})
    nlp: Language = chosen_by(made).languages.get(lang).from_config(made, vocab=vocab, meta=meta)
    return nlp
