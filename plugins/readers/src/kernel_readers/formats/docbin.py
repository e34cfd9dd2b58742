"""The field's binary corpus format, `.spacy`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.compressed import is_compressed, open_bytes
from kernel.tokens import Doc, DocBin
from kernel_readers.formats.format import Format, Settings
from kernel_readers.lines import check_readable
from kernel_readers.report import Report


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield the documents of a `.spacy` file; they keep the grouping they were stored with."""
    check_readable(path)
    number = -1
    try:
        stored = _stored(path)
        _check_unicode(stored.texts(), path)
        for number, doc in enumerate(stored.get_docs(nlp.vocab)):  # noqa: B007
            yield doc
    except DataError as error:
        raise error.at(path, document=error.document) from error
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise DataError(f"broken .spacy data: {error}", path=path, document=number + 1) from error


def _stored(path: Path) -> DocBin:
    if not is_compressed(path):
        return DocBin().from_disk(path)
    with open_bytes(path) as file:
        return DocBin().from_bytes(file.read())


def _check_unicode(texts: set[str], path: Path) -> None:
    """DataError for half of a surrogate pair in any string, which nothing that is trained could write."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        wrong = min(text for text in texts if not _is_unicode(text))
        raise DataError(f"the string {wrong[:40]!r} holds half of a surrogate pair", path=path) from None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
