"""What a pipeline component is: a callable from Doc to Doc, and with a model one that learns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import srsly

from kernel.errors import DataError, UsageError
from kernel.numeric.bytes import model_from_bytes, model_to_bytes

if TYPE_CHECKING:
    from kernel.listeners import Channel
    from kernel.tokens import Doc
    from kernel.tokens.example import Example
    from kernel.vocab import Vocab

Examples = Callable[[], Iterable["Example"]]
# How many examples `initialize` looks at to infer the shapes of a model.
SAMPLE = 10


@dataclass(frozen=True)
class Finding:
    """One line of `kernel debug data`. A warning harms the scores, a failure makes training fail or pointless.

    items: what the message speaks of, one by one; the command shows the first few.
    """

    level: Literal["good", "info", "warn", "fail"]
    message: str
    items: tuple[str, ...] = ()


class Component:
    """A step of a pipeline. Subclasses override `__call__`, or `pipe` if they gain from seeing many documents.

    `cfg` is what the component saves besides a model: plain data, written as JSON.
    """

    name: str
    cfg: dict[str, Any]

    def __init__(self, name: str = "", *, scorer: Callable[..., dict[str, Any]] | None = None) -> None:
        self.name = name or type(self).__name__
        self.cfg = {}
        self.scorer = scorer

    def __call__(self, doc: "Doc") -> "Doc":
        raise NotImplementedError(f"{type(self).__name__} must define __call__(doc)")

    def pipe(self, stream: Iterable["Doc"], *, batch_size: int = 128) -> Iterator["Doc"]:
        """Process documents in order, `batch_size` at a time where that helps."""
        for doc in stream:
            yield self(doc)

    def initialize(self, get_examples: Examples, *, nlp: Any = None) -> None:
        """Prepare for training. Arguments of a subclass come from `[initialize.components.<name>]`."""

    def score(self, examples: Iterable["Example"], **settings: Any) -> dict[str, Any]:
        """Scores of the predicted documents by the component's own scorer; empty if it has none."""
        return dict(self.scorer(examples, **settings)) if self.scorer is not None else {}

    @property
    def is_trainable(self) -> bool:
        return False

    @property
    def is_resizable(self) -> bool:
        return False

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.cfg.get("labels", ()))

    @property
    def label_data(self) -> Any:
        """What `init labels` writes and `initialize(labels=...)` reads; None if there are no labels."""
        return list(self.labels) or None

    def gold_labels(self, examples: Iterable["Example"]) -> Mapping[str, int]:
        """The labels in the gold annotations that this component learns, and how often each occurs."""
        return {}

    def debug(self, train: Sequence["Example"], dev: Sequence["Example"]) -> Iterable[Finding]:
        """What `kernel debug data` says of the data besides what `gold_labels` tells.

        The component has been initialized, unless that failed.
        """
        return ()

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        parts = {key: make() for key, make in sorted(self._writers().items()) if key not in set(exclude)}
        data: bytes = srsly.msgpack_dumps(parts)
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "Component":
        self._read(srsly.msgpack_loads(data), set(exclude), f"component '{self.name}'")
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for key, make in sorted(self._writers().items()):
            if key not in set(exclude):
                (folder / key).write_bytes(make())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "Component":
        folder = Path(path)
        parts = {key: (folder / key).read_bytes() for key in self._writers() if (folder / key).is_file()}
        self._read(parts, set(exclude), str(folder))
        return self

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        """File name -> function that makes its content. Extend it together with `_readers`."""
        return {"cfg": lambda: srsly.json_dumps(self.cfg, indent=1, sort_keys=True).encode("utf8") + b"\n"}

    def _readers(self) -> dict[str, Callable[[bytes], Any]]:
        """File name -> function that takes its content; called in this order."""
        return {"cfg": self._read_cfg}

    def _read_cfg(self, data: bytes) -> None:
        try:
            self.cfg.update(srsly.json_loads(data.decode("utf8")))
        except ValueError as error:
            raise DataError(f"the settings of component '{self.name}' are not JSON: {error}") from error

    def _read(self, parts: dict[str, bytes], exclude: set[str], where: str) -> None:
        for key, read in self._readers().items():
            if key in exclude:
                continue
            if key not in parts:
                raise DataError(f"the data of component '{self.name}' lacks '{key}'", path=where)
            read(parts[key])


class TrainableComponent(Component):
    """A component with a Thinc model that the config gave it.

    Subclasses define `predict`, `set_annotations`, `get_loss`, and usually `initialize` and `learnable`; `update`
    suits every model that maps a list of documents to scores with a gradient of the same form.
    """

    def __init__(
        self, vocab: "Vocab", model: Any, name: str, *, scorer: Callable[..., dict[str, Any]] | None = None
    ) -> None:
        super().__init__(name, scorer=scorer)
        self.vocab = vocab
        self.model = model
        # The sources whose output this component's model listens to; the pipeline keeps the list up to date.
        self.channels: list[Channel] = []

    @property
    def is_trainable(self) -> bool:
        return True

    @property
    def is_resizable(self) -> bool:
        return "resize_output" in getattr(self.model, "attrs", {})

    def predict(self, docs: Sequence["Doc"]) -> Any:
        """Predictions for the documents, which are not changed."""
        return self.model.predict(docs)

    def set_annotations(self, docs: Sequence["Doc"], predictions: Any) -> None:
        """Write predictions of `predict` to the same documents."""
        raise NotImplementedError(f"{type(self).__name__} must define set_annotations(docs, predictions)")

    def __call__(self, doc: "Doc") -> "Doc":
        docs = [doc]
        self.set_annotations(docs, self.predict(docs))
        return doc

    def pipe(self, stream: Iterable["Doc"], *, batch_size: int = 128) -> Iterator["Doc"]:
        iterator = iter(stream)
        while docs := list(islice(iterator, batch_size)):
            self.set_annotations(docs, self.predict(docs))
            yield from docs

    def initialize(self, get_examples: Examples, *, nlp: Any = None) -> None:
        """Infer the shapes of the model from a few documents and draw its first weights."""
        self.model.initialize(X=[example.predicted for example in self.sample(get_examples)])

    def sample(self, get_examples: Examples, size: int = SAMPLE) -> list["Example"]:
        """The first examples, to infer shapes from. `DataError` if there are none."""
        if not callable(get_examples):
            raise UsageError(
                f"component '{self.name}': initialize needs a function that returns examples, "
                f"not {type(get_examples).__name__}",
                hint="For a list of examples write: initialize(lambda: examples)",
            )
        examples = list(islice(get_examples(), size))
        if not examples:
            raise DataError(f"no examples to initialize component '{self.name}' with")
        return examples

    def learnable(self, examples: Sequence["Example"]) -> bool:
        """Whether there is anything to learn in the batch: here, whether any document has a token."""
        return any(len(example.predicted) for example in examples)

    def skip(self) -> None:
        """Tell every source that no gradient will come from this component for the current batch."""
        for channel in self.channels:
            channel.skip(self.name)

    def update(
        self,
        examples: Sequence["Example"],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Forward pass, loss and backward pass for one batch; gradients add up until `finish_update`.

        The optimizer is applied only if `sgd` is given. Returns `losses` with this component's loss added.
        """
        from thinc.api import set_dropout_rate

        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        if not self.learnable(examples):
            self.skip()
            return losses
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update([example.predicted for example in examples])
        loss, d_scores = self.get_loss(examples, scores)
        backprop(d_scores)
        losses[self.name] += float(loss)
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def get_loss(self, examples: Sequence["Example"], scores: Any) -> tuple[float, Any]:
        """The loss of a batch, and its gradient in the form of `scores`."""
        raise NotImplementedError(f"{type(self).__name__} must define get_loss(examples, scores)")

    def finish_update(self, sgd: Any) -> None:
        """Apply the optimizer to the gradients gathered since the last call."""
        self.model.finish_update(sgd)

    @contextmanager
    def use_params(self, params: dict[Any, Any]) -> Iterator[None]:
        """Use other parameters (averages) within the block."""
        with self.model.use_params(params):
            yield

    def add_label(self, label: str) -> int:
        """Add an output class: 1 if it is new, 0 if it exists. `UsageError` if the output can't grow any more."""
        if not isinstance(label, str):
            raise UsageError(f"component '{self.name}': a label must be a string, not {type(label).__name__}")
        if label in self.labels:
            return 0
        size = self.model.maybe_get_dim("nO")
        if size is not None and not self.is_resizable:
            raise UsageError(
                f"component '{self.name}': can't add the label '{label}': the model already has {size} output{'s' * (size != 1)}",
                hint="Add labels before initialize, or use an architecture that can be resized.",
            )
        labels = [*self.labels, label]
        if size is not None:
            self.model = self.model.attrs["resize_output"](self.model, len(labels)) or self.model
        self.cfg["labels"] = labels
        self.vocab.strings.add(label)
        return 1

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        return {**super()._writers(), "model": lambda: model_to_bytes(self.model)}

    def _readers(self) -> dict[str, Callable[[bytes], Any]]:
        return {**super()._readers(), "model": self._read_model}

    def _read_model(self, data: bytes) -> None:
        for label in self.labels:
            self.vocab.strings.add(label)
        model_from_bytes(self.model, data, where=f"component '{self.name}'")
