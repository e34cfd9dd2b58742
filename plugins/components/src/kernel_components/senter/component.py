"""The senter: where sentences start."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel.component import Finding
from kernel.errors import UsageError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.tokens.batch import set_batch_column
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.senter import debug, recommended
from kernel_components.senter.gold import LABELS, SENT_START, START, count_labels, encode
from kernel_components.token_labels import TokenClassifier
from kernel_components.token_vectors import HASH_EMBED_CNN

MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {**HASH_EMBED_CNN, "width": 12, "depth": 1, "maxout_pieces": 2},
    "nO": None,
    "normalize": False,
    "init_W": None,
}


@Language.factory(
    "senter",
    assigns=["token.is_sent_start"],
    default_config={
        "model": MODEL,
        "overwrite": False,
        "scorer": {"@scorers": "kernel.senter_scorer.v1"},
    },
    default_score_weights={"sents_f": 1.0, "sents_p": 0.0, "sents_r": 0.0},
    recommend=recommended.senter,
)
def make_senter(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Any]],
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "SentenceRecognizer":
    """Finds where sentences start.

    model: documents to scores of the labels, (tokens, 2) each. overwrite: replace sentence starts that are already set.
    """
    return SentenceRecognizer(nlp.vocab, model, name, overwrite=overwrite, scorer=scorer)


class SentenceRecognizer(TokenClassifier):
    """Sets `token.is_sent_start`. Its labels are fixed: the token starts a sentence, S, or is inside of one, I."""

    annotation = "sentence boundaries"

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], list[Any]],
        name: str = "senter",
        *,
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        self.cfg.update(overwrite=overwrite)

    @property
    def labels(self) -> tuple[str, ...]:
        return LABELS

    @property
    def label_data(self) -> None:
        """Nothing: the labels are the same for all data."""
        return

    @property
    def hide_labels(self) -> bool:
        return True

    def add_label(self, label: str) -> int:
        """Return 0 for a label that is there. `UsageError` for any other."""
        if label in LABELS:
            return 0
        raise UsageError(
            f"component '{self.name}': can't add the label {label!r}: its labels are fixed, {' and '.join(LABELS)}"
        )

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Set for each token whether it starts a sentence. What is known already stays, unless the component overwrites."""
        starts = np.where(self.model.ops.to_numpy(predictions) == LABELS.index(START), 1, -1)
        set_batch_column(docs, SENT_START, starts, overwrite=self.cfg["overwrite"])

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Infer the model's shapes. `DataError` if the data have no sentences."""
        self.initialize_labels(get_examples)

    def gold_labels(self, examples: Iterable[Example]) -> Counter[str]:
        """How many tokens of the reference documents start a sentence, and how many don't."""
        return count_labels(examples)

    def encode(self, example: Example, classes: Mapping[str, int]) -> NDArray[np.int32]:
        return encode(example)

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        return debug.findings(train)
