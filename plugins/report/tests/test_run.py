"""Runs are read from whatever their outputs hold."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from kernel_report.run import read_run, read_runs

from kernel.errors import UsageError
from kernel.files.lock import Holder

from .conftest import made_history

Write = Callable[..., Path]
Train = Callable[..., Path]
# A process that runs, and isn't this one.
ANOTHER = Holder(os.getppid(), socket.gethostname(), "", "now")


def test_a_run_that_has_ended(train: Train) -> None:
    run = read_run(train("out"))
    assert (run.name, run.state, run.step) == ("out", "ended: max_steps = 8 reached", 8)
    assert run.problems == []
    assert run.record["python"] and run.settings["training"]["max_steps"] == 8
    assert run.curves.losses["line"].last.step == 8
    assert run.last is not None and run.last["evaluation"] == 8
    assert run.curves.words.last.value > 0


def test_a_model_stands_for_its_output(train: Train) -> None:
    output = train("out")
    assert [run.path for run in read_runs([output / "model-best", output, output / "model-last"])] == [output]


def test_the_best_is_the_latest_of_those_that_are_equally_good(write: Write) -> None:
    rows = [
        {"evaluation": step, "score": score, "scores": {}}
        for step, score in ((1, 0.5), (2, 0.75), (3, 0.75), (4, None), (5, 0.1))
    ]
    run = read_run(write("a", rows, {}))
    assert run.best is not None and run.last is not None
    assert (run.best["evaluation"], run.last["evaluation"], run.step) == (3, 5, 5)


def test_damaged_rows_are_told_of_and_the_others_are_read(write: Write) -> None:
    output = write(
        "a", made_history(3), {}, end='{"step": 4, "lo\n\x00\n{"step": 5, "losses": {"ner": 1.0}}\n{"st'
    )
    run = read_run(output)
    assert run.step == 5 and run.curves.losses["ner"].last.step == 5
    assert list(run.problems) == [
        "history.jsonl is damaged: 2 of its rows can't be read, the first is row 4."
    ]


@pytest.mark.parametrize("has_written", [False, True])
def test_a_run_that_goes_on(write: Write, has_written: bool) -> None:
    output = write("a", made_history(10), {})
    (output / ".lock").write_text(json.dumps(asdict(ANOTHER)))
    history = (output / "history.jsonl").stat().st_mtime
    os.utime(output / ".lock", (history + (-1 if has_written else 1),) * 2)
    run = read_run(output)
    assert (run.state, run.step) == ("running", 10)
    assert ("written nothing yet" in " ".join(run.problems)) != has_written


def test_a_run_that_was_killed(train: Train) -> None:
    output = train("out", "--training.checkpoint.keep", "2")
    shutil.rmtree(output / "checkpoints" / "step-00000008")
    assert read_run(output).state == "stopped"


def test_a_run_that_failed(write: Write) -> None:
    output = write("a", made_history(10), {})
    (output / "failed-step").mkdir()
    assert read_run(output).state == "failed"


def test_half_a_row_at_the_end_is_left_out(write: Write) -> None:
    run = read_run(write("a", made_history(10), {}, end='{"step": 11, "losses": {"ner": 1'))
    assert (run.step, run.curves.losses["ner"].last.step) == (10, 10)


def test_rows_of_another_kind_are_passed_over(write: Write) -> None:
    rows = [[], 3, None, "step", {"step": 1, "losses": {"ner": 2.0}}, {"evaluation": 1, "scores": [1]}]
    run = read_run(write("a", rows, {}))
    assert run.step == 1 and run.curves.losses["ner"].last.value == 2.0


def test_a_checkpoint_alone_tells_what_the_run_went_by(train: Train) -> None:
    output = train("out")
    for name in ("run.json", "history.jsonl"):
        (output / name).unlink()
    for name in ("model-best", "model-last"):
        shutil.rmtree(output / name)
    run = read_run(output)
    assert run.settings["training"]["max_steps"] == 8 and run.record["seed"] is not None
    assert run.state.startswith("ended") and run.step == 0
    assert len(run.problems) == 2


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '{"settings": 3}', "[" * 100_000, '{"packages": []}'], ids=range(6)
)
def test_a_damaged_record_is_told(write: Write, text: str) -> None:
    output = write("a", made_history(10))
    (output / "run.json").write_text(text)
    run = read_run(output)
    assert run.record == {} == run.settings and run.step == 10
    assert run.problems[0].startswith("run.json ")


def test_a_history_alone_will_do(write: Write) -> None:
    run = read_run(write("a", made_history(10)))
    assert run.state == "" and run.step == 10 and "There is no run.json." in run.problems


def test_what_is_no_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no output of a run"):
        read_runs([tmp_path])
    with pytest.raises(UsageError, match="is not there"):
        read_runs([tmp_path / "none"])


def test_names_are_as_short_as_they_can_be_told_apart(write: Write) -> None:
    folders = [write("one/out"), write("two/out"), write("two/b")]
    assert [run.name for run in read_runs(folders[1:])] == ["out", "b"]
    assert [run.name for run in read_runs(folders)] == ["one/out", "two/out", "two/b"]
