"""The tagger: a label for every token."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.config.ranges import BelowOne
from kernel.language import Language
from kernel.tokens import Doc
from kernel.tokens.batch import set_batch_column
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.label_numbers import LabelNumbers
from kernel_components.tagger import recommended
from kernel_components.tagger.gold import TAG, count_labels, encode
from kernel_components.token_labels import TokenClassifier
from kernel_components.token_vectors import HASH_EMBED_CNN

MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": HASH_EMBED_CNN,
    "nO": None,
    "normalize": False,
    "init_W": None,
}


@Language.factory(
    "tagger",
    assigns=["token.tag"],
    default_config={
        "model": MODEL,
        "overwrite": False,
        "scorer": {"@scorers": "kernel.tagger_scorer.v1"},
        "neg_prefix": "!",
        "label_smoothing": 0.0,
    },
    default_score_weights={"tag_acc": 1.0, "tag_micro_p": None, "tag_micro_r": None, "tag_micro_f": None},
    recommend=recommended.tagger,
)
def make_tagger(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Any]],
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
    neg_prefix: str,
    label_smoothing: BelowOne,
) -> "Tagger":
    """Gives every token a tag, such as a fine-grained part of speech.

    model: documents to scores of the labels, (tokens, labels) each. overwrite: replace tags that are already set.
    neg_prefix: a gold tag that starts with it only says which tag is wrong. label_smoothing: share of the
    probability that the target gives to the other labels.
    """
    return Tagger(
        nlp.vocab,
        model,
        name,
        overwrite=overwrite,
        scorer=scorer,
        neg_prefix=neg_prefix,
        label_smoothing=label_smoothing,
    )


class Tagger(TokenClassifier):
    """Sets `token.tag`."""

    annotation = "tags"
    gold_settings = ("neg_prefix",)

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], list[Any]],
        name: str = "tagger",
        *,
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = None,
        neg_prefix: str = "!",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        self.cfg.update(
            labels=[], overwrite=overwrite, neg_prefix=neg_prefix, label_smoothing=label_smoothing
        )
        self._numbers = LabelNumbers()

    @property
    def label_data(self) -> list[str]:
        return list(self.labels)

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Set the tags. Tags that are already there stay, unless the component overwrites."""
        tags = self._numbers.of(self.vocab, self.labels)[self.model.ops.to_numpy(predictions)]
        set_batch_column(docs, TAG, tags, overwrite=self.cfg["overwrite"])

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        """Take the labels from the data, sorted, unless they are given; then infer the model's shapes.

        labels: all tags, as `kernel init labels` writes them.
        """
        self.initialize_labels(get_examples, labels)

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """Tags of the reference documents, and the number of tokens that have each."""
        return count_labels(examples, self.cfg["neg_prefix"])

    def encode(self, example: Example, classes: Mapping[str, int]) -> NDArray[np.int32]:
        return encode(example, classes, self.cfg["neg_prefix"])
