"""The entity recogniser: a BILUO transition system over the model's token vectors."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.component import Finding
from kernel.config.ranges import NonNegativeInt
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.biluo import Gold, Moves, Path, blocks, costs, decode
from kernel_components.label_numbers import LabelNumbers
from kernel_components.ner import debug, recommended
from kernel_components.ner.columns import Entities, constraints, preset_labels, write_entities
from kernel_components.ner.gold import count_labels, encode, gold_labels, has_gold
from kernel_components.token_vectors import HASH_EMBED_CNN
from kernel_components.transitions import gradient, rehearsal_gradient
from kernel_components.transitions.component import Learned, TransitionComponent

MODEL = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "tok2vec": HASH_EMBED_CNN,
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 64,
    "maxout_pieces": 2,
    "use_upper": True,
    "nO": None,
    "init_W": None,
}


@Language.factory(
    "ner",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={
        "model": MODEL,
        "moves": None,
        "update_with_oracle_cut_size": 100,
        "incorrect_spans_key": None,
        "scorer": {"@scorers": "kernel.ner_scorer.v1"},
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
    recommend=recommended.ner,
)
def make_ner(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Any],
    moves: dict[str, dict[str, int]] | None,
    update_with_oracle_cut_size: NonNegativeInt,
    incorrect_spans_key: str | None,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "EntityRecognizer":
    """Finds entities: spans with a label, such as names, that don't overlap.

    model: documents to scores of transition states. moves: actions to start with, as `init labels` writes them.
    incorrect_spans_key: key of `doc.spans` with spans that are known to be wrong. update_with_oracle_cut_size is
    accepted and has no effect: long documents need no cutting, since all their states are scored at once.
    """
    return EntityRecognizer(
        nlp.vocab,
        model,
        name,
        moves=moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        incorrect_spans_key=incorrect_spans_key,
        scorer=scorer,
    )


class EntityRecognizer(TransitionComponent):
    """Sets `doc.ents`. Entities that a document has already stay; its other tokens end up outside or in new ones."""

    moves: Moves
    annotation = "entities"

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], Any],
        name: str = "ner",
        *,
        moves: Moves | Mapping[str, Mapping[str, int]] | None = None,
        update_with_oracle_cut_size: int = 100,
        incorrect_spans_key: str | None = None,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        moves = moves if isinstance(moves, Moves) else Moves(moves)
        super().__init__(vocab, model, name, moves=moves, scorer=scorer)
        self.cfg = {
            "update_with_oracle_cut_size": update_with_oracle_cut_size,
            "incorrect_spans_key": incorrect_spans_key,
        }
        self._numbers = LabelNumbers()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted(self.moves.labels))

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """Entity types of the reference documents, and the number of their entities."""
        return Counter(span.label_ for example in examples for span in example.reference.ents if span.label_)

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        return debug.findings(train, dev)

    @property
    def _negative_key(self) -> str | None:
        key: str | None = self.cfg["incorrect_spans_key"]
        return key

    def _label_numbers(self) -> NDArray[np.uint64]:
        return self._numbers.of(self.vocab, self.moves.labels)

    def predict(self, docs: Sequence[Doc]) -> Entities:
        """The entities of all documents; these are not changed."""
        limits, labels = constraints(docs, self._label_numbers())
        if not limits.n:
            return Entities.none()
        return Entities.of(decode(self.model.predict(docs), limits, self.moves), labels)

    def set_annotations(self, docs: Sequence[Doc], predictions: Entities) -> None:
        write_entities(docs, predictions)

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Any = None,
        labels: Mapping[str, Mapping[str, int]] | Sequence[str] | None = None,
    ) -> None:
        """Collect the labels, unless they are given, and draw the first weights.

        labels: a list of names, or what `init labels` writes.
        """
        sample = self.sample(get_examples)
        if labels is None:
            self.check_annotated(get_examples)
            moves = Moves.from_labels(count_labels(get_examples()))
        elif isinstance(labels, Mapping):
            moves = Moves(labels)
        else:
            moves = Moves.from_labels(labels)
        self.initialize_model(sample, moves)

    def has_gold(self, example: Example) -> bool:
        return bool(len(example.predicted)) and has_gold(example, self._negative_key)

    def get_loss(self, examples: Sequence[Example], scores: Any) -> Learned:
        limits, _ = constraints([example.predicted for example in examples], self._label_numbers())
        gold = Gold.join([encode(example, self.moves, self._negative_key) for example in examples])
        path = decode(scores, limits, self.moves)

        def learn_at(tokens: NDArray[np.int64]) -> Learned:
            table = costs(path, limits, gold, self.moves, tokens)
            found, backprop = scores.begin_update(path.slots(scores.n_slots, tokens))
            d_scores, loss = gradient(found, table)
            return loss, partial(backprop, d_scores)

        return self._along(path, learn_at)

    def get_recall_loss(
        self, docs: Sequence[Doc], scores: Any, taught: Any, classes: NDArray[np.int64], weight: float
    ) -> Learned:
        limits, _ = constraints(docs, self._label_numbers())
        path = decode(scores, limits, self.moves)
        # The first that `decode` has asked of the model: so equal weights give equal bits, and no gradient.
        taught.score_alone(0, taught.n_tokens, np.empty(0, dtype=np.int64))

        def recall_at(tokens: NDArray[np.int64]) -> Learned:
            states = path.slots(scores.n_slots, tokens)
            found, backprop = scores.begin_update(states)
            d_scores, loss = rehearsal_gradient(found, taught.begin_update(states)[0], classes)
            d_scores *= weight
            return loss, partial(backprop, d_scores)

        return self._along(path, recall_at)

    def _along(self, path: Path, at: Callable[[NDArray[np.int64]], Learned]) -> Learned:
        """The loss of a whole path, and the function that passes its gradient on. at: gives both of some of its states."""
        states = path.states()
        runs = [states[run] for run in blocks(len(states), len(self.moves))]
        if len(runs) == 1:
            return at(runs[0])

        # So many labels that the scores of all states would fill the memory: they are computed again for the gradient.
        def backprop_runs() -> None:
            for tokens in runs:
                at(tokens)[1]()

        return sum(at(tokens)[0] for tokens in runs), backprop_runs

    def meet_labels(self, examples: Sequence[Example]) -> None:
        """Add labels of gold and of preset entities, and unmask the classes of those that gold has."""
        gold = {label for example in examples for label in gold_labels(example)}
        for label in sorted(gold.difference(self.moves.index)):
            self.add_label(label)
        for number in preset_labels([example.predicted for example in examples]):
            self.add_label(self.vocab.strings[number])
        if self.model.attrs["unseen_classes"]:
            numbers = [self.moves.index[label] for label in gold]
            moves = self.moves
            for classes in (moves.begin, moves.inside, moves.last, moves.unit):
                self.unmask(classes[numbers])

    def moves_to_bytes(self) -> bytes:
        return self.moves.to_bytes({"neg_key": self._negative_key})

    def read_moves(self, data: bytes) -> Moves:
        return Moves.from_bytes(data)
