"""The text classifier for categories of which exactly one holds."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.component import Finding, TrainableComponent
from kernel.config.ranges import Fraction
from kernel.errors import DataError, UsageError, warn
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.gold_keys import label_key
from kernel_components.outputs import check_outputs
from kernel_components.textcat import debug, recommended
from kernel_components.textcat.gold import Gold, check, count_labels, encode, table
from kernel_components.unknown_label import unknown_label

MODEL = {
    "@architectures": "kernel.TextCatEnsemble.v2",
    "tok2vec": {
        "@architectures": "kernel.Tok2Vec.v2",
        "embed": {
            "@architectures": "kernel.MultiHashEmbed.v2",
            "width": 64,
            "rows": [2000, 2000, 500, 1000, 500],
            "attrs": ["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "kernel.MaxoutWindowEncoder.v2",
            "width": 64,
            "window_size": 1,
            "maxout_pieces": 3,
            "depth": 2,
        },
    },
    "linear_model": {
        "@architectures": "kernel.TextCatBOW.v3",
        "exclusive_classes": True,
        "length": 262144,
        "ngram_size": 1,
        "no_output_layer": False,
        "nO": None,
    },
    "nO": None,
    "init_W": None,
}
SCORE_WEIGHTS = {
    "cats_score": 1.0,
    "cats_score_desc": None,
    "cats_micro_p": None,
    "cats_micro_r": None,
    "cats_micro_f": None,
    "cats_macro_p": None,
    "cats_macro_r": None,
    "cats_macro_f": None,
    "cats_macro_auc": None,
    "cats_f_per_type": None,
}


@Language.factory(
    "textcat",
    assigns=["doc.cats"],
    default_config={
        "threshold": 0.0,
        "model": MODEL,
        "scorer": {"@scorers": "kernel.textcat_scorer.v2"},
    },
    default_score_weights=SCORE_WEIGHTS,
    recommend=recommended.textcat,
)
def make_textcat(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Any],
    threshold: Fraction,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "TextCategorizer":
    """Gives a text one of several categories.

    model: documents to probabilities of the categories, (documents, categories), that sum to 1. threshold: without
    effect, because the best category is the one predicted, whatever its probability; configs of the field have it.
    """
    return TextCategorizer(nlp.vocab, model, name, threshold=threshold, scorer=scorer)


class TextCategorizer(TrainableComponent):
    """Sets `doc.cats`: the probability of each category, of which one holds.

    A gold document that names some categories says of the others that they don't hold; one that names none teaches
    nothing.
    """

    exclusive = True
    late_settings = frozenset({"threshold"})

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], Any],
        name: str = "textcat",
        *,
        threshold: float = 0.0,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        self.cfg.update(labels=[], labels_given=False, threshold=threshold, positive_label=None)

    @property
    def label_data(self) -> list[str]:
        return list(self.labels)

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """Categories that reference documents name, and the number of those they hold for."""
        return count_labels(examples)

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        return debug.findings(train, dev, exclusive=self.exclusive)

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Set the score of every category; other entries of `doc.cats` stay."""
        labels = self.labels
        for doc, scores in zip(docs, self.model.ops.to_numpy(predictions).tolist(), strict=True):
            doc.cats.update(zip(labels, scores, strict=True))

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Sequence[str] | None = None,
        positive_label: str | None = None,
    ) -> None:
        """Take the labels from the data, in the order met, unless they are given; then infer the model's shapes.

        labels: all categories, as `kernel init labels` writes them; others in the data are taken for those of another
        component, with a warning. Without it, other categories in the data are a DataError in training. positive_label: of two categories the one whose
        F-score is the score of the component.
        """
        self.read_labels(get_examples, labels)
        if len(self.labels) < 2:
            raise DataError(
                f"textcat needs two or more labels to choose from, but has: {self._listed()}",
                hint="For a single yes-or-no category use textcat_multilabel, or add a label for its opposite.",
            )
        if positive_label is not None:
            if positive_label not in self.labels:
                raise UsageError(
                    f"the positive_label '{positive_label}' is not among the labels: {self._listed()}"
                )
            if len(self.labels) != 2:
                raise UsageError(
                    f"a positive_label ('{positive_label}') needs exactly two labels, "
                    f"but there are {len(self.labels)}: {self._listed()}"
                )
        self.cfg["positive_label"] = positive_label
        self.initialize_model(get_examples)

    def read_labels(
        self, get_examples: Callable[[], Iterable[Example]], labels: Sequence[str] | None
    ) -> None:
        """Add the labels, those of the data unless they are given. `DataError` for gold of the wrong kind."""
        self.sample(get_examples, 1)
        self.cfg["labels_given"] = labels is not None
        for example in get_examples():
            check(example, exclusive=self.exclusive)
            if labels is None:
                for label in example.reference.cats:
                    self.add_label(label)
        for label in labels or ():
            self.add_label(label)

    def initialize_model(self, get_examples: Callable[[], Iterable[Example]]) -> None:
        """Infer the shapes of the model from a few documents and draw its first weights."""
        docs = [example.reference for example in self.sample(get_examples)]
        self.model.initialize(X=docs, Y=self.model.ops.alloc2f(1, len(self.labels)))

    def model_from_bytes(self, data: bytes) -> None:
        super().model_from_bytes(data)
        check_outputs(self)

    def _listed(self) -> str:
        return ", ".join(f"'{label}'" for label in self.labels) or "none"

    def gold(self, examples: Sequence[Example]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What is true of each document, and whether it is known, (documents, categories). Computed once each."""
        known = table(self._gold_of(examples), len(self.labels))
        return (known == 1).astype(np.float32), known >= 0

    def _gold_of(self, examples: Sequence[Example]) -> list[Gold]:
        key = label_key(f"cats-{'exclusive' if self.exclusive else 'independent'}", self.labels)
        numbers = {label: number for number, label in enumerate(self.labels)}
        return [self._gold(example, key, numbers) for example in examples]

    def _gold(self, example: Example, key: str, numbers: Mapping[str, int]) -> Gold:
        kept: dict[str, Any] = example.cached(key, lambda _: {})
        # An Example doesn't notice when categories change.
        if kept.get("cats") != example.reference.cats:
            self._check_known(example, numbers)
            gold = encode(example, numbers, exclusive=self.exclusive)
            kept.update(cats=dict(example.reference.cats), gold=gold)
        gold_kept: Gold = kept["gold"]
        return gold_kept

    def _check_known(self, example: Example, known: Mapping[str, int]) -> None:
        # A category that is not learnt is never passed over in silence.
        for label in example.reference.cats:
            if label in known:
                continue
            if not self.cfg["labels_given"]:
                raise unknown_label("category", label, known, example)
            warn(
                f"component '{self.name}': the data have the category '{label}', which is not among the labels that "
                "initialize was given: it is not learnt"
            )

    def learnable(self, examples: Sequence[Example]) -> bool:
        return super().learnable(examples) and any(
            gold.others >= 0 or len(gold.named) for gold in self._gold_of(examples)
        )

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Any]:
        """The mean squared error over documents and categories, and the error itself as the gradient."""
        truth, known = self.gold(examples)
        ops = self.model.ops
        gradient = scores - ops.asarray(truth)
        gradient *= ops.asarray(known)
        return float((gradient * gradient).mean()), gradient

    def get_rehearsal_loss(self, scores: Any, taught: Any) -> tuple[float, Any]:
        """The mean squared difference from the teacher's probabilities, and the difference itself as the gradient.

        Categories that the teacher lacks are left alone. Where one category holds, its probabilities sum to what those that it
        knows have together now.
        """
        known = taught.shape[1]
        if self.exclusive and known < scores.shape[1]:
            taught = taught * scores[:, :known].sum(axis=1, keepdims=True)
        gradient = scores * 0
        gradient[:, :known] = scores[:, :known] - taught
        return float((gradient * gradient).mean()), gradient
