"""Which files of a directory are data."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kernel.errors import DataError
from kernel.files.atomic import MANIFEST
from kernel.files.compressed import suffix_of
from kernel.files.patterns import is_pattern, matching
from kernel_readers.detect import BY_CONTENT, EXTENSIONS, MAY_BE_EMPTY, detect
from kernel_readers.foreign_formats import check_known
from kernel_readers.formats.brat import ANNOTATIONS, TEXT
from kernel_readers.formats.table import is_table_of_texts
from kernel_readers.lines import check_readable
from kernel_readers.report import Report

# Texts about data, with whatever extension.
_ABOUT = (
    "license",
    "licence",
    "readme",
    "copying",
    "notice",
    "changelog",
    "changes",
    "authors",
    "contributing",
    # What Hugging Face writes beside rows.
    "dataset_info",
)


def data_files(
    path: Path | Sequence[Path], report: Report | None = None, *, is_detected: bool = True
) -> list[Path]:
    """The data files of a path, or of several, each once: what it names, what a pattern (`data/*.jsonl`) stands for, and what
    lies below a directory, sorted; hidden files are left out, links are followed.

    is_detected: whether the content decides on the format; then plain text beside annotated files, and texts about the data,
    are none. Others that are left out are counted in the report.
    """
    places = [place for each in _several(path) for place in matching(each)]
    if not places:
        raise DataError("the list of paths is empty", hint="Name files, directories or patterns.")
    found: dict[str, Path] = {}
    for place in places:
        for file in _files_of(place, report, is_detected=is_detected):
            found.setdefault(os.path.abspath(file), file)
    return list(found.values())


def named(path: Path | Sequence[Path]) -> str:
    """A path, or several, for people."""
    first, *others = _several(path) or [Path("[]")]
    return f"{first} and {len(others)} more" if others else str(first)


def is_one_file(path: Path | Sequence[Path]) -> bool:
    """Whether this is the path of a file, and no directory, pattern or list."""
    return isinstance(path, Path) and not path.is_dir() and not is_pattern(path)


def _several(path: Path | Sequence[Path]) -> list[Path]:
    return [path] if isinstance(path, Path) else list(path)


def _files_of(path: Path, report: Report | None, *, is_detected: bool) -> list[Path]:
    if not path.is_dir():
        if not (suffix_of(path) in MAY_BE_EMPTY and path.is_file()):
            check_readable(path)
        return [path]
    suffixes = {*EXTENSIONS, *BY_CONTENT}
    files = _without_partners(sorted(_visible(path)))
    found = [file for file in files if suffix_of(file) in suffixes]
    if is_detected:
        # Tables of whatever else lie beside data too.
        found = [file for file in found if suffix_of(file) != ".csv" or is_table_of_texts(file)]
        found = [file for file in found if suffix_of(file) != ANNOTATIONS or file.with_suffix(TEXT).is_file()]
        found = _without_texts([file for file in found if not file.stem.lower().startswith(_ABOUT)])
    if not found:
        for file in files:
            check_known(file)
        alone = [file for file in files if suffix_of(file) == ANNOTATIONS]
        if alone:
            others = f" (and {len(alone) - 1:,} more such files)" if len(alone) > 1 else ""
            raise DataError(
                f"there is no text beside it: {alone[0].with_suffix(TEXT).name} is missing{others}",
                path=alone[0],
                hint="brat keeps a text in NAME.txt, and its annotations in NAME.ann in the same folder.",
            )
        raise DataError(
            "the directory holds no data files", path=path, hint=f"Looked for: {', '.join(sorted(suffixes))}."
        )
    kept = set(found)
    left = [file for file in files if file not in kept]
    if left and report is not None:
        names = sorted({file.suffix.lower() or file.name for file in left})
        shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        # Those that could have been data are worth a warning.
        is_harmless = not any(suffix_of(file) in suffixes for file in left)
        report.remark(f"{{}} files are no data: {shown}", str(left[0]), len(left), is_harmless=is_harmless)
    return found


def _without_partners(files: list[Path]) -> list[Path]:
    """Without texts that are read with the annotations beside them, as brat has them, and without what the kernel writes beside both."""
    marked = [file for file in files if file.suffix.lower() == ANNOTATIONS]
    beside = {file.with_suffix(TEXT) for file in marked} | {file.with_name(MANIFEST) for file in marked}
    return [file for file in files if file not in beside]


def _without_texts(files: list[Path]) -> list[Path]:
    """Without plain text, unless there is nothing else."""
    texts = {file for file in files if suffix_of(file) == ".txt" and _is_text(file)}
    return [file for file in files if file not in texts] or files


def _is_text(file: Path) -> bool:
    """Whether a file is no annotated one: plain text, empty, or of a format that is not read, such as a web page."""
    try:
        return detect(file) == "text"
    except DataError:
        return True


def _visible(path: Path) -> Iterator[Path]:
    """Files below a directory, each once, however links lead around."""
    seen: set[Path] = set()
    for folder, names, files in os.walk(path, followlinks=True):
        real = Path(folder).resolve()
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in files:
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file():
                yield file
