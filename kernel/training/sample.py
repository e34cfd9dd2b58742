"""What a run begins with: examples that tell labels and shapes, and what must hold of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from kernel.errors import CallbackError, DataError
from kernel.registries.blame import naming
from kernel.training.protocols import Corpus, Pipeline

_WITHOUT_LABELS = (
    "Annotate the data in a form that the reader knows, give labels in [initialize.components], take the component from a "
    "trained pipeline (source), freeze it, or leave it out."
)


def is_streamed(corpus: Corpus, settings: Any) -> bool:
    """Whether the examples of a corpus are never held in memory: it says so, or `training.max_epochs` does."""
    return settings.max_epochs < 0 or bool(getattr(corpus, "is_streamed", False))


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Name the corpus, or the file that its reader could not open."""
    try:
        with naming(f"reading {name}"):
            yield
    except CallbackError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.filename is not None:
            raise DataError(f"{name} can't be read: {cause.strerror}", path=cause.filename) from cause
        raise


class Sample:
    """`get_examples` of a run: read once, kept for training, unless the corpus is streamed.

    reader: who reads it, for messages. limit: the number of examples to stop after, None to read all.
    """

    def __init__(
        self, corpus: Corpus, pipeline: Pipeline, settings: Any, reader: str, limit: int | None
    ) -> None:
        self._read: Callable[[], Iterable[Any]] = lambda: corpus(pipeline)
        self._pipeline, self._reader = pipeline, reader
        self._name = settings.train_corpus
        self._limit = limit
        self._examples: list[Any] | None = None

    def __call__(self) -> list[Any]:
        if self._examples is None:
            with reading(self._name):
                self._examples = list(islice(self._read(), self._limit))
            if not self._examples:
                raise DataError(f"{self._name} has no examples to train on")
            check_type(self._examples, self._pipeline, self._name, self._reader)
        return self._examples


def check_type(examples: Iterable[Any], pipeline: Pipeline, name: str, reader: str) -> None:
    """Raise DataError if an example isn't of the type that the pipeline says it takes."""
    wanted = pipeline.example_type
    wrong = next((one for one in examples if not isinstance(one, wanted)), None)
    if wrong is not None:
        raise DataError(
            f"{name}: {f'its reader {reader}' if reader else 'its reader'} gave an object of type "
            f"{type(wrong).__qualname__}, not {wanted.__qualname__}",
            hint=f"A reader returns a corpus: a function that yields {wanted.__qualname__} objects.",
        )


def check_labels(
    sample: Sample, corpus: Corpus, pipeline: Pipeline, name: str, settings: Mapping[str, Any]
) -> None:
    """Raise DataError if a component would train on nothing: the examples have no label for it, and nothing else has.

    settings: the interpolated `[initialize]`.
    """
    found = pipeline.unlabelled(sample(), settings)
    if not found:
        return
    names = " and ".join(f"'{component}'" for component in found)
    seen = [finding.message for finding in getattr(corpus, "findings", ())]
    raise DataError(
        f"{name} has no label for {names} to learn. It holds {next(iter(found.values()))}",
        hint="\n".join([*seen, _WITHOUT_LABELS]),
    )
