"""The sentencizer: sentence boundaries by punctuation, without a model."""

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from kernel.component import BatchComponent
from kernel.language import Language
from kernel.tokens import Doc
from kernel.tokens.batch import batch_rows, set_batch_column
from kernel.tokens.features import token_features
from kernel.vocab.attrs import intify
from kernel.vocab.strings import hash_strings
from kernel_components.sentencizer.terminals import sentence_terminals

ORTH, IS_PUNCT, SENT_START = map(intify, ("ORTH", "IS_PUNCT", "SENT_START"))
TERMINAL, WORD = 1, 2


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
    """Ends sentences at punctuation.

    punct_chars: the tokens that end a sentence, by default those of all scripts. overwrite: replace boundaries that
    are already set.
    """
    return Sentencizer(name, punct_chars=punct_chars, overwrite=overwrite, scorer=scorer)


class Sentencizer(BatchComponent):
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
        self._prepare()

    def _prepare(self) -> None:
        self._terminals = hash_strings(self.cfg["punct_chars"])
        # Generation of word forms -> (kinds of its rows so far, version of its columns).
        self._known: WeakKeyDictionary[Any, tuple[NDArray[np.uint8], int]] = WeakKeyDictionary()

    def __getstate__(self) -> dict[str, Any]:
        # What is known of word forms stays with the documents of this process.
        return {key: value for key, value in vars(self).items() if key != "_known"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._prepare()

    @property
    def punct_chars(self) -> set[str]:
        """The tokens that end a sentence."""
        return set(self.cfg["punct_chars"])

    def predict(self, docs: Sequence[Doc]) -> NDArray[np.bool_]:
        """Whether each token starts a sentence, the documents one after another: bool (tokens of all,)."""
        lengths = np.fromiter(map(len, docs), dtype=np.intp, count=len(docs))
        ends = lengths.cumsum()
        kinds = self._kinds(docs)
        starts = np.zeros(len(kinds), dtype=bool)
        starts[(ends - lengths)[lengths > 0]] = True
        marks = np.flatnonzero(kinds)
        shown = kinds[marks]
        at = np.flatnonzero((shown[1:] == WORD) & (shown[:-1] == TERMINAL))
        before, words = marks[at], marks[at + 1]
        same_document = ends.searchsorted(before, "right") == ends.searchsorted(words, "right")
        starts[words[same_document]] = True
        return starts

    def _kinds(self, docs: Sequence[Doc]) -> NDArray[np.uint8]:
        """TERMINAL, WORD or 0 (other punctuation) for each token."""
        table, rows = batch_rows(docs)
        if table is None:
            features = token_features(docs, (ORTH, IS_PUNCT))
            return self._kinds_of(features[:, 0], features[:, 1])
        # Taken first: if another thread changes a form while this one reads, the result counts as old.
        now = table.version
        known, version = self._known.get(table, (np.zeros(0, dtype=np.uint8), now))
        if version != now:
            known = known[:0]
        if len(known) < len(table):
            forms, punctuation = table.column(ORTH), table.column(IS_PUNCT)
            size = min(len(forms), len(punctuation))
            new = self._kinds_of(forms[len(known) : size], punctuation[len(known) : size])
            known = np.concatenate([known, new])
            self._known[table] = known, now
        return known[rows]

    def _kinds_of(self, forms: NDArray[np.uint64], punctuation: NDArray[Any]) -> NDArray[np.uint8]:
        kinds = np.where(punctuation != 0, np.uint8(0), np.uint8(WORD))
        kinds[np.isin(forms, self._terminals)] = TERMINAL
        return kinds

    def set_annotations(self, docs: Sequence[Doc], predictions: NDArray[np.bool_]) -> None:
        """Set the boundaries: 1 for a start, -1 for any other token. What is set stays, unless overwriting."""
        values = np.where(predictions, np.int8(1), np.int8(-1))
        set_batch_column(docs, SENT_START, values, overwrite=self.cfg["overwrite"])

    def cfg_from_bytes(self, data: bytes) -> None:
        super().cfg_from_bytes(data)
        self._prepare()
