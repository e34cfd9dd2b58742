"""The entity recogniser: a BILUO transition system over the model's token vectors."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, set_dropout_rate

from kernel.component import Finding, SavedFile, TrainableComponent
from kernel.config.ranges import NonNegativeInt
from kernel.errors import UsageError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.biluo import Gold, Moves, Path, blocks, costs, decode
from kernel_components.biluo.path import slot_ids
from kernel_components.label_numbers import LabelNumbers
from kernel_components.ner import debug, recommended
from kernel_components.ner.columns import Entities, constraints, preset_labels, write_entities
from kernel_components.ner.gold import count_labels, encode, gold_labels, has_gold
from kernel_components.token_vectors import HASH_EMBED_CNN
from kernel_components.transitions import gradient, rehearsal_gradient

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
    """Build the component.

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


class EntityRecognizer(TrainableComponent):
    """Sets `doc.ents`. Entities that a document has already stay; its other tokens end up outside or in new ones."""

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
        super().__init__(vocab, model, name, scorer=scorer)
        self.cfg = {
            "update_with_oracle_cut_size": update_with_oracle_cut_size,
            "incorrect_spans_key": incorrect_spans_key,
        }
        self.moves = moves if isinstance(moves, Moves) else Moves(moves)
        self._numbers = LabelNumbers()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted(self.moves.labels))

    @property
    def label_data(self) -> dict[str, dict[str, int]]:
        """Labels and the number of tokens they cover, by action: {"1": {label: frequency}, ..., "5": {"": 1}}."""
        return self.moves.frequencies

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

    def add_label(self, label: str) -> int:
        """Add an entity label: 1 if it is new, 0 if it exists. The model doesn't use it before gold data do."""
        if not isinstance(label, str):
            raise UsageError(f"component '{self.name}': a label must be a string, not {type(label).__name__}")
        if not self.moves.add(label):
            return 0
        self.vocab.strings.add(label)
        self.grow_output(len(self.moves))
        return 1

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
            moves = Moves.from_labels(count_labels(get_examples()))
        elif isinstance(labels, Mapping):
            moves = Moves(labels)
        else:
            moves = Moves.from_labels(labels)
        for label in self.moves.labels:
            moves.add(label)
        self.moves = moves
        self._label_numbers()
        self._fit_model()
        self.model.initialize(X=[example.predicted for example in sample])
        self.model.attrs["unseen_classes"] = set()

    def _fit_model(self) -> None:
        size, wanted = self.model.maybe_get_dim("nO"), len(self.moves)
        if size is not None and size > wanted:
            raise UsageError(
                f"component '{self.name}': its model has {size} outputs, but {len(self.moves.labels)} labels need "
                f"{wanted}",
                hint="Leave nO out of the model's config: the labels decide it.",
            )
        self.model = self.model.attrs["resize_output"](self.model, wanted)

    def learnable(self, examples: Sequence[Example]) -> bool:
        """Whether any document has tokens and entity annotation."""
        return any(map(self._has_gold, examples))

    def _with_gold(self, examples: Sequence[Example]) -> list[Example]:
        return [each for each in examples if self._has_gold(each)]

    def _has_gold(self, example: Example) -> bool:
        return bool(len(example.predicted)) and has_gold(example, self._negative_key)

    def learn(self, examples: Sequence[Example], drop: float) -> float:
        """Follow the model's own path through every document, and learn at each of its states.

        Documents without entity annotation are left out. New labels are added to the model.
        """
        examples = self._with_gold(examples)
        self._learn_labels(examples)
        set_dropout_rate(self.model, drop)
        scores, finish = self.model.begin_update([example.predicted for example in examples])
        loss, backprop = self.get_loss(examples, scores)
        backprop()
        finish(None)
        return loss

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Callable[[], None]]:
        """The loss of the model's path, and a function that passes its gradient to `scores`."""
        limits, _ = constraints([example.predicted for example in examples], self._label_numbers())
        gold = Gold.join([encode(example, self.moves, self._negative_key) for example in examples])
        path = decode(scores, limits, self.moves)

        def learn_at(tokens: NDArray[np.int64]) -> tuple[float, Callable[[], None]]:
            table = costs(path, limits, gold, self.moves, tokens)
            found, backprop = scores.begin_update(path.slots(scores.n_slots, tokens))
            d_scores, loss = gradient(found, table)
            return loss, partial(backprop, d_scores)

        return self._along(path, learn_at)

    @property
    def output_names(self) -> list[str]:
        return self.moves.names

    def recall(self, examples: Sequence[Example], drop: float, weight: float) -> float:
        """Follow the model's own path through every document, and have it score each state as the teacher does.

        Actions of labels that are new since, or of which no gold annotation has come yet, are left alone.
        """
        docs = [example.predicted for example in examples if len(example.predicted)]
        set_dropout_rate(self.model, drop)
        scores, finish = self.model.begin_update(docs)
        taught = self.taught(docs)
        limits, _ = constraints(docs, self._label_numbers())
        path, classes = decode(scores, limits, self.moves), self._compared()
        # The first that `decode` has asked of the model: so equal weights give equal bits, and no gradient.
        taught.score(slot_ids(taught.n_slots, np.arange(taught.n_tokens)), np.empty(0, dtype=np.int64))

        def recall_at(tokens: NDArray[np.int64]) -> tuple[float, Callable[[], None]]:
            states = path.slots(scores.n_slots, tokens)
            found, backprop = scores.begin_update(states)
            d_scores, loss = rehearsal_gradient(found, taught.begin_update(states)[0], classes)
            d_scores *= weight
            return loss, partial(backprop, d_scores)

        loss, backprop = self._along(path, recall_at)
        backprop()
        finish(None)
        return loss

    def _compared(self) -> NDArray[np.int64]:
        """The classes that the teacher and the model both know."""
        models = (self.model, self.checked_teacher().model)
        unseen = set().union(*(model.attrs["unseen_classes"] for model in models))
        return np.array([each for each in range(models[1].get_dim("nO")) if each not in unseen])

    def _along(
        self, path: Path, at: Callable[[NDArray[np.int64]], tuple[float, Callable[[], None]]]
    ) -> tuple[float, Callable[[], None]]:
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

    def _learn_labels(self, examples: Sequence[Example]) -> None:
        """Add labels of gold and of preset entities, and unmask the classes of those that gold has."""
        gold = {label for example in examples for label in gold_labels(example)}
        for label in sorted(gold.difference(self.moves.index)):
            self.add_label(label)
        for number in preset_labels([example.predicted for example in examples]):
            self.add_label(self.vocab.strings[number])
        unseen: set[int] = self.model.attrs["unseen_classes"]
        if unseen:
            numbers = [self.moves.index[label] for label in gold]
            moves = self.moves
            for classes in (moves.begin, moves.inside, moves.last, moves.unit):
                unseen.difference_update(classes[numbers].tolist())

    def files(self) -> dict[str, SavedFile]:
        files = super().files()
        # The number of actions decides how large the model is.
        return {
            "cfg": files["cfg"],
            "moves": SavedFile(self._moves_to_bytes, self._moves_from_bytes),
            "model": files["model"],
        }

    def _moves_to_bytes(self) -> bytes:
        return self.moves.to_bytes({"neg_key": self._negative_key})

    def _moves_from_bytes(self, data: bytes) -> None:
        self.moves = Moves.from_bytes(data)
        self._label_numbers()
        if self.model.has_dim("nO"):
            self.model = self.model.attrs["resize_output"](self.model, len(self.moves))
