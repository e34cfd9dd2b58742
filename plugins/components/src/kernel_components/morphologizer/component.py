"""The morphologizer: features and part of speech of every token."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.config.ranges import BelowOne
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.morphologizer import recommended
from kernel_components.morphologizer.columns import LabelColumns, write_morph, write_pos
from kernel_components.morphologizer.gold import Pair, count_labels, encode
from kernel_components.morphologizer.labels import from_label_data, label_data, normalized
from kernel_components.token_labels import TokenClassifier

MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {
        "@architectures": "kernel.Tok2Vec.v2",
        "embed": {
            "@architectures": "kernel.CharacterEmbed.v2",
            "width": 128,
            "rows": 7000,
            "nM": 64,
            "nC": 8,
            "include_static_vectors": False,
            "feature": "LOWER",
        },
        "encode": {
            "@architectures": "kernel.MaxoutWindowEncoder.v2",
            "width": 128,
            "depth": 4,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    },
    "nO": None,
    "normalize": False,
    "init_W": None,
}


@Language.factory(
    "morphologizer",
    assigns=["token.morph", "token.pos"],
    default_config={
        "model": MODEL,
        "overwrite": True,
        "extend": False,
        "scorer": {"@scorers": "kernel.morphologizer_scorer.v1"},
        "label_smoothing": 0.0,
    },
    default_score_weights={"pos_acc": 0.5, "morph_acc": 0.5, "morph_per_feat": None},
    recommend=recommended.morphologizer,
)
def make_morphologizer(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Any]],
    overwrite: bool,
    extend: bool,
    scorer: Callable[..., dict[str, Any]] | None,
    label_smoothing: BelowOne,
) -> "Morphologizer":
    """Gives every token a coarse part of speech and morphological features.

    model: documents to scores of the labels, (tokens, labels) each. overwrite: replace what is already set. extend: add to features
    that are already set; a feature that is there stays, or with `overwrite` gets its new value. label_smoothing: share of the
    probability that the target gives to the other labels.
    """
    return Morphologizer(
        nlp.vocab,
        model,
        name,
        overwrite=overwrite,
        extend=extend,
        scorer=scorer,
        label_smoothing=label_smoothing,
    )


class Morphologizer(TokenClassifier):
    """Sets `token.morph` and `token.pos`, which are learned together: see `morphologizer.labels`."""

    annotation = "morphological features or parts of speech"

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], list[Any]],
        name: str = "morphologizer",
        *,
        overwrite: bool = True,
        extend: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = None,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        self.cfg.update(labels=[], overwrite=overwrite, extend=extend, label_smoothing=label_smoothing)
        self._columns = LabelColumns()
        self._known: tuple[Mapping[str, int], dict[Pair, int]] = ({}, {})

    @property
    def label_data(self) -> dict[str, dict[str, Any]]:
        return label_data(self.labels)

    def add_label(self, label: str) -> int:
        """Add a label such as `Number=Plur|POS=NOUN`, its features in any order."""
        return super().add_label(normalized(label) if isinstance(label, str) and label else label)

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Set features and parts of speech, as `overwrite` and `extend` say where some are there already."""
        morph, pos = self._columns.of(self.vocab, self.labels)
        numbers = self.model.ops.to_numpy(predictions)
        overwrite = self.cfg["overwrite"]
        write_morph(docs, morph[numbers], overwrite=overwrite, extend=self.cfg["extend"])
        write_pos(docs, pos[numbers], overwrite=overwrite)

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Take the labels from the data, sorted, unless they are given; then infer the model's shapes.

        labels: features (`morph`) and the number of the part of speech (`pos`) by label, as `kernel init labels` writes them.
        """
        self.initialize_labels(get_examples, None if labels is None else from_label_data(labels))

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """Features with parts of speech in the reference documents, and the number of tokens that have each."""
        return count_labels(examples)

    def encode(self, example: Example, classes: Mapping[str, int]) -> NDArray[np.int32]:
        if self._known[0] is not classes:
            self._known = classes, {}
        return encode(example, classes, self._known[1])
