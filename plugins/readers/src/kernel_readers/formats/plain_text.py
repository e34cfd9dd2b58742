"""Plain text: one document a line, nothing annotated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.format import Format, Settings
from kernel_readers.lines import numbered_lines
from kernel_readers.report import Report


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield a document for every line that is not blank."""
    for number, line in numbered_lines(path):
        if line.strip():
            try:
                doc = nlp.make_doc(line)
            except DataError as error:
                raise error.at(path, line=number) from error
            report.line = number
            yield doc
