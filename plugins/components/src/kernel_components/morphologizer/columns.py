"""Labels of the morphologizer as columns of documents."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.batch import batch_has, set_batch_column
from kernel.tokens.morph import MorphAnalysis, features_to_text
from kernel.vocab import Vocab
from kernel.vocab.symbols import SYMBOLS
from kernel_components.morphologizer.gold import MORPH, POS
from kernel_components.morphologizer.labels import from_label

Numbers = NDArray[np.uint64]


class LabelColumns:
    """What each label writes: numbers of features and of parts of speech, looked up once as long as the labels stay the same."""

    def __init__(self) -> None:
        self._kept: tuple[Vocab, tuple[str, ...], Numbers, Numbers] | None = None

    def of(self, vocab: Vocab, labels: tuple[str, ...]) -> tuple[Numbers, Numbers]:
        """Features and parts of speech, uint64 (labels,) each; the strings become permanent."""
        kept = self._kept
        if kept is None or kept[0] is not vocab or kept[1] != labels:
            parts = [from_label(label) for label in labels]
            morph = np.array([vocab.strings.add(feats) for feats, _ in parts], dtype=np.uint64)
            pos = np.array([SYMBOLS[tag] for _, tag in parts], dtype=np.uint64)
            kept = self._kept = vocab, labels, morph, pos
        return kept[2], kept[3]


def write_pos(docs: Sequence[Doc], pos: Numbers, *, overwrite: bool) -> None:
    """Set the parts of speech of all tokens, (N,). overwrite: replace those that are there."""
    set_batch_column(docs, POS, pos, overwrite=overwrite)


def write_morph(docs: Sequence[Doc], morph: Numbers, *, overwrite: bool, extend: bool) -> None:
    """Set the features of all tokens, (N,). overwrite: replace those that are there.

    extend: keep those that are there, and add what they lack; with `overwrite`, what is said anew of a feature replaces it.
    """
    if extend and batch_has(docs, MORPH):
        ends = np.cumsum([len(doc) for doc in docs])
        parts = np.split(morph, ends[:-1])
        pairs = zip(docs, parts, strict=True)
        morph, overwrite = np.concatenate([_extended(doc, part, overwrite) for doc, part in pairs]), True
    set_batch_column(docs, MORPH, morph, overwrite=overwrite)


def _extended(doc: Doc, found: Numbers, overwrite: bool) -> Numbers:
    present = doc.columns.get(MORPH)
    if present is None or not len(doc):
        return found
    pairs, places = np.unique(np.stack([present, found]), axis=1, return_inverse=True)
    strings = doc.vocab.strings
    merged = []
    for old, new in pairs.T.tolist():
        first, second = (old, new) if overwrite else (new, old)
        features = {**MorphAnalysis(strings[first]).to_dict(), **MorphAnalysis(strings[second]).to_dict()}
        merged.append(doc.intern(features_to_text(features)))
    return np.array(merged, dtype=np.uint64)[places.ravel()]
