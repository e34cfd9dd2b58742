"""The lemmatizer that learns: it chooses an edit tree for every token, which makes the lemma of the form."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.component import Finding, SavedFile
from kernel.config.ranges import PositiveInt
from kernel.errors import DataError, UsageError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.tokens.batch import batch_column, set_batch_column
from kernel.training import Example
from kernel.vocab import Vocab
from kernel.vocab.attrs import NAMES, STRINGS, intify
from kernel_components.edit_trees import EditTrees, name_of, script_of
from kernel_components.edit_trees.lemmas import Lemmas
from kernel_components.token_labels import TokenClassifier
from kernel_components.token_vectors import HASH_EMBED_CNN
from kernel_components.trainable_lemmatizer import debug, recommended
from kernel_components.trainable_lemmatizer.gold import LEMMA, count_trees, encode

MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": HASH_EMBED_CNN,
    "nO": None,
    "normalize": False,
    "init_W": None,
}
# Pairs of form and gold lemma whose class is remembered.
MOST_PAIRS = 1 << 18


@Language.factory(
    "trainable_lemmatizer",
    assigns=["token.lemma"],
    default_config={
        "model": MODEL,
        "backoff": "orth",
        "min_tree_freq": 3,
        "overwrite": False,
        "top_k": 1,
        "scorer": {"@scorers": "kernel.lemmatizer_scorer.v1"},
    },
    default_score_weights={"lemma_acc": 1.0},
    recommend=recommended.trainable_lemmatizer,
)
def make_trainable_lemmatizer(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Any]],
    backoff: str | None,
    min_tree_freq: PositiveInt,
    overwrite: bool,
    top_k: PositiveInt,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "EditTreeLemmatizer":
    """Learns how lemmas are made of forms.

    model: documents to scores of the edit trees, (tokens, trees) each. backoff: the attribute of a token that is its lemma
    where no tree fits, such as orth or lower; null for none. min_tree_freq: how often a tree must occur in the data to be
    learnt. overwrite: replace lemmas that are already set. top_k: how many of the best trees are tried.
    """
    return EditTreeLemmatizer(
        nlp.vocab,
        model,
        name,
        backoff=backoff,
        min_tree_freq=min_tree_freq,
        overwrite=overwrite,
        top_k=top_k,
        scorer=scorer,
    )


class EditTreeLemmatizer(TokenClassifier):
    """Sets `token.lemma`."""

    annotation = "lemmas"

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], list[Any]],
        name: str = "trainable_lemmatizer",
        *,
        backoff: str | None = "orth",
        min_tree_freq: int = 3,
        overwrite: bool = False,
        top_k: int = 1,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        _check_backoff(backoff)
        self.cfg.update(
            labels=[], backoff=backoff, min_tree_freq=min_tree_freq, overwrite=overwrite, top_k=top_k
        )
        self._take_trees(EditTrees())

    def _take_trees(self, trees: EditTrees) -> None:
        """Have these trees as labels."""
        self.trees = trees
        self.cfg["labels"] = list(trees.names)
        self._lemmas = Lemmas(trees.scripts)
        self._classes: dict[tuple[str, int | None], int] = {}

    @property
    def hide_labels(self) -> bool:
        """Edit trees are many, and mean something together with words only."""
        return True

    @property
    def label_data(self) -> dict[str, list[Any]]:
        """{"trees": nodes, "labels": numbers of nodes}; see `EditTrees.to_plain`."""
        return self.trees.to_plain()

    def add_label(self, label: str) -> int:
        """0 for a tree that is there. `UsageError` for others: trees are found in pairs of form and lemma."""
        if label in self.labels:
            return 0
        raise UsageError(
            f"component '{self.name}': an edit tree can't be added by its name",
            hint="nlp.initialize finds the trees in examples with lemmas, or takes them from initialize.components.NAME.labels.",
        )

    def predict(self, docs: Sequence[Doc]) -> Any:
        """The numbers of the best trees of each token, the best first, the documents one after another: (N, top_k)."""
        return self.best_labels(docs, self.cfg["top_k"])

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Set the lemmas: what the best tree makes that fits, or else the attribute `backoff`.

        Lemmas that are already there stay, unless the component overwrites.
        """
        lemmas = self._chosen(docs, self.model.ops.to_numpy(predictions))
        backoff = self.cfg["backoff"]
        if backoff is not None and not lemmas.all():
            lemmas = np.where(lemmas == 0, batch_column(docs, intify(backoff)), lemmas)
        set_batch_column(docs, LEMMA, lemmas, overwrite=self.cfg["overwrite"])

    def _chosen(self, docs: Sequence[Doc], trees: NDArray[Any]) -> NDArray[np.uint64]:
        """What the first tree makes of each token that fits it: uint64 (N,), 0 where none does. trees: int (N, K)."""
        lemmas = self._lemmas.of(docs, trees[:, 0])
        for column in range(1, trees.shape[1]):
            if lemmas.all():
                break
            lemmas = np.where(lemmas == 0, self._lemmas.of(docs, trees[:, column]), lemmas)
        return lemmas

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Mapping[str, Any] | None = None,
    ) -> None:
        """Take the trees from the data, the most frequent first, unless they are given; then infer the model's shapes.

        labels: all trees, as `kernel init labels` writes them.
        """
        self._take_trees(self._frequent(get_examples()) if labels is None else EditTrees.from_plain(labels))
        self.initialize_labels(get_examples, ())

    def _frequent(self, examples: Iterable[Example]) -> EditTrees:
        """The trees that are frequent enough to be learnt."""
        counts, least = count_trees(examples), self.cfg["min_tree_freq"]
        found = EditTrees(tree for tree, count in counts.items() if count >= least)
        if counts and not len(found):
            raise DataError(
                f"no edit tree of the lemmas in the examples occurs {least} times",
                hint="Annotate more lemmas, or lower min_tree_freq.",
            )
        names = dict(zip(found.trees, found.names, strict=True))
        return EditTrees(sorted(found.trees, key=lambda tree: (-counts[tree], names[tree])))

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """Edit trees of the reference documents, the rare ones too, and the number of tokens that have each."""
        return Counter({name_of(script_of(tree)): count for tree, count in count_trees(examples).items()})

    def encode(self, example: Example, classes: Mapping[str, int]) -> NDArray[np.int32]:
        if len(self._classes) > MOST_PAIRS:
            self._classes = {}
        return encode(example, classes, self._classes)

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        least = self.cfg["min_tree_freq"]
        return debug.findings(train, self.gold_labels(train), self.gold_labels(dev), least)

    def files(self) -> dict[str, SavedFile]:
        files = super().files()
        # The number of trees decides how large the model is.
        return {
            "cfg": files["cfg"],
            "trees": SavedFile(self.trees_to_bytes, self.trees_from_bytes),
            "model": files["model"],
        }

    def trees_to_bytes(self) -> bytes:
        """The edit trees, see `EditTrees.to_bytes`."""
        return self.trees.to_bytes()

    def trees_from_bytes(self, data: bytes) -> None:
        """Take edit trees as labels. `DataError` if they are no trees."""
        self._take_trees(EditTrees.from_bytes(data))


def _check_backoff(backoff: str | None) -> None:
    if backoff is not None and intify(backoff) not in STRINGS:
        known = ", ".join(sorted(NAMES[attr].lower() for attr in STRINGS))
        raise UsageError(f"backoff is {backoff!r}, but it must be null or one of {known}")
