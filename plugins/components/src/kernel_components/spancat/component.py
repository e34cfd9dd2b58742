"""The span categoriser for categories of which any number holds."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, Ragged, set_dropout_rate

from kernel.component import Finding, TrainableComponent
from kernel.config.ranges import Fraction, PositiveInt
from kernel.errors import UsageError, note, warn
from kernel.language import Language
from kernel.scores.spans import weights_of_group
from kernel.tokens import Doc
from kernel.tokens.batch import set_batch_spans
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.gold_keys import label_key
from kernel_components.label_numbers import LabelNumbers
from kernel_components.no_labels import no_labels
from kernel_components.outputs import check_outputs
from kernel_components.scorers.spancat import DEFAULT_KEY
from kernel_components.spancat import choose, debug, recommended
from kernel_components.spancat.gold import Gold, count_labels, encode, matches
from kernel_components.spancat.suggested import compare
from kernel_components.suggesters.ngrams import ngram_suggester
from kernel_components.token_vectors import MULTI_HASH_EMBED
from kernel_components.unknown_label import unknown_label

MODEL = {
    "@architectures": "kernel.SpanCategorizer.v1",
    "tok2vec": MULTI_HASH_EMBED,
    "reducer": {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 128},
    "scorer": {"@layers": "kernel.LinearLogistic.v1", "nO": None, "nI": None},
}
SUGGESTER = {"@misc": "kernel.ngram_suggester.v1", "sizes": [1, 2, 3]}
SCORER = {"@scorers": "kernel.spancat_scorer.v1"}
SCORE_WEIGHTS: dict[str, float | None] = {
    f"spans_{DEFAULT_KEY}_f": 1.0,
    f"spans_{DEFAULT_KEY}_p": 0.0,
    f"spans_{DEFAULT_KEY}_r": 0.0,
}


@Language.factory(
    "spancat",
    assigns=["doc.spans"],
    default_config={
        "threshold": 0.5,
        "spans_key": DEFAULT_KEY,
        "max_positive": None,
        "model": MODEL,
        "suggester": SUGGESTER,
        "scorer": SCORER,
    },
    default_score_weights=SCORE_WEIGHTS,
    recommend=recommended.spancat,
)
def make_spancat(
    nlp: Language,
    name: str,
    suggester: Callable[..., Ragged],
    model: Model[tuple[list[Doc], Ragged], Any],
    spans_key: str,
    threshold: Fraction,
    max_positive: PositiveInt | None,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "SpanCategorizer":
    """Gives spans any number of categories. They may overlap.

    suggester: the spans that are looked at. model: documents and spans to a probability of each category, (spans, categories).
    spans_key: the group of `doc.spans` that is learnt and set. threshold: the probability from where on a category holds.
    max_positive: so many categories of a span at most, the best; null for any number.
    """
    return SpanCategorizer(
        nlp.vocab,
        model,
        suggester,
        name,
        spans_key=spans_key,
        negative_weight=None,
        max_positive=max_positive,
        threshold=threshold,
        scorer=scorer,
    )


class SpanCategorizer(TrainableComponent):
    """Sets the group `doc.spans[spans_key]`: spans that were suggested, with the categories that hold for them.

    A span with several categories is there once for each. `attrs["scores"]` of the group has the probability of each span. What the
    suggester doesn't suggest is neither learnt nor found. A suggested span is learnt to be nothing where the gold
    document has no such span, also if it lacks the whole group.

    add_negative_label: the model has one output more than there are labels, the last: that none holds; then only the best counts.
    negative_weight: what the gradient of suggested spans that are nothing is multiplied by, if there is a negative label.
    allow_overlap: whether spans that are set may share tokens; if not, the better one stays. threshold: None for any score.
    """

    # Nothing is kept of what it knew once: the spans that were suggested then may be others now.
    rehearse: ClassVar[None] = None  # type: ignore[assignment]
    late_settings = frozenset({"threshold", "max_positive", "allow_overlap"})

    def __init__(
        self,
        vocab: Vocab,
        model: Model[tuple[list[Doc], Ragged], Any],
        suggester: Callable[..., Ragged],
        name: str = "spancat",
        *,
        add_negative_label: bool = False,
        spans_key: str = "spans",
        negative_weight: float | None = 1.0,
        allow_overlap: bool | None = True,
        max_positive: int | None = None,
        threshold: float | None = 0.5,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        self.suggester = suggester
        self.requires = tuple(getattr(suggester, "requires", ()))
        self.add_negative_label = add_negative_label
        self.cfg.update(
            labels=[],
            labels_given=False,
            spans_key=spans_key,
            threshold=threshold,
            max_positive=max_positive,
            negative_weight=negative_weight,
            allow_overlap=allow_overlap,
        )
        self._numbers = LabelNumbers()

    @property
    def key(self) -> str:
        """The group of `doc.spans` that is learnt and set."""
        return str(self.cfg["spans_key"])

    def score_weights(self, declared: Mapping[str, float | None]) -> Mapping[str, float | None]:
        """Those of the group that it sets."""
        return weights_of_group(declared, DEFAULT_KEY, self.key)

    @property
    def label_data(self) -> list[str]:
        return list(self.labels)

    @property
    def output_names(self) -> Sequence[str]:
        return (*self.labels, "") if self.add_negative_label else self.labels

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """Labels in the group of reference documents, and how often each occurs."""
        return count_labels(examples, self.key)

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        return debug.findings(train, dev, self.key, self.suggest)

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        """Take the labels from the data, in the order met, unless they are given; then infer the model's shapes.

        labels: all categories, as `kernel init labels` writes them; others in the data are not learnt, with a warning. Without it,
        other categories in the data are a DataError in training.
        """
        sample = self.sample(get_examples)
        self.cfg["labels_given"] = labels is not None
        for label in self.gold_labels(get_examples()) if labels is None else labels:
            self.add_label(label)
        if not self.labels:
            raise no_labels(f"spans in the group '{self.key}'", get_examples)
        self._tell_of_missed(get_examples)
        docs = [example.predicted for example in sample]
        # Any spans will do for shapes; those of the suggester may need a component that has not run.
        spans = ngram_suggester(docs, sizes=[1], ops=self.model.ops)
        self.model.initialize(X=(docs, spans), Y=self.model.ops.alloc2f(1, len(self.output_names)))

    def _tell_of_missed(self, get_examples: Callable[[], Iterable[Example]]) -> None:
        """Tell how many gold spans are not suggested, as far as the suggester needs no component: none has run yet."""
        if self.requires:
            return
        annotated = (each for each in get_examples() if each.reference.spans.get(self.key))
        try:
            counts = compare(annotated, self.key, self.suggest)
        except Exception:  # noqa: BLE001 (what it lacks may be there in training, which tells what is wrong otherwise)
            return
        if counts.suggested and counts.missed:
            some = ", ".join(map(repr, list(dict.fromkeys(counts.missed))[:3]))
            note(
                f"component '{self.name}': {len(counts.missed):,} of {counts.gold:,} gold spans in the group '{self.key}' are not suggested, "
                f"so that they are neither learnt nor found, such as {some}. Another suggester may have them: kernel debug data counts them all"
            )

    def model_from_bytes(self, data: bytes) -> None:
        super().model_from_bytes(data)
        check_outputs(self)

    def suggest(self, docs: Sequence[Doc]) -> Ragged:
        """The spans of documents that the suggester gives. `UsageError` if it gives anything else."""
        spans = self.suggester(docs, ops=self.model.ops)
        if problem := _problem(spans, len(docs)):
            raise UsageError(
                f"the suggester of component '{self.name}' gave {problem}",
                hint="It returns a Ragged of whole numbers (spans, 2), with a sequence for each document.",
            )
        return spans

    def predict(self, docs: Sequence[Doc]) -> tuple[Ragged, Any]:
        """The suggested spans, and their scores, (spans, outputs)."""
        spans = self.suggest(docs)
        if not len(spans.dataXd):
            return spans, self.model.ops.alloc2f(0, len(self.output_names))
        return spans, self.model.predict((docs, spans))

    def set_annotations(self, docs: Sequence[Doc], predictions: tuple[Ragged, Any]) -> None:
        """Set the group of each document to the spans whose scores are high enough."""
        scores = self.model.ops.to_numpy(predictions[1])
        starts, ends, owners = self._in_batch(docs, predictions[0])
        rows, labels = self._choose(scores, starts, ends)
        owners = owners[rows]
        if (owners[1:] < owners[:-1]).any():
            order = np.argsort(owners, kind="stable")
            rows, labels, owners = rows[order], labels[order], owners[order]
        numbers = self._numbers.of(self.vocab, self.labels)
        borders = np.searchsorted(owners, np.arange(1, len(docs)))
        parts = np.split(scores[rows, labels], borders)
        attrs = [{"scores": part} for part in parts]
        set_batch_spans(docs, self.key, starts[rows], ends[rows], numbers[labels], attrs)

    def set_candidates(self, docs: Sequence[Doc], candidates_key: str = "candidates") -> None:
        """Set the group `candidates_key` to all suggested spans, without labels: to look at what the suggester gives."""
        starts, ends, _ = self._in_batch(docs, self.suggest(docs))
        set_batch_spans(docs, candidates_key, starts, ends)

    def _choose(
        self, scores: NDArray[np.float32], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> choose.Chosen:
        cfg = self.cfg
        threshold = -np.inf if cfg["threshold"] is None else cfg["threshold"]
        if self.add_negative_label:
            chosen = choose.best(scores, len(self.labels), threshold)
        else:
            chosen = choose.several(scores, threshold, cfg["max_positive"])
        return chosen if cfg["allow_overlap"] else choose.without_overlap(chosen, scores, starts, ends)

    def learn(self, examples: Sequence[Example], drop: float) -> float:
        docs = [example.predicted for example in examples]
        spans = self.suggest(docs)
        if not len(spans.dataXd):
            self.skip()
            return 0.0
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update((docs, spans))
        loss, d_scores = self.get_loss(examples, (spans, scores))
        backprop(d_scores)
        return loss

    def get_loss(self, examples: Sequence[Example], spans_scores: tuple[Ragged, Any]) -> tuple[float, Any]:
        """The sum of the squared errors of all suggested spans, and the errors as the gradient of the scores."""
        spans, scores = spans_scores
        ops = self.model.ops
        places, counts = self._on_host(spans)
        rows, labels = matches(self.gold(examples), places, counts)
        gradient = scores.copy()
        gradient[ops.asarray(rows), ops.asarray(labels)] -= 1
        if self.add_negative_label:
            nothing = np.ones(len(places), dtype=bool)
            nothing[rows] = False
            chosen = ops.asarray(nothing)
            gradient[chosen, len(self.labels)] -= 1
            if self.cfg["negative_weight"] not in (None, 1.0):
                gradient[chosen] *= self.cfg["negative_weight"]
        return float((gradient * gradient).sum()), gradient

    def gold(self, examples: Sequence[Example]) -> list[Gold]:
        """The gold spans of each example, encoded once each."""
        key = label_key(f"spans-{self.key}", self.labels)
        numbers = {label: number for number, label in enumerate(self.labels)}
        return [self._gold(example, key, numbers) for example in examples]

    def _gold(self, example: Example, key: str, numbers: Mapping[str, int]) -> Gold:
        kept: dict[str, Any] = example.cached(key, lambda _: {})
        group = example.reference.groups.get(self.key)
        records = [] if group is None else group.records
        # An Example doesn't notice when a group changes in place.
        if kept.get("records") != records:
            self._check_known(example, numbers)
            kept.update(records=list(records), gold=encode(example, self.key, numbers))
        gold: Gold = kept["gold"]
        return gold

    def _check_known(self, example: Example, known: Mapping[str, int]) -> None:
        # A label that is not learnt is never passed over in silence.
        for label in count_labels([example], self.key):
            if label in known:
                continue
            if not self.cfg["labels_given"]:
                raise unknown_label("span", label, known, example)
            warn(
                f"component '{self.name}': the data have spans '{label}', which is not among the labels that initialize was given: "
                "they are not learnt"
            )

    def _on_host(self, spans: Ragged) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each span starts and ends in its document, (S, 2), and how many each document has."""
        ops = self.model.ops
        places = np.reshape(ops.to_numpy(spans.dataXd), (-1, 2)).astype(np.int64)
        return places, ops.to_numpy(spans.lengths).astype(np.int64)

    def _in_batch(
        self, docs: Sequence[Doc], spans: Ragged
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Where each span starts and ends, counted over the batch, and the number of its document."""
        places, counts = self._on_host(spans)
        lengths = np.array([len(doc) for doc in docs], dtype=np.int64)
        owners = np.repeat(np.arange(len(docs)), counts)
        shifts = (np.cumsum(lengths) - lengths)[owners]
        return places[:, 0] + shifts, places[:, 1] + shifts, owners


def _problem(spans: Any, n_docs: int) -> str:
    """What a suggester gave, if it is not what it should be."""
    if not isinstance(spans, Ragged):
        return f"{type(spans)!r} for {n_docs} documents"
    if len(spans.lengths) != n_docs:
        return f"a Ragged of {len(spans.lengths)} sequences for {n_docs} documents"
    places, count = spans.dataXd, int(spans.lengths.sum())
    if places.size != 2 * count:
        return f"an array of the shape {places.shape} for {count} spans"
    if places.size and places.dtype.kind not in "iu":
        return f"numbers of the type {places.dtype}"
    return ""
