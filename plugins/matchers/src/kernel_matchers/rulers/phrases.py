"""Phrases of rulers become documents: by the tokenizer alone, or also by the components before the ruler."""

from collections.abc import Sequence
from typing import Any

from kernel.errors import DataError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.vocab import attrs


def documents_of(texts: Sequence[str], nlp: Language, component: Any, attr: int) -> list[Doc]:
    """The phrases as documents, made in one batch.

    For an attribute that the word form doesn't decide, the components that come before `component` annotate them.
    """
    tokenizer = nlp.tokenizer
    docs = (
        list(tokenizer.batch(texts)) if hasattr(tokenizer, "batch") else [tokenizer(text) for text in texts]
    )
    if attr not in attrs.ANNOTATIONS:
        return docs
    for _, other in nlp.pipeline:
        if other is component:
            break
        docs = list(other.pipe(docs)) if hasattr(other, "pipe") else [other(doc) for doc in docs]
    return docs


def check_annotated(docs: Sequence[Doc], names: Sequence[str], attr: int) -> None:
    """`DataError` if a phrase has no value of the attribute by which it is to be matched. names: what messages call them."""
    if attr not in (attrs.TAG, attrs.POS, attrs.MORPH, attrs.LEMMA, attrs.DEP):
        return
    for doc, name in zip(docs, names, strict=True):
        if len(doc) and not doc.has_annotation(attr):
            raise DataError(
                f"{name}: the phrase {doc.text!r} has no {attrs.NAMES[attr]}, by which phrases are to be matched",
                hint=f"A component before the ruler has to set {attrs.NAMES[attr]}, and be trained or loaded when patterns are added.",
            )
