"""Which files a stream reads, of which formats, and where each may be cut."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kernel.files.compressed import is_compressed, suffix_of
from kernel_readers.detect import format_of
from kernel_readers.files import data_files
from kernel_readers.foreign_formats import check_known
from kernel_readers.formats.column_form import form_of
from kernel_readers.formats.format import Settings
from kernel_readers.lines import DEFAULT_N_SENTS, DOCUMENTS, NEWDOC, SENTENCES, without_mark
from kernel_readers.report import Report
from kernel_readers.streams.pieces import LINES, Source
from kernel_readers.streams.reading import head_of


def sources(
    path: Path | Sequence[Path], format: str, settings: Settings, report: Report, head: int
) -> list[Source]:
    """The files of a path, or of several. format: "auto", or the name of a format.

    head: bytes at the beginning of a file by which it is told what all of it has in common. The report says which files
    are read whole because that can't be told.
    """
    found = []
    for file in data_files(path, report, is_detected=format == "auto"):
        check_known(file)
        name = format_of(file, settings) if format == "auto" else format
        size = file.stat().st_size
        # A .json file is one list, as a rule.
        is_of_lines = name == "text" or (name == "jsonl" and suffix_of(file) != ".json")
        source = Source(file, name, LINES if is_of_lines else None, size)
        if name in ("conllu", "iob") and size > head and not is_compressed(file):
            source = _cut_at_blank_lines(source, settings, report, head)
        found.append(source)
    return found


def _cut_at_blank_lines(source: Source, settings: Settings, report: Report, head: int) -> Source:
    """The same file with what separates its records: documents where it marks them, else some sentences."""
    size = settings.n_sents
    beginning = head_of(source, head)
    if source.format == "iob" and not form_of(beginning, settings.columns).is_certain:
        report.remark(
            "{} files are read whole, because no entity at their beginning tells the columns and the scheme",
            str(source.path),
            is_harmless=True,
        )
        return source
    # Of CoNLL-U, a mark at the top counts as well.
    mark = NEWDOC if source.format == "conllu" else DOCUMENTS
    if size != 1 and mark.search(without_mark(beginning.content or b"")):
        return replace(source, separator=DOCUMENTS)
    if size == 0:
        return source
    return replace(source, separator=SENTENCES, together=size or DEFAULT_N_SENTS)
