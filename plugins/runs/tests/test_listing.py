"""Runs below a directory are listed with what came of them."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kernel.files.lock import Holder
from kernel.testing import Box

Write = Callable[..., Path]
DROPOUT = {"name": "training.dropout", "detail": "", "old": 0.1, "new": 0.3}
# A process that runs, and isn't this one.
ANOTHER = Holder(os.getppid(), socket.gethostname(), "", "now")


def listed(box: Box, *words: str | Path) -> list[dict[str, Any]]:
    done = box.run("runs", "list", *words, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_real_runs_are_listed_with_state_score_and_seed(box: Box, train: Callable[..., None]) -> None:
    train("out/b", "--training.seed", "3")
    train("out/a/deep")
    deep, b = listed(box, "out")
    assert (deep["path"], b["path"]) == ("out/a/deep", "out/b")
    assert (b["state"], b["step"], b["seed"]) == ("ended: max_steps = 8 reached", 8, 3)
    assert 0 < b["score"] <= 1
    assert b["best_step"] in (4, 8)
    assert b["words_per_second"] > 0
    lines = box.run("runs", "list").stdout.splitlines()
    assert lines[0].split() == ["RUN", "STATE", "STEP", "SCORE", "AT", "SEED"]
    assert lines[2].startswith("out/b ")
    assert lines[2].split()[-4:] == ["8", f"{b['score']:.4f}", str(b["best_step"]), "3"]


def test_what_is_not_known_is_left_open(box: Box, write: Write) -> None:
    folder = write("old", {"kernel": "0.0.1"})
    (folder / "history.jsonl").unlink()
    assert listed(box, folder) == [
        {
            "path": str(folder),
            "state": "",
            "step": None,
            "score": None,
            "best_step": None,
            "seed": None,
            "words_per_second": None,
            "changed_at": [],
        }
    ]
    assert box.run("runs", "list", folder).stdout.splitlines()[1].split()[1:] == ["-"] * 5


def test_the_score_is_the_best_and_of_equals_the_one_whose_weights_are_kept(box: Box, write: Write) -> None:
    rows = [{"evaluation": step, "score": score} for step, score in ((1, 0.1), (2, 0.5), (3, 0.5), (4, None))]
    (found,) = listed(box, write("a", {"seed": 7}, rows))
    assert (found["step"], found["score"], found["best_step"], found["seed"]) == (4, 0.5, 3, 7)


def test_a_row_that_was_cut_off_is_left_out(box: Box, write: Write) -> None:
    folder = write("a", {}, [{"step": 1, "words": 10, "seconds": 2}])
    with (folder / "history.jsonl").open("a") as file:
        file.write('{"step": 2, "wor')
    (found,) = listed(box, folder)
    assert (found["step"], found["words_per_second"]) == (1, 5)


def test_a_run_that_another_process_writes_is_running(box: Box, write: Write) -> None:
    folder = write("a", {})
    code = (
        "import sys; from kernel.files.lock import Lock; lock = Lock(sys.argv[1], inside=True); lock.acquire(); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        (found,) = listed(box, folder)
        holder.communicate()
    assert found["state"] == "running"
    assert listed(box, folder)[0]["state"] == ""


@pytest.mark.parametrize("has_written", [False, True])
def test_what_an_earlier_run_left_is_not_that_of_the_one_that_runs(
    box: Box, write: Write, has_written: bool
) -> None:
    folder = write("a", {"seed": 3}, [{"step": 5}, {"evaluation": 5, "score": 0.5}])
    (folder / ".lock").write_bytes(json.dumps(asdict(ANOTHER)).encode())
    history = (folder / "history.jsonl").stat().st_mtime
    os.utime(folder / ".lock", (history + (-1 if has_written else 1),) * 2)
    (found,) = listed(box, folder)
    known = (5, 0.5, 5, 3) if has_written else (None,) * 4
    assert found["state"] == "running"
    assert (found["step"], found["score"], found["best_step"], found["seed"]) == known


def test_a_run_that_went_on_with_something_changed_is_marked(box: Box, write: Write) -> None:
    folder = write("a", {"resumed": [{"step": 4, "changes": [DROPOUT]}, {"step": 6, "changes": []}]})
    assert listed(box, folder)[0]["changed_at"] == [4, 6]
    assert " -, changed at 4, 6 " in box.run("runs", "list", folder).stdout.splitlines()[1]
    (folder / "run.json").write_text('{"resumed": [1]}')
    done = box.run("runs", "list", folder)
    assert done.exit_code == 2
    assert "run.json: 'resumed' is not what this version knows by that name" in done.stderr


def test_models_checkpoints_and_hidden_folders_hold_no_runs(box: Box, write: Write) -> None:
    for name in ("a", "a/model-best", "a/checkpoints/x", ".hidden", "b/c"):
        write(name, {})
    root = write("root", {}).parent
    assert [Path(run["path"]).relative_to(root).as_posix() for run in listed(box, root)] == [
        "a",
        "b/c",
        "root",
    ]


def test_a_damaged_record_is_named_and_the_others_are_listed(box: Box, write: Write) -> None:
    root = write("a", {}).parent
    (write("b", {}) / "run.json").write_text("{")
    done = box.run("runs", "list", root)
    assert done.exit_code == 0
    assert "run.json" in done.stderr
    assert "left out" in done.stderr
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    "manifest",
    [
        {"data": 5},
        {"sources": {"a": 1}},
        {"data": {"corpora.train": {}}},
        {"blas": [1]},
        {"gpu_id": "x"},
        {"code": 7},
    ],
)
def test_a_record_of_another_kind_is_left_out_and_not_compared(
    box: Box, write: Write, manifest: dict[str, Any]
) -> None:
    one, other = write("a", {}), write("b", manifest)
    done = box.run("runs", "list", one.parent)
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 2)
    compared = box.run("runs", "diff", one, other)
    assert compared.exit_code == 2
    assert f"not the record of a run: {next(iter(manifest))} is of another kind" in compared.stderr


def test_rows_of_another_kind_are_left_out(box: Box, write: Write) -> None:
    rows = [
        {"step": 1},
        {"step": 2, "words": "a", "seconds": 1},
        {"evaluation": 3, "score": 1, "scores": [5]},
    ]
    (found,) = listed(box, write("a", {}, rows))
    assert (found["step"], found["score"]) == (1, None)


def test_no_runs_and_no_directory(box: Box) -> None:
    assert box.run("runs", "list").stdout == "no runs in .\n"
    missing = box.run("runs", "list", "nowhere")
    assert missing.exit_code == 2
    assert "nowhere is no directory" in missing.stderr
