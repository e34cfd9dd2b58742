"""Digests of the data that a run reads: equal digests, equal data."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any

from kernel.config.plans import function_keys
from kernel.errors import DataError
from kernel.files.home import expand_home
from kernel.files.patterns import is_pattern, matching
from kernel.registries.blame import naming

# Data of one setting that is read whole at every start, and what is read of more than that: a start waits for it.
WHOLE = 2**30
SAMPLE = 2**26
_PIECE = 2**16
# More files have one digest together, and none of their own.
_NAMED = 100
# What variables stand for is read where they are used.
_NO_DATA = ("paths", "system", "variables", "corpora")
# Of the section of a run: they write.
_WRITERS = ("callbacks", "logger")
# Keys whose texts may name a folder in one word.
_PLACES = ("path", "paths", "source", "vectors", "init_tok2vec", "vocab_data")


def digests(
    config: Mapping[str, Any],
    corpora: Mapping[str, Any],
    *,
    output: Path | None = None,
    section: str = "training",
) -> dict[str, dict[str, Any]]:
    """Setting -> sha256, bytes and files of what a config reads: its corpora, and every other file or folder that it names.

    config: interpolated. corpora: name -> corpus; one with a method `digest` says itself what it reads, of the others all
    files below the paths in their blocks are taken. output: a directory that is no data. section: that describes the run. The sha256 of one file is its own. Of more
    than 1 GB the sizes, and 64 MB spread over all files, are taken: then `sampled` is true. A corpus that names no files
    has no entry. `DataError` for files that can't be read.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, corpus in corpora.items():
        own = getattr(corpus, "digest", None)
        if callable(own):
            with naming(f"the digest of {name}"):
                found[name] = {"sha256": str(own())}
            continue
        places = [place for _, text in _texts(_block(config, name)) for place in _places(text)]
        found[name] = digest_of(places, output)
    no_data = (*_NO_DATA, *(f"{part}.{key}" for part in {"training", section} for key in _WRITERS))
    for key, text in _texts(config):
        if not any(key == part or key.startswith(f"{part}.") for part in no_data):
            # Elsewhere a text with a star is no pattern: `upstream = "*"`.
            place = expand_home(text)
            found[key] = digest_of([place] if _is_meant(key, text, place) else [], output)
    return {key: entry for key, entry in found.items() if entry}


def _block(config: Mapping[str, Any], name: str) -> Any:
    """The innermost block with a function on the way to a corpus: it may make several."""
    found: Any = {}
    block: Any = config
    for part in name.split("."):
        block = block.get(part, {}) if isinstance(block, Mapping) else {}
        if isinstance(block, Mapping) and function_keys(block):
            found = block
    return found


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Dotted key and text of all values that may be paths; names of registered functions are none."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if not str(name).startswith("@") and name not in ("factory", "lang"):
                yield from _texts(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, key)
    elif isinstance(value, str | Path) and str(value):
        yield key, str(value)


def _places(text: str) -> list[Path]:
    """The files and folders that a text names, none for any other text."""
    path = expand_home(text)
    try:
        if not is_pattern(path):
            return [path] if path.exists() else []
        # A text with brackets need be no pattern.
        return matching(path)
    except (OSError, ValueError, DataError):
        return []


def _is_meant(key: str, text: str, place: Path) -> bool:
    """Whether a text outside of corpora means a file or folder: a folder called like a component is no data."""
    last = key.rpartition(".")[2]
    try:
        if place.is_dir():
            return last in _PLACES or last.endswith("_path") or bool({"/", os.sep} & set(text))
        return place.is_file()
    except (OSError, ValueError):
        return False


def digest_of(places: Sequence[Path], output: Path | None = None) -> dict[str, Any]:
    """sha256, bytes and files of all files at and below paths, see `digests`; empty if there are none."""
    files = _files(places, output)
    if not files:
        return {}
    try:
        sizes = {name: file.stat().st_size for name, file in files.items()}
        total = sum(sizes.values())
        share = None if total <= WHOLE else max(SAMPLE // len(files), 2 * _PIECE)
        sums = {name: _sum(file, sizes[name], share) for name, file in files.items()}
    except OSError as error:
        raise DataError(f"can't be read: {error.strerror or error}", path=error.filename) from error
    if len(sums) == 1 and share is None:
        whole = next(iter(sums.values()))
    else:
        lines = "".join(f"{digest} {sizes[name]} {name}\n" for name, digest in sums.items())
        whole = hashlib.sha256(lines.encode(errors="surrogateescape")).hexdigest()
    entry: dict[str, Any] = {"sha256": whole, "bytes": total}
    if share is not None:
        entry["sampled"] = True
    if len(sums) <= _NAMED:
        entry["files"] = {name: digest[:16] for name, digest in sums.items()}
    return entry


def _sum(file: Path, size: int, share: int | None) -> str:
    """The SHA-256 of a file; of a larger one than `share` that of pieces of it, the first and the last among them."""
    with file.open("rb") as handle:
        if share is None or size <= share:
            return hashlib.file_digest(handle, "sha256").hexdigest()
        found = hashlib.sha256()
        pieces = share // _PIECE
        for number in range(pieces):
            handle.seek((size - _PIECE) * number // (pieces - 1))
            found.update(handle.read(_PIECE))
        return found.hexdigest()


def _files(places: Sequence[Path], output: Path | None) -> dict[str, Path]:
    """The files at and below paths, by names that stay the same where everything is moved elsewhere."""
    found: dict[str, Path] = {}
    left_out = None if output is None else output.resolve()
    for place in places:
        for name, file in _below(place, left_out):
            found[name if name not in found or found[name] == file else str(file)] = file
    return dict(sorted(found.items()))


def _below(place: Path, left_out: Path | None) -> Iterator[tuple[str, Path]]:
    """Hidden files are no data; a pipe would be empty when it is read the second time."""
    if place.is_file():
        yield place.name, place
    seen: set[Path] = set()
    for folder, names, files in os.walk(place, followlinks=True):
        real = Path(folder).resolve()
        if real in seen or real == left_out:
            names.clear()
            continue
        seen.add(real)
        names[:] = sorted(name for name in names if not name.startswith(".") and name != "__pycache__")
        for name in sorted(files):
            file = Path(folder, name)
            if not name.startswith(".") and file.exists() and S_ISREG(file.stat().st_mode):
                yield file.relative_to(place).as_posix(), file
