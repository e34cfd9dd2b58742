"""What the training loop asks of a pipeline, a corpus and a batcher. Nothing here knows of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

if TYPE_CHECKING:
    from kernel.config import Config

Corpus = Callable[[Any], Iterable[Any]]
"""A function of the pipeline that gives its examples anew at each call."""

Batcher = Callable[[Iterable[Any]], Iterable[Sequence[Any]]]
"""A function of examples that gives batches of them, lazily."""


class Pipeline(Protocol):
    """A class in the registry `languages`: the whole of what `[nlp]` and `[components]` describe.

    `len(example)` is the size of an example (the number of words, where it has words). A pipeline may also have
    `meta`, a dict that it saves: the loop writes the scores into its `performance`; `example_type`, the class of its
    examples, which readers are held to; `unknown_labels(examples)`, gold labels by component that no training example
    had; `score_sources`, metric -> the component that announces it; and `debug(train, dev)`, for `kernel debug data`.
    """

    @property
    def score_weights(self) -> Mapping[str, float | None]:
        """Default weight of each metric in the final score; None hides it from the table."""
        ...

    @classmethod
    def fill_config(cls, config: Config) -> Config:
        """The config with all defaults of `[nlp]` and `[components]`; `ConfigError` where there are none."""
        ...

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Build the pipeline. The config is filled and not interpolated."""
        ...

    def initialize(self, get_examples: Callable[[], Iterable[Any]], *, settings: dict[str, Any]) -> None:
        """Infer labels and shapes and set the first weights; settings = the interpolated `[initialize]`."""
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
        """Metric -> value over the examples."""
        ...

    def models(self) -> dict[str, Any]:
        """Component name -> thinc model of those to be trained, in the order of the pipeline."""
        ...

    def to_disk(self, path: Path) -> None:
        """Save to a directory that exists. Byte-stable: equal weights give equal files."""
        ...

    @classmethod
    def from_disk(cls, path: Path) -> Self:
        """Load what `to_disk` saved."""
        ...
