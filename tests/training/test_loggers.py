"""Loggers of the field's protocol: setup(pipeline, stdout, stderr) -> (log_step, finalize)."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel import hookimpl, registry
from kernel.training.loop import train
from kernel.training.run import Run

MakeRun = Callable[..., Run]


class Logger:
    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.setup_with: tuple[Any, ...] = ()
        self.finalized = 0

    def __call__(self) -> Callable[..., Any]:
        def setup(nlp: Any, stdout: Any = sys.stdout, stderr: Any = sys.stderr) -> Any:
            self.setup_with = (nlp, stdout, stderr)

            def finalize() -> None:
                self.finalized += 1

            return self.rows.append, finalize

        return setup


@pytest.fixture
def logger(numbers: Any) -> Logger:
    logger = Logger()
    registry.loggers("test.Logger.v1", logger)
    return logger


BLOCK = {"@loggers": "test.Logger.v1"}


def test_rows(make_run: MakeRun, logger: Logger) -> None:
    run = make_run(logger=BLOCK, max_steps=5)
    list(train(run))
    assert logger.setup_with[0] is run.pipeline
    assert [row and row["step"] for row in logger.rows] == [None, None, None, 4, None, 5]
    row = logger.rows[3]
    assert set(row) == {
        "epoch", "step", "score", "other_scores", "losses", "checkpoints", "seconds", "words",
    }  # fmt: skip
    assert (row["score"], row["checkpoints"], row["words"]) == (run.history[0][0], run.history[:1], 4 * 16)
    assert isinstance(row["seconds"], int)
    assert logger.finalized == 1


def test_rows_name_the_saved_model(make_run: MakeRun, logger: Logger, tmp_path: Path) -> None:
    list(train(make_run(logger=BLOCK, max_steps=4, output=True)))
    assert [row["output_path"] for row in logger.rows if row] == [str(tmp_path / "out" / "model-last")]


def test_finalized_after_an_error(make_run: MakeRun, logger: Logger) -> None:
    class Broken:
        @hookimpl
        def step_end(self) -> None:
            raise RuntimeError("broken")

    with pytest.raises(Exception, match="broken"):
        list(train(make_run(Broken(), logger=BLOCK)))
    assert logger.finalized == 1
