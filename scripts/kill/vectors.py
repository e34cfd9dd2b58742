"""`kernel init vectors`: where there is no output yet, in place of another, pruned, and from the directory of a pipeline."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from process import run
from subject import KERNEL, Subject, leftovers

import kernel
from kernel.errors import KernelError
from kernel.files.atomic import check_manifest, whole
from kernel.vocab.vectors import check_vectors

ROWS, WIDTH = 20_000, 50
MORE = {
    "new": ["../table.vec"],
    "replaced": ["../table.vec"],
    "pruned": ["../table.vec", "--prune=2000"],
    "copied": ["../pipeline"],
}


def write(work: Path) -> None:
    """A table as text, a smaller one whose pipeline is replaced, and a pipeline that one is copied from."""
    for name, rows in (("table", ROWS), ("small", 10)):
        data = np.random.default_rng(rows).normal(size=(rows, WIDTH))
        lines = [f"w{number} " + " ".join(f"{value:.4f}" for value in row) for number, row in enumerate(data)]
        (work / f"{name}.vec").write_text("\n".join([f"{rows} {WIDTH}", *lines, ""]), encoding="utf8")
    for name, file in (("earlier", "small.vec"), ("pipeline", "table.vec")):
        code, said = run([*KERNEL, "init", "vectors", "en", file, name], work)
        if code != 0:
            raise RuntimeError(said)


def begin(folder: Path, variant: str) -> None:
    """The pipeline that is replaced."""
    if variant == "replaced":
        shutil.copytree(folder.parent / "earlier", folder / "out")


def words(variant: str) -> list[str]:
    """The command of a variant."""
    return [*KERNEL, "init", "vectors", "en", *MORE[variant][:1], "out", "--force", *MORE[variant][1:]]


def phase(folder: Path) -> str:
    """What a run is at, by what it has written."""
    names = {path.name for path in folder.iterdir()}
    if any(name == ".out.new" or name.endswith(".old") for name in names):
        return "taking the place"
    for partial in folder.glob(".out.*.partial"):
        if (partial / "manifest.json").exists():
            return "ending"
        return "saving" if any("pipeline" in path.name for path in partial.glob("*")) else "reading"
    return "locked" if ".out.lock" in names else "starting"


def outcome(folder: Path) -> dict[str, Any]:
    """The whole directory, and what should not be there any more."""
    return {**_files(folder / "out"), "leftovers": leftovers(folder)}


def check(folder: Path, variant: str, straight: Mapping[str, Any]) -> list[str]:
    """There is nothing, the earlier pipeline or the new one, whole; what loads it, and what checks it, say so too."""
    out, place = folder / "out", whole(folder / "out")
    if not place.exists():
        try:
            kernel.load(out)
        except KernelError:
            return ["the earlier one is gone"] if variant == "replaced" else []
        return ["nothing was loaded"]
    try:
        kernel.load(out)
        check_manifest(place)
        check_vectors(place / "vocab")
    except KernelError as error:
        return [str(error)]
    new = {name: data for name, data in straight.items() if name != "leftovers"}
    wanted = [new, _files(folder.parent / "earlier")] if variant == "replaced" else [new]
    return [] if _files(place) in wanted else ["it is neither the earlier nor the new one"]


def _files(folder: Path) -> dict[str, Any]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


SUBJECT = Subject(
    variants=tuple(MORE),
    write=write,
    begin=begin,
    words=words,
    again=(),
    phase=phase,
    check=check,
    outcome=outcome,
)
