"""Masked words: some tokens of a batch give way to others, and an objective has to say what was there.

As in BERT (Devlin et al. 2019): of the chosen tokens 80 % become the word [MASK], 10 % another word of the batch and
10 % stay as they are. Words are rows of the vocabulary's table: nothing here loops over tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.numeric import random
from kernel.tokens import Doc
from kernel.tokens.batch import batch_rows
from kernel.vocab import Vocab
from kernel.vocab.lexemes import LexemeTable

Array = Any

SHARE = 0.15
"""Share of the tokens that are chosen."""
MASK = "[MASK]"
_MASKED, _REPLACED = 0.8, 0.9


@dataclass(frozen=True)
class Words:
    """The N tokens of a batch as they were. table: word forms. rows: int32 (N,). places: int64 (M,), the chosen ones."""

    vocab: Vocab
    table: LexemeTable
    rows: NDArray[np.int32]
    places: NDArray[np.int64]

    @property
    def chosen(self) -> NDArray[np.int32]:
        """The rows of what has to be said, (M,)."""
        found: NDArray[np.int32] = self.rows[self.places]
        return found


Head: TypeAlias = "Model[tuple[Array, Words], Array]"
"""An output layer: vectors (M, width) at the chosen places, and the words there, to the loss of each, (M,)."""


def masked_words(
    docs: Sequence[Doc], generator: np.random.Generator, share: float = SHARE
) -> tuple[list[Doc], Words]:
    """Documents in which some words are masked, and what was there. At least one is, if there are any tokens.

    The documents have no annotations, and are no copies: only their word forms count.
    """
    vocab = docs[0].vocab
    table, rows = _in_one_table(docs)
    places = np.flatnonzero(generator.random(len(rows), dtype=np.float32) < share)
    if not len(places) and len(rows):
        places = generator.integers(len(rows), size=1)
    fate = generator.random(len(places), dtype=np.float32)
    others = rows[generator.integers(max(len(rows), 1), size=len(places))] if len(rows) else rows
    fresh = rows.copy()
    fresh[places] = np.where(
        fate < _MASKED, np.int32(table.row(MASK)), np.where(fate < _REPLACED, others, rows[places])
    )
    made, end = [], 0
    for doc in docs:
        start, end = end, end + len(doc)
        made.append(Doc.from_rows(vocab, table, fresh[start:end], doc.spaces, None))
    return made, Words(vocab, table, rows, places)


def _in_one_table(docs: Sequence[Doc]) -> tuple[LexemeTable, NDArray[np.int32]]:
    """The word forms of documents; where they are of several generations, those of the earlier ones are looked up again."""
    table, rows = batch_rows(docs)
    if table is not None:
        return table, rows
    newest = docs[0].vocab.lexemes
    return newest, np.concatenate([_moved(doc, newest) for doc in docs])


def _moved(doc: Doc, table: LexemeTable) -> NDArray[np.int32]:
    if doc.table is table:
        return doc.rows
    return table.rows(doc.words(), [doc.table.own_norm(row) for row in doc.rows.tolist()])


def cloze(
    encoder: Model[list[Doc], list[Array]], head: Head, *, share: float = SHARE
) -> Model[list[Doc], Array]:
    """The model of an objective that has to say which words were masked: Docs to the loss of each of M words, (M,).

    The head computes for the masked words alone. What is masked is drawn from the current stream of `kernel.numeric.random`,
    in prediction too: with equal streams the same words are.
    """
    return Model("cloze", _forward, init=_init, layers=[encoder, head], attrs={"share": share})


def _init(model: Model[list[Doc], Array], X: Sequence[Doc] | None = None, Y: Any = None) -> None:
    encoder, head = model.layers
    encoder.initialize(X=X)
    if X:
        docs, words = masked_words(X, np.random.default_rng(0), model.attrs["share"])
        vectors = model.ops.flatten(encoder.predict(docs))[words.places]
        head.initialize(X=(vectors, words))
    else:
        head.initialize()


def _forward(
    model: Model[list[Doc], Array], docs: Sequence[Doc], is_train: bool
) -> tuple[Array, Callable[[Array], list[Doc]]]:
    encoder, head = model.layers
    ops = model.ops
    if not any(len(doc) for doc in docs):
        return ops.xp.zeros(0, dtype="float32"), lambda d_losses: []
    with random.enter("masks"):
        made, words = masked_words(docs, random.current(), model.attrs["share"])
    vectors, backprop_vectors = vectors_at(encoder, made, words.places, is_train)
    losses, backprop_head = head((vectors, words), is_train)

    def backprop(d_losses: Array) -> list[Doc]:
        backprop_vectors(backprop_head(d_losses))
        return []

    return losses, backprop


def vectors_at(
    encoder: Model[list[Doc], list[Array]], docs: Sequence[Doc], places: NDArray[np.int64], is_train: bool
) -> tuple[Array, Callable[[Array], Any]]:
    """The vectors of some tokens, (len(places), width), and what takes their gradient.

    places: numbers of the tokens, ascending, counted over all documents. An encoder that can compute these alone says so with the
    attribute `vectors_at`, a function of the same arguments; of others, the vectors of all tokens are computed.
    """
    own = encoder.attrs.get("vectors_at")
    if own is not None:
        found: tuple[Array, Callable[[Array], Any]] = own(encoder, docs, places, is_train)
        return found
    ops = encoder.ops
    vectors, backprop_encoder = encoder(list(docs), is_train)
    flat, chosen = ops.flatten(vectors), ops.asarray(places)

    def backprop(d_vectors: Array) -> Any:
        d_flat = ops.xp.zeros_like(flat)
        d_flat[chosen] = d_vectors
        return backprop_encoder(ops.unflatten(d_flat, [len(doc) for doc in docs]))

    return flat[chosen], backprop
