"""Vectors of a saved pipeline, of kernel's or the field's: from its directory, its `vocab` folder, or the installed package."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kernel.errors import DataError, MissingPath, UsageError
from kernel.vocab import Vocab
from kernel.vocab.vectors import TableWriter, Vectors
from kernel_vectors.collect import Collected
from kernel_vectors.nearest import Nearest

_ROWS = 1024


def find_folder(name: str) -> Path:
    """The folder with the table of a pipeline that is given as a path or by the name of a package. Imports nothing."""
    path = Path(name)
    if path.exists() and not path.is_dir():
        raise UsageError(
            f"{name} is no regular file, and can be read only once",
            hint="Write what comes from it to a file first.",
        )
    roots = [path] if path.is_dir() else []
    if not roots and name.isidentifier():
        try:
            spec = find_spec(name)
        except (ImportError, ValueError):
            spec = None
        roots = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    if not roots:
        raise MissingPath(f"there is no file or directory {name}, and no installed package of this name")
    for root in roots:
        # In a package, the pipeline is in a folder with the version in its name. Other directories may hold anything.
        is_package = (root / "__init__.py").is_file()
        inner = sorted(file.parent for file in root.glob("*/vocab/vectors")) if is_package else []
        for folder in (root, root / "vocab", *inner):
            if (folder / "vectors").is_file():
                return folder
    raise DataError(
        "there is no table of vectors",
        path=roots[0],
        hint="A pipeline has it in vocab/vectors. Small ones of the field (_sm) come without vectors.",
    )


def read_folder(
    folder: Path,
    file: Path,
    *,
    truncate: int = 0,
    prune: int = 0,
    seen: Callable[[int, int], None] = lambda done, all: None,
) -> Collected:
    """The table of a folder, its rows copied to a file. Keys may share rows. truncate, prune: as `collect` has it, of rows.
    seen: called with the rows done, and all."""
    vectors = _load(folder)
    if not vectors:
        raise DataError("the table of vectors is empty", path=folder)
    floret = None
    if vectors.mode == "floret":
        settings = json.loads((folder / "vectors.cfg").read_text(encoding="utf-8"))
        floret = {name: settings[name] for name in ("minn", "maxn", "hash_count", "hash_seed", "bow", "eow")}
        if truncate or prune:
            raise UsageError(f"{folder} has a table of the mode floret: {WHOLE}")
    count = min(len(vectors), prune or truncate or len(vectors))
    places = np.full(len(vectors), -1, dtype=np.int32)
    places[:count] = np.arange(count)
    nearest = Nearest()
    table = vectors.data
    with file.open("wb") as out:
        writer = TableWriter(out, vectors.width)
        end = min(len(vectors), truncate or len(vectors)) if prune else count
        for start in range(0, end, _ROWS):
            block = np.asarray(table[start : min(start + _ROWS, end)], dtype=np.float32)
            kept = max(0, min(len(block), count - start))
            if kept:
                writer.write(block[:kept])
            if prune:
                if kept:
                    nearest.add(block[:kept])
                if kept < len(block):
                    places[start + kept : start + len(block)] = nearest.find(block[kept:])
            seen(start + len(block), end)
        writer.finish()
    keys: list[str | int] = []
    rows: list[int] = []
    replaced = 0
    target = places.tolist()
    for key, row in vectors.key2row.items():
        if target[row] >= 0:
            keys.append(vectors.strings.find(key) or key)
            rows.append(target[row])
            replaced += row >= count
    places = np.array(rows, dtype=np.int32)
    return Collected(file, keys, places, floret, replaced, vectors.attr, vectors.name or _name(folder))


def _name(folder: Path) -> str | None:
    """The name of the table that the pipeline of a `vocab` folder says; None if it says none."""
    try:
        meta = json.loads((folder.parent / "meta.json").read_text(encoding="utf-8"))
        name = meta["vectors"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) else None


WHOLE = "what a text hashes to may be any of its rows, so all have to stay"


def _load(folder: Path) -> Vectors:
    vocab = Vocab()
    try:
        if (folder / "strings.json").is_file():
            vocab.strings.from_disk(folder / "strings.json")
        return vocab.vectors.from_disk(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"the table of vectors can't be read: {error}", path=folder) from error
