"""The dependency parser: an arc-eager transition system over the model's token vectors."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.component import Finding
from kernel.config.ranges import NonNegativeInt
from kernel.language import Language
from kernel.tokens import Doc
from kernel.tokens.projective import LabelParts
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.arc_eager import ROOT, SUBTOKEN, Gold, Moves, Parse, decode, learn, recall
from kernel_components.label_numbers import LabelNumbers
from kernel_components.parser import debug, recommended
from kernel_components.parser.columns import constraints, write_parse
from kernel_components.parser.gold import BACKOFF, count_labels, count_own_labels, encode, has_gold, own_label
from kernel_components.token_vectors import HASH_EMBED_CNN
from kernel_components.transitions.component import Learned, TransitionComponent

MODEL = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "tok2vec": HASH_EMBED_CNN,
    "state_type": "parser",
    "extra_state_tokens": False,
    "hidden_width": 64,
    "maxout_pieces": 2,
    "use_upper": True,
    "nO": None,
    "init_W": None,
}


@Language.factory(
    "parser",
    assigns=["token.dep", "token.head", "token.is_sent_start", "doc.sents"],
    default_config={
        "model": MODEL,
        "moves": None,
        "update_with_oracle_cut_size": 100,
        "learn_tokens": False,
        "min_action_freq": 30,
        "scorer": {"@scorers": "kernel.parser_scorer.v1"},
    },
    default_score_weights={
        "dep_uas": 0.5,
        "dep_las": 0.5,
        "dep_las_per_type": None,
        "sents_p": None,
        "sents_r": None,
        "sents_f": 0.0,
    },
    recommend=recommended.parser,
)
def make_parser(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Any],
    moves: dict[str, dict[str, int]] | None,
    update_with_oracle_cut_size: NonNegativeInt,
    learn_tokens: bool,
    min_action_freq: NonNegativeInt,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "DependencyParser":
    """Finds the head of every token and the kind of their relation; sentences follow from it.

    model: documents to scores of transition states. moves: actions to start with, as `init labels` writes them.
    update_with_oracle_cut_size: after about so many actions the model learns from a state of the gold path again and not from one that it came
    to itself; 0 for never. learn_tokens: parts of a gold token hang on each other by arcs with the label "subtok".
    min_action_freq: labels of fewer arcs, of those to the left and to the right each, are learned as "dep".
    """
    return DependencyParser(
        nlp.vocab,
        model,
        name,
        moves=moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        learn_tokens=learn_tokens,
        min_action_freq=min_action_freq,
        scorer=scorer,
    )


class DependencyParser(TransitionComponent):
    """Sets heads and labels of tokens, and with them sentences. Sentence starts that a document has already stay."""

    moves: Moves
    annotation = "trees"

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], Any],
        name: str = "parser",
        *,
        moves: Moves | Mapping[str, Mapping[str, int]] | None = None,
        update_with_oracle_cut_size: int = 100,
        learn_tokens: bool = False,
        min_action_freq: int = 30,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        moves = moves if isinstance(moves, Moves) else Moves(moves)
        super().__init__(vocab, model, name, moves=moves, scorer=scorer)
        self.cfg = {
            "update_with_oracle_cut_size": update_with_oracle_cut_size,
            "learn_tokens": learn_tokens,
            "min_action_freq": min_action_freq,
        }
        self._numbers = LabelNumbers()
        self._parts: tuple[tuple[str, ...], LabelParts] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that tokens get, sorted; none before any were given or read."""
        own = {own_label(name) for name in self.moves.labels}
        return tuple(sorted({ROOT, *own})) if own else ()

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """Labels of the reference documents, and the number of tokens that have each.

        Once the parser has labels, all others count as what they are learned as, "dep".
        """
        counts, known = count_own_labels(examples), set(self.labels)
        if not known or not counts:
            return counts
        # It is one of the parser's labels, whether or not there is anything to learn as it.
        found: Counter[str] = Counter({BACKOFF: 0})
        for label, count in counts.items():
            found[label if label in known else BACKOFF] += count
        return found

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        return debug.findings(train, dev, self.cfg["min_action_freq"])

    def _label_parts(self) -> LabelParts:
        labels = self.moves.labels
        if self._parts is None or self._parts[0] != labels:
            self._parts = labels, LabelParts.of(labels)
        return self._parts[1]

    def predict(self, docs: Sequence[Doc]) -> Parse:
        """The trees of all documents, without crossing arcs; the documents are not changed."""
        limits = constraints(docs)
        if not limits.n:
            nothing = np.zeros(0, dtype=np.int64)
            return Parse(nothing, nothing, nothing.astype(np.int8))
        return decode(self.model.predict(docs), limits, self.moves)

    def set_annotations(self, docs: Sequence[Doc], predictions: Parse) -> None:
        """Set heads, labels and sentence starts. Arcs that were lifted for the parser's sake are taken back."""
        parts = self._label_parts()
        numbers = self._numbers.of(self.vocab, parts.names)
        write_parse(docs, predictions, parts, numbers, self.vocab.strings.add(ROOT))

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
        if isinstance(labels, Mapping):
            moves = Moves(labels)
        elif labels is not None:
            moves = Moves.from_counts(dict.fromkeys(labels, 1), dict.fromkeys(labels, 1))
        else:
            self.check_annotated(get_examples)
            left, right, breaks = count_labels(get_examples())
            moves = Moves.from_counts(self._kept(left), self._kept(right), breaks)
        for name in self._always:
            moves.add(name)
        self.initialize_model(sample, moves)

    @property
    def _always(self) -> tuple[str, ...]:
        """The labels that are there in any case."""
        return (BACKOFF, SUBTOKEN) if self.cfg["learn_tokens"] else (BACKOFF,)

    def _kept(self, counts: Mapping[str, int]) -> dict[str, int]:
        """The labels that are not too rare, and those that are there in any case."""
        least = self.cfg["min_action_freq"]
        kept = {name: count for name, count in counts.items() if count >= least}
        return {**kept, **{name: counts.get(name, 0) for name in self._always}}

    def has_gold(self, example: Example) -> bool:
        return has_gold(example)

    def _gold(self, examples: Sequence[Example]) -> list[Gold]:
        return [encode(example, self.moves, self.cfg["learn_tokens"]) for example in examples]

    def meet_labels(self, examples: Sequence[Example]) -> None:
        """Unmask the classes of labels that gold data have. Labels that are new become "dep"."""
        if self.model.attrs["unseen_classes"]:
            found = np.unique(np.concatenate([part.labels for part in self._gold(examples)]))
            for classes in (self.moves.left, self.moves.right):
                self.unmask(classes[found[found >= 0]])

    def get_loss(self, examples: Sequence[Example], scores: Any) -> Learned:
        limits = constraints([example.predicted for example in examples])
        gold = Gold.join(self._gold(examples))
        return learn(scores, limits, gold, self.moves, self.cfg["update_with_oracle_cut_size"])

    def get_recall_loss(
        self, docs: Sequence[Doc], scores: Any, taught: Any, classes: NDArray[np.int64], weight: float
    ) -> Learned:
        return recall(scores, taught, constraints(docs), self.moves, classes, weight)

    def read_moves(self, data: bytes) -> Moves:
        return Moves.from_bytes(data)
