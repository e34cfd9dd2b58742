"""A checkpoint on disk: whole, without pickle, told from others by its step."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.training.checkpoint import checkpoints, folder_of, keep_only, latest, read, step_of, write
from kernel.training.encoding import Arrays, encode
from kernel.training.snapshot import FORMAT, Snapshot


def state(step: int = 1) -> dict[str, Any]:
    """Counters of a run."""
    counted = dict.fromkeys(("seed", "epoch", "words", "best_step", "kept_step"), 0)
    unknown = dict.fromkeys(("losses", "history", "best_score", "dropout", "saved_step", "reason", "scores"))
    return {**counted, **unknown, "step": step, "seconds": 0.5, "asked": True}


def snapshot(**parts: Any) -> Snapshot:
    arrays = Arrays()
    parts = {"models": {}, "position": {}, "callbacks": [], **parts}
    tree = {name: encode(part, arrays) for name, part in parts.items()}
    return Snapshot({"format": FORMAT, **tree}, arrays.copies)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    array = np.arange(6, dtype="f").reshape(2, 3)
    write(folder_of(tmp_path, 200), snapshot(models={"a": array, "b": b"\x00\xff"}, run=state(200)))
    found = latest(tmp_path)
    assert found is not None
    folder, back = found
    assert folder == tmp_path / "checkpoints" / "step-00000200" and step_of(folder) == 200
    assert np.array_equal(back.part("models")["a"], array) and back.part("models")["b"] == b"\x00\xff"
    assert back.run == state(200) and back.part("nothing") is None


def test_no_array_at_all(tmp_path: Path) -> None:
    write(folder_of(tmp_path, 1), snapshot(run=state()))
    assert read(folder_of(tmp_path, 1)).run == state()


def test_the_latest_is_first_and_a_checkpoint_may_be_named_itself(tmp_path: Path) -> None:
    for step in (5, 123456789, 40):
        write(folder_of(tmp_path, step), snapshot(run=state(step)))
    (tmp_path / "checkpoints" / "notes").mkdir()
    assert [step_of(path) for path in checkpoints(tmp_path)] == [123456789, 40, 5]
    named = latest(folder_of(tmp_path, 40))
    assert named is not None and named[1].run == state(40)
    keep_only(tmp_path, {40})
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["notes", "step-00000040"]


@pytest.mark.parametrize("harm", ["format", "pickle", "cut", "manifest"])
def test_what_is_damaged_is_refused(tmp_path: Path, harm: str) -> None:
    folder = folder_of(tmp_path, 1)
    write(folder, snapshot(run=state(), array=np.zeros(3)))
    if harm == "format":
        tree = json.loads((folder / "state.json").read_text())
        (folder / "state.json").write_text(json.dumps({**tree, "format": 99}))
        (folder / "manifest.json").write_text('{"files": {}}')
    elif harm == "pickle":
        np.savez(folder / "arrays.npz", **{"0": np.array([object()])})
        (folder / "manifest.json").write_text('{"files": {}}')
    elif harm == "cut":
        (folder / "arrays.npz").write_bytes(b"PK")
    else:
        (folder / "manifest.json").unlink()
    with pytest.raises(DataError):
        read(folder)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("run", None, "it has no run"),
        ("run", {"dict": []}, "its run has no seed, step"),
        ("run", {}, "StopIteration"),
        ("run", {"object": "os.system"}, "can't be read: ValueError"),
        ("run", {"dict": [*state().items(), ["step", "7"]]}, "a step that is no number"),
        ("run", {"dict": [*state().items(), ["seed", -7]]}, "a seed that is no number"),
        ("run", {"dict": [*state().items(), ["reason", 5]]}, "a reason that is no text"),
        ("models", {"array": 999}, "can't be read: IndexError"),
        ("models", {"array": "x"}, "can't be read: TypeError"),
        ("position", 5, "it has no position"),
        ("callbacks", None, "it has no callbacks"),
        ("deep", None, "RecursionError"),
    ],
)
def test_what_is_written_by_hand_is_refused(tmp_path: Path, part: str, value: Any, said: str) -> None:
    folder = folder_of(tmp_path, 1)
    write(folder, snapshot(run=state()))
    tree = json.loads((folder / "state.json").read_text())
    text = "[" * 100_000 if part == "deep" else json.dumps({**tree, part: value})
    (folder / "state.json").write_text(text)
    (folder / "manifest.json").write_text('{"files": {}}')
    with pytest.raises(DataError, match=said) as caught:
        read(folder)
    assert str(caught.value.path) == str(folder)


def test_links_and_files_by_the_name_of_a_checkpoint_do_no_harm(tmp_path: Path) -> None:
    kept = folder_of(tmp_path, 6)
    write(kept, snapshot(run=state(6)))
    folder_of(tmp_path, 1).symlink_to(kept)
    folder_of(tmp_path, 9).write_text("a note", encoding="utf8")
    keep_only(tmp_path, {6})
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == [kept.name]
    assert read(kept).run["step"] == 6


def test_an_output_without_checkpoints(tmp_path: Path) -> None:
    assert latest(tmp_path / "nowhere") is None and checkpoints(tmp_path) == []
    keep_only(tmp_path / "nowhere", ())
