"""What the training loop asks of a pipeline, a corpus and a batcher. Nothing here knows of text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self

from kernel.errors import UsageError
from kernel.numeric.ops import get_ops, set_ops

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.saving.saved import Saved

Corpus = Callable[[Any], Iterable[Any]]
"""A function of the pipeline that gives its examples anew at each call."""

Batcher = Callable[[Iterable[Any]], Iterable[Sequence[Any]]]
"""A function of examples that gives batches of them, lazily."""


class Callbacks(Protocol):
    """The callbacks of a run, as the run knows them: see `kernel.training.hooks.Hooks`."""

    place: Callable[[], str]
    """Says where the run is, for messages."""

    @property
    def call(self) -> Any:
        """The events as functions that take keyword arguments."""
        ...

    @property
    def names(self) -> list[str]:
        """Labels of the callbacks, in the order in which they are called."""
        ...

    @property
    def objects(self) -> list[tuple[str, object]]:
        """(label, callback) of all of them, and of the kernel's own."""
        ...


class Pipeline(Protocol):
    """A class in the registry `languages`: the whole of what `[nlp]` and `[components]` describe.

    `len(example)` is the size of an example (the number of words, where it has words). `BasePipeline` has everything below
    that most pipelines leave as it is.
    """

    own_sections: ClassVar[Collection[str]]
    """Sections of the config that the class checks itself, in `fill_config`."""

    @property
    def meta(self) -> dict[str, Any]:
        """What it saves about itself: the loop writes the scores into its `performance`."""
        ...

    @property
    def example_type(self) -> type:
        """The class of its examples, which readers are held to."""
        ...

    @property
    def score_weights(self) -> Mapping[str, float | None]:
        """Default weight of each metric in the final score; None hides it from the table."""
        ...

    @property
    def score_sources(self) -> Mapping[str, str]:
        """Metric -> the component that announces it."""
        ...

    @classmethod
    def fill_config(cls, config: Config) -> Config:
        """The config with all defaults of `[nlp]` and `[components]`; `ConfigError` where there are none."""
        ...

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Build the pipeline. The config is filled and not interpolated."""
        ...

    def to_device(self, gpu_id: int) -> Any:
        """Move all models to a GPU, or with -1 to the CPU."""
        ...

    def initialize(
        self, get_examples: Callable[[], Iterable[Any]] | None, *, settings: dict[str, Any]
    ) -> Any:
        """Infer labels and shapes and set the first weights; settings = the interpolated `[initialize]`.

        get_examples: None if there is no data, as for `kernel assemble`.
        """
        ...

    def update(
        self, examples: Sequence[Any], *, drop: float, sgd: Literal[False], losses: dict[str, float]
    ) -> Any:
        """Forward and backward pass: adds to the gradients and to the losses, changes no weight.

        sgd: no optimizer. The loop has it, and applies it once to all parts of a batch; a pipeline that can also be trained
        by hand takes one here, as `Language` does.
        """
        ...

    def evaluate(self, examples: Iterable[Any]) -> dict[str, Any]:
        """Metric -> value over the examples.

        It may take `team`, the processes that share the work, as `Language.evaluate` does, and `predicted`: a function that is
        called with the examples once they hold what is predicted of them, before they are scored. It is the event of that name. It may also take `progress`, which hears how many of how many
        examples are predicted.
        """
        ...

    def evaluate_components(self, examples: Iterable[Any]) -> dict[str, dict[str, Any]]:
        """Component -> metric -> value. `UsageError` if components are not scored by themselves."""
        ...

    def predict(self, component: str, examples: Sequence[Any]) -> Any:
        """What a component predicts for examples. `UsageError` if components don't predict by themselves."""
        ...

    def models(self) -> dict[str, Any]:
        """Component name -> thinc model of those to be trained, in the order of the pipeline."""
        ...

    def all_models(self) -> dict[str, Any]:
        """Component name -> thinc model of every component that has one."""
        ...

    def label_data(self) -> Mapping[str, Any]:
        """Component name -> its labels, as its `initialize` takes them, in the order of the pipeline; None if it has none."""
        ...

    def unknown_labels(self, examples: Sequence[Any]) -> Mapping[str, Sequence[str]]:
        """Component name -> gold labels that no training example had."""
        ...

    def unlabelled(
        self, examples: Sequence[Any], settings: Mapping[str, Any] | None = None
    ) -> Mapping[str, str]:
        """Component to be trained -> what the examples hold instead, for those for which no example has a gold label.

        settings: the interpolated `[initialize]`, to leave out those that know their labels, or are given some there.
        """
        ...

    def sample_examples(self) -> list[Any]:
        """Examples without annotations, made up to infer shapes where there is no corpus; [] if there can't be any."""
        ...

    def debug(self, train: Sequence[Any], dev: Sequence[Any]) -> Iterable[tuple[str, Iterable[Any]]]:
        """(topic, findings) for `kernel debug data`: what is notable or wrong in the data."""
        ...

    def to_disk(self, path: Path) -> None:
        """Save to a directory that exists. Byte-stable: equal weights give equal files."""
        ...

    @classmethod
    def from_disk(cls, path: Path) -> Self:
        """Load what `to_disk` saved."""
        ...

    @classmethod
    def from_saved(cls, saved: Saved, **settings: Any) -> Self:
        """Load a saved pipeline that was checked. settings: of `kernel.load`; `UsageError` for those that it doesn't have."""
        ...


MEMBERS = tuple(name for name in (*vars(Pipeline), "own_sections") if not name.startswith("_"))
"""Names of everything that the kernel asks of a pipeline."""


class BasePipeline:
    """What pipelines are free to leave as it is. A class in `languages` derives from it, or has all of `Pipeline`."""

    own_sections: ClassVar[Collection[str]] = frozenset({"nlp", "components"})

    @property
    def example_type(self) -> type:
        """Any class."""
        return object

    @property
    def score_sources(self) -> Mapping[str, str]:
        """No component announces a score."""
        return {}

    @cached_property
    def meta(self) -> dict[str, Any]:
        """A dict of the pipeline's own; a pipeline that saves it writes it in its `to_disk`."""
        return {}

    def models(self) -> dict[str, Any]:
        """A pipeline has its own."""
        raise NotImplementedError(f"{type(self).__qualname__} must define models()")

    @classmethod
    def from_disk(cls, path: Path) -> Self:
        """A pipeline has its own."""
        raise NotImplementedError(f"{cls.__qualname__} must define from_disk(path)")

    @classmethod
    def from_saved(cls, saved: Saved, **settings: Any) -> Self:
        """Load it with `from_disk`: as it is."""
        if settings:
            raise UsageError(f"pipelines of the class {cls.__name__} can't be loaded with settings")
        return cls.from_disk(saved.folder)

    def all_models(self) -> dict[str, Any]:
        """Those that are trained."""
        return self.models()

    def to_device(self, gpu_id: int) -> Any:
        """Move all models to a GPU, or with -1 to the CPU."""
        ops = get_ops(gpu_id)
        for model in self.all_models().values():
            set_ops(model, ops)
        return self

    def evaluate_components(self, examples: Iterable[Any]) -> dict[str, dict[str, Any]]:
        """They are not scored by themselves."""
        raise UsageError(f"{type(self).__qualname__} can't score its components one by one")

    def predict(self, component: str, examples: Sequence[Any]) -> Any:
        """They don't predict by themselves."""
        raise UsageError(f"{type(self).__qualname__} can't run a component by itself")

    def label_data(self) -> Mapping[str, Any]:
        """No labels."""
        return {}

    def unknown_labels(self, examples: Sequence[Any]) -> Mapping[str, Sequence[str]]:
        """No labels, so none that are unknown."""
        return {}

    def unlabelled(
        self, examples: Sequence[Any], settings: Mapping[str, Any] | None = None
    ) -> Mapping[str, str]:
        """No labels, so none that are missed."""
        return {}

    def sample_examples(self) -> list[Any]:
        """None."""
        return []

    def debug(self, train: Sequence[Any], dev: Sequence[Any]) -> Iterable[tuple[str, Iterable[Any]]]:
        """Nothing to say."""
        return ()
