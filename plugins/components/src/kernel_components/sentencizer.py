"""The sentencizer: sentence boundaries by punctuation, without a model."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.component import Component
from kernel.language import Language
from kernel.tokens import Doc
from kernel.tokens.features import token_features
from kernel.vocab.attrs import intify
from kernel.vocab.strings import hash_strings

from .sentence_terminals import sentence_terminals

ORTH, IS_PUNCT, SENT_START = map(intify, ("ORTH", "IS_PUNCT", "SENT_START"))


@Language.factory(
    "sentencizer",
    assigns=["token.is_sent_start", "doc.sents"],
    default_config={
        "punct_chars": None,
        "overwrite": False,
        "scorer": {"@scorers": "kernel.senter_scorer.v1"},
    },
    default_score_weights={"sents_f": 1.0, "sents_p": 0.0, "sents_r": 0.0},
)
def make_sentencizer(
    nlp: Language,
    name: str,
    punct_chars: list[str] | None,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "Sentencizer":
    """Build the component.

    punct_chars: the tokens that end a sentence, by default those of all scripts. overwrite: replace boundaries that
    are already set.
    """
    return Sentencizer(name, punct_chars=punct_chars, overwrite=overwrite, scorer=scorer)


class Sentencizer(Component):
    """Sets `token.is_sent_start`.

    A sentence starts with the first token after one of `punct_chars` that is neither such a token nor other
    punctuation, so that closing quotes and brackets stay with the sentence before.
    """

    def __init__(
        self,
        name: str = "sentencizer",
        *,
        punct_chars: Sequence[str] | None = None,
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(name, scorer=scorer)
        chosen = sentence_terminals() if punct_chars is None else sorted(set(punct_chars))
        self.cfg.update(punct_chars=chosen, overwrite=overwrite)

    @property
    def punct_chars(self) -> set[str]:
        """The tokens that end a sentence."""
        return set(self.cfg["punct_chars"])

    def __call__(self, doc: Doc) -> Doc:
        self.set_annotations([doc], self.predict([doc]))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        iterator = iter(stream)
        while docs := list(islice(iterator, batch_size)):
            self.set_annotations(docs, self.predict(docs))
            yield from docs

    def predict(self, docs: Sequence[Doc]) -> list[NDArray[np.bool_]]:
        """Whether each token starts a sentence: bool (tokens,) a document."""
        lengths = np.fromiter(map(len, docs), dtype=np.intp, count=len(docs))
        ends = np.cumsum(lengths)
        firsts = (ends - lengths)[lengths > 0]
        features = token_features(docs, (ORTH, IS_PUNCT))
        terminal = np.isin(features[:, 0], hash_strings(self.cfg["punct_chars"]))
        starts = np.zeros(len(features), dtype=bool)
        # A word ends the search for a start; so does the border of a document, which stands before its first token.
        words = np.flatnonzero(~terminal & (features[:, 1] == 0))
        seen = np.cumsum(terminal)
        before = np.concatenate([[0], seen])
        borders = np.maximum.accumulate(_marks(firsts, len(features)))[words]
        previous = np.concatenate([[-1], words[:-1]])
        since = np.maximum(previous + 1, borders)
        starts[words] = before[words] > before[since]
        starts[firsts] = True
        return np.split(starts, ends[:-1]) if len(docs) else []

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[NDArray[np.bool_]]) -> None:
        """Set the boundaries: 1 for a start, -1 for any other token. What is set stays, unless overwriting."""
        for doc, starts in zip(docs, predictions, strict=True):
            found = np.where(starts, np.int8(1), np.int8(-1))
            present = None if self.cfg["overwrite"] else doc._columns.get(SENT_START)
            doc._set_column(SENT_START, found if present is None else np.where(present != 0, present, found))


def _marks(positions: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    marks = np.zeros(size, dtype=np.intp)
    marks[positions] = positions
    return marks
