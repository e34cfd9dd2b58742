"""The span finder: where spans begin and end, whatever they are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.component import Finding, TrainableComponent
from kernel.config.ranges import Fraction, PositiveInt
from kernel.errors import UsageError
from kernel.language import Language
from kernel.scores.spans import weights_of_group
from kernel.tokens import Doc
from kernel.tokens.batch import set_batch_spans
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.scorers.spancat import DEFAULT_KEY
from kernel_components.span_finder import debug, recommended
from kernel_components.span_finder.gold import EDGE, UNKNOWN, encode, records
from kernel_components.span_finder.pairs import pair
from kernel_components.token_vectors import MULTI_HASH_EMBED

MODEL = {
    "@architectures": "kernel.SpanFinder.v1",
    "scorer": {"@layers": "kernel.LinearLogistic.v1", "nO": 2, "nI": None},
    "tok2vec": MULTI_HASH_EMBED,
}


@Language.factory(
    "span_finder",
    assigns=["doc.spans"],
    default_config={
        "threshold": 0.5,
        "model": MODEL,
        "spans_key": DEFAULT_KEY,
        "max_length": 25,
        "min_length": None,
        "scorer": {"@scorers": "kernel.span_finder_scorer.v1"},
    },
    default_score_weights={
        f"spans_{DEFAULT_KEY}_f": 1.0,
        f"spans_{DEFAULT_KEY}_p": 0.0,
        f"spans_{DEFAULT_KEY}_r": 0.0,
    },
    recommend=recommended.span_finder,
)
def make_span_finder(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Any],
    spans_key: str,
    threshold: Fraction,
    max_length: PositiveInt | None,
    min_length: PositiveInt | None,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "SpanFinder":
    """Finds where spans begin and end, whatever they are: for a categoriser behind it.

    model: documents to two probabilities for each token, (tokens of all, 2): that a span begins with it, that one ends with it.
    spans_key: the span group. threshold: what is likelier counts. max_length, min_length: tokens of the spans that are found; null for
    any number.
    """
    return SpanFinder(
        nlp.vocab,
        model,
        name,
        spans_key=spans_key,
        threshold=threshold,
        max_length=max_length,
        min_length=min_length,
        scorer=scorer,
    )


class SpanFinder(TrainableComponent):
    """Sets a group of `doc.spans`: all spans from a likely beginning to a likely end. They have no labels, and may overlap.

    It is often the first of two: `spancat` gives such spans labels.
    """

    late_settings = frozenset({"threshold", "max_length", "min_length"})

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], Any],
        name: str = "span_finder",
        *,
        spans_key: str = DEFAULT_KEY,
        threshold: float = 0.5,
        max_length: int | None = 25,
        min_length: int | None = None,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        for setting, value in (("max_length", max_length), ("min_length", min_length)):
            if value is not None and value < 1:
                raise UsageError(f"component '{name}': {setting} must be 1 or more, or None, not {value}")
        if max_length is not None and min_length is not None and min_length > max_length:
            raise UsageError(
                f"component '{name}': min_length, {min_length}, is more than max_length, {max_length}"
            )
        self.cfg.update(
            spans_key=spans_key, threshold=threshold, max_length=max_length, min_length=min_length
        )

    def score_weights(self, declared: Mapping[str, float | None]) -> Mapping[str, float | None]:
        """Those of the group that it sets."""
        return weights_of_group(declared, DEFAULT_KEY, self.cfg["spans_key"])

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Replace the group of each document. The spans are in the order of their beginnings, then of their ends."""
        likely = self.model.ops.to_numpy(predictions) >= self.cfg["threshold"]
        lengths = [len(doc) for doc in docs]
        shortest = self.cfg["min_length"] or 1
        found = pair(likely[:, 0], likely[:, 1], lengths, shortest, self.cfg["max_length"])
        set_batch_spans(docs, self.cfg["spans_key"], found.starts, found.ends)

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Infer the model's shapes from a few documents and draw its first weights."""
        docs = [example.reference for example in self.sample(get_examples)]
        self.model.initialize(X=docs, Y=self.model.ops.alloc2f(1, 2))

    def gold(self, examples: Sequence[Example]) -> NDArray[np.int8]:
        """Whether each token of the batch begins and ends a gold span, -1 if that is unknown: int8 (N, 2)."""
        return np.concatenate([self._gold(example) for example in examples])

    def _gold(self, example: Example) -> NDArray[np.int8]:
        key = self.cfg["spans_key"]
        kept: dict[str, Any] = example.cached(f"edges:{key}", lambda _: {})
        now = records(example.reference, key)
        # An Example doesn't notice when a group changes in place.
        if kept.get("records") != now:
            kept.update(records=list(now), gold=encode(example, key))
        gold: NDArray[np.int8] = kept["gold"]
        return gold

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Any]:
        """The sum of squared errors over tokens whose gold is known, and the error itself as the gradient."""
        gold, ops = self.gold(examples), self.model.ops
        gradient = scores - ops.asarray((gold == EDGE).astype(np.float32))
        gradient *= ops.asarray(gold != UNKNOWN)
        return float((gradient * gradient).sum()), gradient

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        key, shortest = self.cfg["spans_key"], self.cfg["min_length"] or 1
        return debug.findings(train, dev, key=key, shortest=shortest, longest=self.cfg["max_length"])
