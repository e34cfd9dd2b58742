"""The text classifier for categories of which any number holds."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from thinc.api import Model

from kernel.config.ranges import Fraction
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.no_labels import no_labels
from kernel_components.textcat import recommended
from kernel_components.textcat.component import MODEL, SCORE_WEIGHTS, TextCategorizer

MULTILABEL_MODEL: dict[str, Any] = copy.deepcopy(MODEL)
MULTILABEL_MODEL["linear_model"]["exclusive_classes"] = False


@Language.factory(
    "textcat_multilabel",
    assigns=["doc.cats"],
    default_config={
        "threshold": 0.5,
        "model": MULTILABEL_MODEL,
        "scorer": {"@scorers": "kernel.textcat_multilabel_scorer.v2"},
    },
    default_score_weights=SCORE_WEIGHTS,
    recommend=recommended.textcat_multilabel,
)
def make_textcat_multilabel(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Any],
    threshold: Fraction,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "MultiLabelTextCategorizer":
    """Gives a text any number of categories.

    model: documents to a probability of each category, (documents, categories). threshold: from where on a category
    counts as predicted in the scores.
    """
    return MultiLabelTextCategorizer(nlp.vocab, model, name, threshold=threshold, scorer=scorer)


class MultiLabelTextCategorizer(TextCategorizer):
    """Sets `doc.cats`: the probability of each category by itself.

    Of a category that a gold document doesn't name nothing is known, and nothing is learned.
    """

    exclusive = False

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], Any],
        name: str = "textcat_multilabel",
        *,
        threshold: float = 0.5,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, threshold=threshold, scorer=scorer)

    def initialize(  # type: ignore[override]
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        """Take the labels from the data, in the order met, unless they are given; then infer the model's shapes.

        labels: all categories, as `kernel init labels` writes them; see `textcat` for others in the data.
        """
        self.read_labels(get_examples, labels)
        if not self.labels:
            raise no_labels("categories", get_examples)
        self.initialize_model(get_examples)
