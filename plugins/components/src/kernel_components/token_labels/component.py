"""A component that chooses a label for every token."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from kernel.component import Finding, TrainableComponent
from kernel.tokens import Doc
from kernel.training import Example
from kernel_components.gold_keys import label_key
from kernel_components.losses import MISSING, check_smoothing, cross_entropy, distillation
from kernel_components.no_labels import no_labels
from kernel_components.outputs import check_outputs
from kernel_components.token_labels.debug import findings


class TokenClassifier(TrainableComponent):
    """Chooses one of its labels for every token. The model gives an array (tokens, labels) for each document.

    A model may have the attribute `best_labels`, a function that finds them without all scores: see `best_labels` here.

    Learning, rehearsing and predicting are here. A subclass says what its labels are: `gold_labels` counts them in
    examples, `encode` writes the gold of an example as their numbers, and `set_annotations` writes what was predicted.
    Its `initialize` says how labels may be given in a config, and calls `initialize_labels`.
    """

    annotation: ClassVar[str]
    """What it learns, for messages: "tags"."""
    gold_settings: ClassVar[tuple[str, ...]] = ()
    """The settings, keys of `cfg`, that the gold depends on besides the labels."""

    # What follows from the labels and the settings: these, the key of their gold, the labels' numbers.
    _gold: tuple[tuple[Any, ...], str, dict[str, int]] | None = None

    def encode(self, example: Example, classes: Mapping[str, int]) -> NDArray[np.int32]:
        """The gold labels of the predicted tokens as `losses` writes them: int32 (tokens,).

        classes: label -> its number. `unknown_label` is the error for one that is not there.
        """
        raise NotImplementedError(f"{type(self).__name__} must define encode(example, classes)")

    def predict(self, docs: Sequence[Doc]) -> Any:
        """The number of the best label of each token, the documents one after another: (tokens of all,)."""
        return self.best_labels(docs, 1)[:, 0]

    def best_labels(self, docs: Sequence[Doc], number: int) -> Any:
        """The numbers of the best labels of each token, the best first, the documents one after another: (tokens of all, number).

        The model's attribute `best_labels` is called in the same way, with the model before it, and gives the same.
        """
        model = self.model
        find = model.attrs.get("best_labels", _best_labels)
        return find(model, docs, number)

    def initialize_labels(
        self, get_examples: Callable[[], Iterable[Example]], labels: Collection[str] | None = None
    ) -> None:
        """Take the labels from the data, sorted, unless they are given; then infer the model's shapes."""
        sample = self.sample(get_examples)
        taken = sorted(self.gold_labels(get_examples())) if labels is None else labels
        for label in taken:
            self.add_label(label)
        if not taken and not self.cfg.get("labels"):
            raise no_labels(self.annotation, get_examples)
        check_smoothing(self._smoothing, len(self.labels))
        docs = [example.predicted for example in sample]
        self.model.initialize(X=docs, Y=self.model.ops.alloc2f(1, len(self.labels)))

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        return findings(self.gold_labels(train))

    def gold(self, examples: Sequence[Example]) -> list[NDArray[np.int32]]:
        """The gold labels of the predicted tokens as `losses` writes them: int32 (tokens,) each. Computed once."""
        key, classes = self._key_and_classes()
        return [example.cached(key, lambda each: self.encode(each, classes)) for example in examples]

    def learnable(self, examples: Sequence[Example]) -> bool:
        return any((gold != MISSING).any() for gold in self.gold(examples))

    def get_loss(self, examples: Sequence[Example], scores: Sequence[Any]) -> tuple[float, list[Any]]:
        """Cross-entropy of the labels, see `losses.cross_entropy`; one gradient array a document."""
        ops = self.model.ops
        gold = np.concatenate(self.gold(examples))
        loss, gradient = cross_entropy(ops, ops.flatten(scores), gold, self._smoothing)
        return loss, self._by_document(gradient, scores)

    def get_rehearsal_loss(self, scores: Sequence[Any], taught: Sequence[Any]) -> tuple[float, list[Any]]:
        """The divergence from the teacher's probabilities, see `losses.distillation`; one gradient array a document."""
        ops = self.model.ops
        loss, gradient = distillation(ops.flatten(scores), ops.flatten(taught))
        return loss, self._by_document(gradient, scores)

    def _by_document(self, gradient: Any, scores: Sequence[Any]) -> list[Any]:
        parts: list[Any] = self.model.ops.unflatten(gradient, [len(part) for part in scores])
        return parts

    def model_from_bytes(self, data: bytes) -> None:
        super().model_from_bytes(data)
        check_outputs(self)

    @property
    def _smoothing(self) -> float:
        return float(self.cfg.get("label_smoothing", 0.0))

    def _key_and_classes(self) -> tuple[str, dict[str, int]]:
        """The key under which examples keep their gold, and the number of each label."""
        labels = self.labels
        settings = tuple(self.cfg[name] for name in self.gold_settings)
        known = self._gold
        if known is None or known[0] != (labels, settings):
            key = label_key(self.annotation, labels, *settings)
            classes = {label: number for number, label in enumerate(labels)}
            known = self._gold = (labels, settings), key, classes
        return known[1], known[2]


def _best_labels(model: Any, docs: Sequence[Doc], number: int) -> Any:
    """What suits every model: from the scores of all tokens."""
    scores = model.ops.flatten(model.predict(docs))
    if number == 1:
        return scores.argmax(axis=1)[:, None]
    return (-scores).argsort(axis=1, kind="stable")[:, :number]
