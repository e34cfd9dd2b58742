"""Which files a stream reads, of which formats, and where each may be cut."""

import re
from collections.abc import Sequence
from pathlib import Path

from kernel.files.compressed import suffix_of
from kernel_readers.detect import format_of
from kernel_readers.files import data_files
from kernel_readers.foreign_formats import check_known
from kernel_readers.formats.format import Settings
from kernel_readers.report import Report
from kernel_readers.streams.pieces import LINES, Source


def sources(
    path: Path | Sequence[Path], format: str, settings: Settings, report: Report | None = None
) -> list[Source]:
    """The files of a path, or of several. format: "auto", or the name of a format."""
    found = []
    for file in data_files(path, report, is_detected=format == "auto"):
        check_known(file)
        name = format_of(file, settings) if format == "auto" else format
        found.append(Source(file, name, _separator(file, name), file.stat().st_size))
    return found


def _separator(path: Path, format: str) -> re.Pattern[bytes] | None:
    """What stands between records of a file, None if only reading it tells."""
    # A .json file is one list, as a rule.
    is_of_lines = format == "text" or (format == "jsonl" and suffix_of(path) != ".json")
    return LINES if is_of_lines else None
