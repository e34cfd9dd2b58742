"""A component that decides on its annotations action by action."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, set_dropout_rate

from kernel.component import NoExamples, SavedFile, TrainableComponent
from kernel.errors import UsageError
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.no_labels import no_labels
from kernel_components.outputs import check_outputs

Learned = tuple[float, Callable[[], None]]
"""A loss, and the function that passes its gradient to the scores that it was made of."""


class Moves(Protocol):
    """The actions of a transition system, in the order of the model's outputs."""

    def __len__(self) -> int: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def frequencies(self) -> dict[str, dict[str, int]]: ...
    def add(self, label: str) -> bool: ...
    def to_bytes(self) -> bytes: ...


class TransitionComponent(TrainableComponent):
    """Learns which action to take in every state. The model gives scores of states for documents.

    A subclass has its transition system in `moves`, reads it in `read_moves`, and says in `has_gold` what can be learned from,
    in `get_loss` and `get_recall_loss` how. Labels that gold data bring come in `meet_labels`.
    """

    moves: Any
    annotation: ClassVar[str]
    """What it learns, for messages: "entities"."""

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], Any],
        name: str,
        *,
        moves: Moves,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        self.moves = moves

    @property
    def label_data(self) -> dict[str, dict[str, int]]:
        """Labels and how often each is used, by the number of the action, as `init labels` writes them."""
        frequencies: dict[str, dict[str, int]] = self.moves.frequencies
        return frequencies

    @property
    def output_names(self) -> list[str]:
        names: list[str] = self.moves.names
        return names

    def add_label(self, label: str) -> int:
        """Add a label: 1 if it is new, 0 if it exists. The model doesn't use it before gold data do."""
        if not isinstance(label, str):
            raise UsageError(f"component '{self.name}': a label must be a string, not {type(label).__name__}")
        if not self.moves.add(label):
            return 0
        self.vocab.strings.add(label)
        self.grow_output(len(self.moves))
        return 1

    def check_annotated(self, get_examples: Callable[[], Iterable[Example]]) -> None:
        """`DataError` if the component would take its labels from examples of which none has gold annotation.

        It may have labels already. Without any examples it can get some later.
        """
        if self.labels or isinstance(get_examples, NoExamples):
            return
        if not self.learnable(get_examples()):
            raise no_labels(self.annotation, get_examples)

    def initialize_model(self, sample: Sequence[Example], moves: Moves) -> None:
        """Take the actions, with those of labels that were added before, and draw the first weights."""
        for label in self.moves.labels:
            moves.add(label)
        self.moves = moves
        for label in self.labels:
            self.vocab.strings.add(label)
        size, wanted = self.model.maybe_get_dim("nO"), len(moves)
        if size is not None and size > wanted:
            raise UsageError(
                f"component '{self.name}': its model has {size} outputs, but {len(moves.labels)} labels need {wanted}",
                hint="Leave nO out of the model's config: the labels decide it.",
            )
        self.model = self.model.attrs["resize_output"](self.model, wanted)
        self.model.initialize(X=[example.predicted for example in sample])
        self.model.attrs["unseen_classes"] = set()

    @abstractmethod
    def has_gold(self, example: Example) -> bool:
        """Whether an example has tokens, and gold annotation to learn from."""

    def learnable(self, examples: Iterable[Example]) -> bool:
        """Whether any example has something to learn from."""
        return any(map(self.has_gold, examples))

    def learn(self, examples: Sequence[Example], drop: float) -> float:
        """Follow the model's own path through every document, and learn at each of its states.

        Documents without gold annotation are left out.
        """
        examples = [example for example in examples if self.has_gold(example)]
        self.meet_labels(examples)
        set_dropout_rate(self.model, drop)
        scores, finish = self.model.begin_update([example.predicted for example in examples])
        loss, backprop = self.get_loss(examples, scores)
        backprop()
        finish(None)
        return loss

    def meet_labels(self, examples: Sequence[Example]) -> None:
        """Look at the labels of gold data before they are learned from."""

    def unmask(self, classes: NDArray[np.int64]) -> None:
        """Have the model use actions of labels that were added: it has gold data for them now."""
        self.model.attrs["unseen_classes"].difference_update(classes.tolist())

    @abstractmethod
    def get_loss(self, examples: Sequence[Example], scores: Any) -> Learned:
        """The loss of the model's path, and a function that passes its gradient to `scores`."""

    def recall(self, examples: Sequence[Example], drop: float, weight: float) -> float:
        """Follow the model's own path through every document, and have it score each state as the teacher does.

        Actions of labels that are new since, or of which no gold annotation has come yet, are left alone.
        """
        docs = [example.predicted for example in examples if len(example.predicted)]
        set_dropout_rate(self.model, drop)
        scores, finish = self.model.begin_update(docs)
        loss, backprop = self.get_recall_loss(docs, scores, self.taught(docs), self._compared(), weight)
        backprop()
        finish(None)
        return loss

    @abstractmethod
    def get_recall_loss(
        self, docs: Sequence[Doc], scores: Any, taught: Any, classes: NDArray[np.int64], weight: float
    ) -> Learned:
        """How far scores are from a teacher's, and a function that passes the gradient to `scores`.

        classes: those that both know. weight: what the gradient is multiplied by.
        """

    def _compared(self) -> NDArray[np.int64]:
        """The classes that the teacher and the model both know."""
        models = (self.model, self.checked_teacher().model)
        unseen = set().union(*(model.attrs["unseen_classes"] for model in models))
        return np.array([each for each in range(models[1].get_dim("nO")) if each not in unseen])

    def files(self) -> dict[str, SavedFile]:
        files = super().files()
        # The number of actions decides how large the model is.
        return {
            "cfg": files["cfg"],
            "moves": SavedFile(self.moves_to_bytes, self._moves_from_bytes),
            "model": files["model"],
        }

    def model_from_bytes(self, data: bytes) -> None:
        super().model_from_bytes(data)
        check_outputs(self)

    def moves_to_bytes(self) -> bytes:
        """The actions as the field's `moves` file."""
        data: bytes = self.moves.to_bytes()
        return data

    @abstractmethod
    def read_moves(self, data: bytes) -> Moves:
        """The actions that a `moves` file has."""

    def _moves_from_bytes(self, data: bytes) -> None:
        self.moves = self.read_moves(data)
        for label in self.labels:
            self.vocab.strings.add(label)
        if self.model.has_dim("nO"):
            self.model = self.model.attrs["resize_output"](self.model, len(self.moves))
