"""What a run begins with."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from kernel import registry
from kernel.errors import DataError
from kernel.training.run import Run
from kernel.training.sample import Sample, is_streamed

MakeRun = Callable[..., Run]


class Streamed:
    """A corpus that says that it is never held."""

    is_streamed = True

    def __init__(self, rows: list[Any]) -> None:
        self.rows, self.read = rows, 0

    def __call__(self, pipeline: Any) -> Any:
        for row in self.rows:
            self.read += 1
            yield row


@pytest.mark.parametrize("max_epochs, expected", [(-1, True), (0, False), (3, False)])
def test_a_corpus_is_streamed_if_the_run_or_it_says_so(max_epochs: int, expected: bool) -> None:
    settings = SimpleNamespace(max_epochs=max_epochs)
    assert is_streamed(lambda pipeline: [], settings) is expected
    assert is_streamed(Streamed([]), settings) is True


def test_a_streamed_corpus_is_not_held_and_its_epochs_are_counted(make_run: MakeRun, numbers: Any) -> None:
    from kernel.training.loop import train

    corpus = Streamed([numbers.Row([1.0, 2.0], 3.0)] * 50)
    registry.readers("test.Streamed.v1", lambda: corpus)
    run = make_run(reader="test.Streamed.v1", max_epochs=2, max_steps=0, eval_frequency=1000, patience=0)
    assert run.examples is None and corpus.read == 50
    list(train(run))
    assert run.epoch == 2 and corpus.read == 150


def test_a_sample_is_no_more_than_its_size(make_run: MakeRun, numbers: Any) -> None:
    corpus = Streamed([numbers.Row([1.0, 2.0], 3.0)] * 500)
    registry.readers("test.Streamed.v1", lambda: corpus)
    make_run(reader="test.Streamed.v1", max_steps=1)
    assert corpus.read == 100


def test_an_empty_sample_is_an_error() -> None:
    settings = SimpleNamespace(train_corpus="corpora.train", max_epochs=0)
    pipeline: Any = SimpleNamespace(example_type=object)
    with pytest.raises(DataError, match="corpora.train has no examples to train on"):
        Sample(Streamed([]), pipeline, settings, "", None)()
