"""What a run is resumed from: a directory with the state of the run after a step, whole or not there at all.

`OUT/checkpoints/step-00000200/` holds `state.json` and `arrays.npz`, with a manifest of their checksums. Equal states
give equal bytes but for times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from kernel.errors import DataError, warn
from kernel.files.atomic import MANIFEST, atomic_directory, check_manifest
from kernel.files.lock import INSIDE
from kernel.files.trees import remove
from kernel.training.encoding import save, unpacked
from kernel.training.snapshot import FORMAT, Snapshot

FOLDER = "checkpoints"
FAILED = "failed-step"
_STATE, _ARRAYS = "state.json", "arrays.npz"
# Of an error of what reads JSON or arrays.
_LONGEST = 200
_NAME = re.compile(r"step-(\d{8,})")


def folder_of(output: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return output / FOLDER / f"step-{step:08d}"


def failed(output: Path) -> Path:
    """Where the step lies that a run failed in, if it is kept: the state before it, with the way to its batch."""
    return output / FAILED


def write(folder: Path, snapshot: Snapshot) -> None:
    """Write a checkpoint, whole or not at all."""
    with atomic_directory(folder) as fresh:
        text = json.dumps(snapshot.tree, allow_nan=False, separators=(",", ":"))
        (fresh / _STATE).write_text(text + "\n", encoding="utf8")
        with (fresh / _ARRAYS).open("wb") as file:
            save(file, snapshot.arrays)


def read(folder: Path) -> Snapshot:
    """Read a checkpoint. `DataError` if it is damaged, or of another format."""
    if not (folder / MANIFEST).is_file():
        raise DataError(f"it has no {MANIFEST}", path=str(folder))
    check_manifest(folder)
    try:
        tree = json.loads((folder / _STATE).read_text(encoding="utf8"))
        if tree["format"] != FORMAT:
            raise DataError(f"a checkpoint in format {tree['format']}; this version reads format {FORMAT}")
        found = Snapshot(tree, unpacked(folder / _ARRAYS))
        found.check()
    except DataError as error:
        raise error.at(folder) from error
    except Exception as error:
        # What somebody has written by hand fails in any way.
        said = f"{type(error).__name__}: {error}"[:_LONGEST]
        raise DataError(f"the checkpoint can't be read: {said}", path=str(folder)) from error
    return found


def checkpoints(output: Path) -> list[Path]:
    """The checkpoints of an output, the latest first. None of them has been looked into."""
    try:
        found = [path for path in (output / FOLDER).iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    whole = [path for path in found if (path / MANIFEST).is_file()]
    return sorted(whole, key=step_of, reverse=True)


def step_of(folder: Path) -> int:
    """The step of a checkpoint, by its name."""
    match = _NAME.fullmatch(folder.name)
    return int(match[1]) if match else 0


def reason(folder: Path) -> str | None:
    """Why the run had ended when a checkpoint was taken; None if it had not, or if the checkpoint can't be read."""
    try:
        tree = json.loads((folder / _STATE).read_text(encoding="utf8"))
        found = dict(tree["run"]["dict"])["reason"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


def latest(place: Path) -> tuple[Path, Snapshot] | None:
    """The latest checkpoint of an output that can be read, and its place; None if there is none.

    place: the output of a run, or a checkpoint itself. A warning names each that is damaged; `DataError` if all are.
    """
    if (place / _STATE).is_file():
        return place, read(place)
    damaged: list[DataError] = []
    for folder in checkpoints(place):
        try:
            found = read(folder)
        except DataError as error:
            damaged.append(error)
            continue
        for each in damaged:
            warn(f"{each.path} can't be resumed from, and {folder.name} is instead: {each.detail}")
        return folder, found
    if damaged:
        raise DataError(
            f"no checkpoint of {place} can be resumed from:\n"
            + "\n".join(f"  {each.path}: {each.detail}" for each in damaged),
            hint="Train without --resume: what is there moves aside.",
        )
    return None


def keep_only(output: Path, kept: Collection[int]) -> None:
    """Remove the checkpoints of other steps, and what writers that were killed left. The output is locked by the caller."""
    names = {folder_of(output, step).name for step in kept}
    try:
        found = list((output / FOLDER).iterdir())
    except OSError:
        return
    for path in found:
        if path.name in names or path.name == INSIDE:
            continue
        if _NAME.fullmatch(path.name):
            # Without it, it is no checkpoint any more, should removing the rest be cut short.
            # What a link leads to, or somebody put there by that name, is left as it is.
            if path.is_dir() and not path.is_symlink():
                with suppress(IsADirectoryError):
                    (path / MANIFEST).unlink(missing_ok=True)
            remove(path)
        elif re.fullmatch(r"\.step-\d+\..*", path.name) and not any(name in path.name for name in names):
            remove(path)
