"""What a pipeline component is: a callable from Doc to Doc, and with a model one that learns."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

import srsly

from kernel.errors import DataError, UsageError, WrongType
from kernel.files.messages import message_from_bytes
from kernel.files.names import as_names
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.parameters import use_params
from kernel.processes.gate import Lock

if TYPE_CHECKING:
    from kernel.listeners import Channel
    from kernel.rehearsal import Teacher
    from kernel.tokens import Doc
    from kernel.tokens.example import Example
    from kernel.vocab import Vocab

Examples = Callable[[], Iterable["Example"]]
# Two threads that use a model at once resize it once.
_GROWING = Lock()
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


class SavedFile(NamedTuple):
    """A file of a saved component."""

    write: Callable[[], bytes]
    """Makes its content."""
    read: Callable[[bytes], object]
    """Takes its content."""


class Component:
    """A step of a pipeline. Subclasses override `__call__`; those that gain from many documents are `BatchComponent`s.

    `cfg` is what the component saves besides a model: plain data, written as JSON. What else it saves `files` says. `requires` are
    attributes that it needs with its settings, such as `token.pos`, besides those that its factory names.
    """

    name: str
    cfg: dict[str, Any]
    requires: Sequence[str] = ()
    scorer: Callable[..., dict[str, Any]] | None

    def __new__(cls, *_: Any, **__: Any) -> Self:
        # A subclass may do without the constructor here; what is there of every component is there all the same.
        made = super().__new__(cls)
        made.name, made.cfg, made.scorer = cls.__name__, {}, None
        return made

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
        """Scores of the predicted documents by the component's own scorer; empty if it has none.

        The scorer is told the settings of the component, `cfg`, and its labels, as far as it takes them, and `settings`.
        """
        if self.scorer is None:
            return {}
        own = {**self.cfg, "labels": self.labels}
        return dict(self.scorer(examples, **{**_taken(self.scorer, own), **settings}))

    def score_weights(self, declared: Mapping[str, float | None]) -> Mapping[str, float | None]:
        """The share of each of its scores in the final one, None to hide it.

        declared: what its factory says. Scores that are named by a setting have the names of these settings.
        """
        return declared

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
    def hide_labels(self) -> bool:
        """Whether the labels say nothing to a reader, and no document has them.

        Then `nlp.pipe_labels`, `meta.json`, `debug data` and the strings of the vocab do without them.
        """
        return False

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

    def files(self) -> dict[str, SavedFile]:
        """What the component is saved as: file name -> how to write and read it, in the order of reading.

        A subclass adds its own: `{**super().files(), "table": SavedFile(self.table.to_bytes, self.read_table)}`.
        """
        return {"cfg": SavedFile(self.cfg_to_bytes, self.cfg_from_bytes)}

    def to_bytes(self, *, exclude: str | Iterable[str] = ()) -> bytes:
        """The files of the component in one piece, by their names. exclude: files to leave out."""
        data: bytes = srsly.msgpack_dumps(dict(self._written(exclude)))
        return data

    def from_bytes(self, bytes_data: bytes, *, exclude: str | Iterable[str] = ()) -> "Component":
        """Take what `to_bytes` made. `DataError` if a file is missing that isn't excluded."""
        parts = message_from_bytes(bytes_data)
        if not isinstance(parts, dict):
            raise DataError(f"these bytes are not the data of component '{self.name}'")
        self._read(parts.get, exclude, f"component '{self.name}'")
        return self

    def to_disk(self, path: str | Path, *, exclude: str | Iterable[str] = ()) -> None:
        """Write the files of the component into a directory. exclude: files to leave out."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._written(exclude):
            (folder / name).write_bytes(content)

    def from_disk(self, path: str | Path, *, exclude: str | Iterable[str] = ()) -> "Component":
        """Read the files that `to_disk` wrote. `DataError` if one is missing that isn't excluded."""
        folder = Path(path)

        def content(name: str) -> bytes | None:
            return (folder / name).read_bytes() if (folder / name).is_file() else None

        self._read(content, exclude, str(folder))
        return self

    def cfg_to_bytes(self) -> bytes:
        """`cfg` as JSON."""
        text: str = json.dumps(self.cfg, indent=1, sort_keys=True, separators=(",", ":"))
        return text.encode("utf8") + b"\n"

    def cfg_from_bytes(self, data: bytes) -> None:
        """Update `cfg`. A subclass that derives something from its settings overrides this to derive it anew."""
        try:
            # Not by srsly, which reads 0.3 as the number after it.
            cfg = json.loads(data.decode("utf8"))
        except ValueError as error:
            raise DataError(f"the settings of component '{self.name}' are not JSON: {error}") from error
        labels = cfg.get("labels", []) if isinstance(cfg, dict) else None
        if not isinstance(labels, list | dict) or not all(isinstance(label, str) for label in labels):
            raise DataError(f"the settings of component '{self.name}' are no table, or its labels no strings")
        self.cfg.update(cfg)

    def _written(self, exclude: str | Iterable[str]) -> Iterator[tuple[str, bytes]]:
        left_out = set(as_names(exclude))
        for name, file in sorted(self.files().items()):
            if name not in left_out:
                yield name, file.write()

    def _read(
        self, content_of: Callable[[str], bytes | None], exclude: str | Iterable[str], where: str
    ) -> None:
        left_out = set(as_names(exclude))
        for name, file in self.files().items():
            if name in left_out:
                continue
            content = content_of(name)
            if content is None:
                raise DataError(f"the data of component '{self.name}' lacks '{name}'", path=where)
            file.read(content)


class BatchComponent(Component):
    """A component that works on many documents at once: `predict` computes, `set_annotations` writes.

    Whoever writes annotations of a whole batch finds the columns of documents in `kernel.tokens.batch`.

    late_settings: keys of `cfg` that `predict` doesn't look at, but what comes after it, `set_annotations` or `score`, does, such as a
    threshold. `kernel find-threshold` then predicts once for all values.
    """

    late_settings: ClassVar[frozenset[str]] = frozenset()

    def predict(self, docs: Sequence["Doc"]) -> Any:
        """Predictions for the documents, which are not changed."""
        raise NotImplementedError(f"{type(self).__name__} must define predict(docs)")

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


class NoExamples:
    """What a component gets for examples where there are none: it gives a document of three words without annotations, to infer shapes from."""

    def __init__(self, vocab: "Vocab") -> None:
        self.vocab = vocab

    def __call__(self) -> list["Example"]:
        from kernel.tokens import Doc
        from kernel.tokens.example import Example

        doc: Doc = Doc(self.vocab, words=["x", "y", "z"])
        return [Example(doc, doc)]


class TrainableComponent(BatchComponent):
    """A component with a Thinc model that the config gave it.

    Subclasses define `set_annotations` and `get_loss`, and usually `predict`, `initialize` and `learnable`; `learn`
    suits every model that maps a list of documents to scores with a gradient of the same form.
    """

    vocab: "Vocab"
    _model: Any
    # How many outputs the model is to get before it is used again.
    _outputs: int | None
    # The labels in `cfg` as a set, and the list that it was made of.
    _label_set: tuple[list[str], set[str]]
    # The sources whose output this component's model listens to; the pipeline keeps the list up to date.
    channels: list["Channel"]
    # What the component knew when `nlp.resume_training` was called last; None if that was never.
    teacher: "Teacher | None"

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        made = super().__new__(cls, *args, **settings)
        made.channels, made.teacher = [], None
        made._outputs, made._label_set = None, ([], set())
        return made

    def __init__(
        self, vocab: "Vocab", model: Any, name: str, *, scorer: Callable[..., dict[str, Any]] | None = None
    ) -> None:
        super().__init__(name, scorer=scorer)
        self.vocab = vocab
        self.model = model

    def __getstate__(self) -> dict[str, Any]:
        # A copy has no past.
        return {**self.__dict__, "teacher": None}

    @property
    def model(self) -> Any:
        """The model, with an output for every label."""
        if self._outputs is not None:
            with _GROWING:
                if self._outputs is not None:
                    self._model = (
                        self._model.attrs["resize_output"](self._model, self._outputs) or self._model
                    )
                    self._outputs = None
        return self._model

    @model.setter
    def model(self, model: Any) -> None:
        self._model, self._outputs = model, None

    def grow_output(self, size: int) -> None:
        """Have the model, if it knows its number of outputs, resized before it is used again.

        Thousands of labels may be added one by one: the weights are copied once.
        """
        if self._model.maybe_get_dim("nO") is not None:
            self._outputs = size

    @property
    def is_trainable(self) -> bool:
        return True

    @property
    def is_resizable(self) -> bool:
        return "resize_output" in getattr(self._model, "attrs", {})

    def predict(self, docs: Sequence["Doc"]) -> Any:
        """Predictions for the documents, which are not changed."""
        return self.model.predict(docs)

    def initialize(self, get_examples: Examples, *, nlp: Any = None) -> None:
        """Infer the shapes of the model from a few documents and draw its first weights."""
        self.model.initialize(X=[example.predicted for example in self.sample(get_examples)])

    def sample(self, get_examples: Examples, size: int = SAMPLE) -> list["Example"]:
        """The first examples, to infer shapes from. `DataError` if there are none."""
        if not callable(get_examples):
            raise WrongType(
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
        """Learn from one batch; gradients add up until `finish_update`.

        The optimizer is applied only if `sgd` is given. Returns `losses` with this component's loss added.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        if not self.learnable(examples):
            self.skip()
            return losses
        losses[self.name] += float(self.learn(examples, drop))
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def learn(self, examples: Sequence["Example"], drop: float) -> float:
        """Forward pass, loss and backward pass for a batch with something to learn. Returns the loss."""
        from thinc.api import set_dropout_rate

        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update([example.predicted for example in examples])
        loss, d_scores = self.get_loss(examples, scores)
        backprop(d_scores)
        return float(loss)

    def get_loss(self, examples: Sequence["Example"], scores: Any) -> tuple[float, Any]:
        """The loss of a batch, and its gradient in the form of `scores`."""
        raise NotImplementedError(f"{type(self).__name__} must define get_loss(examples, scores)")

    @property
    def output_names(self) -> Sequence[str]:
        """The names of the model's outputs, in their order, as far as they have any. New ones only ever come last."""
        return self.labels

    def rehearse(
        self,
        examples: Sequence["Example"],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
        weight: float = 1.0,
    ) -> dict[str, float]:
        """Learn to say of documents what the component said of them at the last `nlp.resume_training`.

        examples: their annotations are not looked at. weight: what the gradient is multiplied by. Outputs that have come since are
        left alone. Gradients add up, and the optimizer is applied, as in `update`. A source of shared vectors has nothing
        to say by itself: it publishes them, and its gradient comes from its listeners. `UsageError` if nothing was remembered.
        """
        from kernel.listeners import Channel

        if isinstance(getattr(self, "channel", None), Channel):
            return self.update(examples, drop=drop, sgd=sgd, losses=losses)
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        self.checked_teacher()
        if not any(len(example.predicted) for example in examples):
            self.skip()
            return losses
        losses[self.name] += float(self.recall(examples, drop, weight))
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def recall(self, examples: Sequence["Example"], drop: float, weight: float) -> float:
        """Forward pass, difference from the teacher and backward pass for a batch with tokens in it. Returns the loss."""
        from thinc.api import set_dropout_rate

        from kernel.rehearsal import weighted

        docs = [example.predicted for example in examples]
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update(docs)
        loss, gradient = self.get_rehearsal_loss(scores, self.taught(docs))
        backprop(weighted(gradient, weight))
        return float(loss)

    def taught(self, docs: Sequence["Doc"]) -> Any:
        """What the teacher says of documents: outputs as the model's `begin_update` gives them. `UsageError` if there is none."""
        return self.checked_teacher()(docs, self.model.ops)

    def get_rehearsal_loss(self, scores: Any, taught: Any) -> tuple[float, Any]:
        """How far outputs are from the teacher's, and the gradient in the form of `scores`.

        Here, the squared difference of arrays or lists of arrays. A component whose outputs are probabilities, or no
        arrays, has another one. taught: as `scores`, without the outputs that are new.
        """
        from kernel.rehearsal import squared_difference

        return squared_difference(scores, taught)

    def checked_teacher(self) -> "Teacher":
        """The teacher. `UsageError` if there is none, or if its outputs are others than those of the component."""
        from kernel.rehearsal import REMEMBER

        if self.teacher is None:
            raise UsageError(f"component '{self.name}' has nothing to rehearse", hint=REMEMBER)
        names = self.teacher.outputs
        if tuple(self.output_names[: len(names)]) != names:
            raise UsageError(
                f"component '{self.name}' has other labels than what it is to rehearse, or in another order",
                hint="Call nlp.resume_training() anew after labels were replaced.",
            )
        return self.teacher

    def finish_update(self, sgd: Any) -> None:
        """Apply the optimizer to the gradients gathered since the last call."""
        self.model.finish_update(sgd)

    @contextmanager
    def use_params(self, params: dict[Any, Any]) -> Iterator[None]:
        """Use other parameters (averages) within the block, whatever becomes of that."""
        # thinc's own leaves them there after an error.
        with use_params({self.name: self.model}, params):
            yield

    def add_label(self, label: str) -> int:
        """Add an output class: 1 if it is new, 0 if it exists. `UsageError` if the output can't grow any more."""
        if not isinstance(label, str):
            raise UsageError(f"component '{self.name}': a label must be a string, not {type(label).__name__}")
        if not label:
            raise UsageError(f"component '{self.name}': a label must not be empty")
        labels, known = self._known_labels()
        if label in known:
            return 0
        size = self._model.maybe_get_dim("nO") if self._outputs is None else self._outputs
        if size is not None and not self.is_resizable:
            raise UsageError(
                f"component '{self.name}': can't add the label '{label}': the model already has {size} output{'s' * (size != 1)}",
                hint="Add labels before initialize, or use an architecture that can be resized.",
            )
        labels.append(label)
        known.add(label)
        self.grow_output(len(labels))
        self.vocab.strings.add(label)
        return 1

    def _known_labels(self) -> tuple[list[str], set[str]]:
        """`cfg["labels"]`, a list that nobody else has, and the same as a set."""
        labels, known = self._label_set
        if self.cfg.get("labels") is not labels or len(labels) != len(known):
            labels = list(self.labels)
            self.cfg["labels"], known = labels, set(labels)
            self._label_set = labels, known
        return labels, known

    def files(self) -> dict[str, SavedFile]:
        return {**super().files(), "model": SavedFile(self.model_to_bytes, self.model_from_bytes)}

    def model_to_bytes(self) -> bytes:
        """The weights of the model."""
        return model_to_bytes(self.model)

    def model_from_bytes(self, data: bytes) -> None:
        """Take weights; labels that documents may have become strings of the vocab. `DataError` if weights don't fit the model."""
        for label in () if self.hide_labels else self.labels:
            self.vocab.strings.add(label)
        model_from_bytes(self.model, data, where=f"component '{self.name}'")


def _taken(function: Callable[..., Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of some settings that a function has parameters for; all if it takes any."""
    parameters = signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return dict(settings)
    return {key: value for key, value in settings.items() if key in parameters}
