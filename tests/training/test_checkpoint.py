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


def snapshot(**parts: Any) -> Snapshot:
    arrays = Arrays()
    tree = {name: encode(part, arrays) for name, part in parts.items()}
    return Snapshot({"format": FORMAT, **tree}, arrays.copies)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    array = np.arange(6, dtype="f").reshape(2, 3)
    write(folder_of(tmp_path, 200), snapshot(models={"a": array, "b": b"\x00\xff"}, run={"step": 200}))
    found = latest(tmp_path)
    assert found is not None
    folder, back = found
    assert folder == tmp_path / "checkpoints" / "step-00000200" and step_of(folder) == 200
    assert np.array_equal(back.part("models")["a"], array) and back.part("models")["b"] == b"\x00\xff"
    assert back.run == {"step": 200} and back.part("nothing") is None


def test_no_array_at_all(tmp_path: Path) -> None:
    write(folder_of(tmp_path, 1), snapshot(run={"step": 1}))
    assert read(folder_of(tmp_path, 1)).run == {"step": 1}


def test_the_latest_is_first_and_a_checkpoint_may_be_named_itself(tmp_path: Path) -> None:
    for step in (5, 123456789, 40):
        write(folder_of(tmp_path, step), snapshot(run={"step": step}))
    (tmp_path / "checkpoints" / "notes").mkdir()
    assert [step_of(path) for path in checkpoints(tmp_path)] == [123456789, 40, 5]
    named = latest(folder_of(tmp_path, 40))
    assert named is not None and named[1].run == {"step": 40}
    keep_only(tmp_path, {40})
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["notes", "step-00000040"]


@pytest.mark.parametrize("harm", ["format", "pickle", "cut", "manifest"])
def test_what_is_damaged_is_refused(tmp_path: Path, harm: str) -> None:
    folder = folder_of(tmp_path, 1)
    write(folder, snapshot(run={"step": 1}, array=np.zeros(3)))
    if harm == "format":
        state = json.loads((folder / "state.json").read_text())
        (folder / "state.json").write_text(json.dumps({**state, "format": 99}))
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


def test_an_output_without_checkpoints(tmp_path: Path) -> None:
    assert latest(tmp_path / "nowhere") is None and checkpoints(tmp_path) == []
    keep_only(tmp_path / "nowhere", ())
