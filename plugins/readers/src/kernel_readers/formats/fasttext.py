"""Lines of fastText: a text, and before it the categories that hold, each as `__label__NAME`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.format import Format, Settings
from kernel_readers.lines import numbered_lines
from kernel_readers.problems import collected
from kernel_readers.report import Report

MARK = "__label__"
# A label is a word, wherever it stands in the line.
_LABEL = re.compile(rf"(?:(?<=\s)|^){MARK}(\S*)\s*")


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield a document for every line. All other labels of the file don't hold: they are 0.

    A line without a label is not annotated; one without a text is left out.
    """
    labels = sorted({label for _, line in numbered_lines(path) for label in _LABEL.findall(line) if label})
    with collected("lines") as problems:
        for number, line in numbered_lines(path):
            if not line.strip():
                continue
            chosen, text = set(_LABEL.findall(line)), _LABEL.sub("", line).strip()
            if not text:
                report.remark("lines without a text, which are left out: {}", report.place(path, number))
                continue
            try:
                if "" in chosen:
                    raise DataError(f"no label follows {MARK}", offset=line.index(MARK))
                doc = nlp.make_doc(text)
            except DataError as error:
                problems.add(error.at(path, line=number))
                continue
            if chosen:
                doc.cats = {label: float(label in chosen) for label in labels}
            else:
                report.remark(
                    "lines with a text and no label, which count as not annotated: {}",
                    report.place(path, number),
                )
            if not problems:
                report.line = number
                yield doc


def is_labelled(lines: list[str]) -> bool:
    """Whether lines begin with labels of fastText: more than half of them."""
    return 2 * sum(line.lstrip().startswith(MARK) for line in lines) > len(lines)
