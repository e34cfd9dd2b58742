"""What a format is: a function that reads a file of it, and how it is called."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import Any

from kernel.tokens import Doc
from kernel_readers.report import Report


@dataclass(frozen=True)
class Settings:
    """What a user says about files.

    n_sents: sentences a document where a file has sentences but no documents of its own. columns: what the columns of a
    column file are. trim: whether blanks at the ends of entities are no part of them. labels: names of the labels that a file
    has numbers for, or the file that has them. whole: whether what a document has no place for is kept in its user data, for a
    writer of the same format; training has no use for it.
    """

    n_sents: int | None = None
    columns: Sequence[str] | None = None
    trim: bool = False
    labels: Sequence[str] | Path | None = None
    whole: bool = False


class Format:
    """A built-in format, called as a converter is.

    read: a function of the path, the pipeline, the settings and the report, which it fills.
    """

    def __init__(self, read: Callable[[Path, Any, Settings, Report], Iterator[Doc]]) -> None:
        self._read = read
        update_wrapper(self, read)

    def __call__(
        self,
        path: Path,
        nlp: Any,
        *,
        n_sents: int | None = None,
        columns: Sequence[str] | None = None,
        labels: Sequence[str] | Path | None = None,
        trim: bool = False,
        settings: Settings | None = None,
        report: Report | None = None,
    ) -> Iterator[Doc]:
        """The documents of a file. report: filled for the caller to say; without it, what it would hold is said at the end.

        Without `settings`, as `kernel convert` calls it, everything is kept; the others are those of the same name.
        """
        found = Report() if report is None else report
        own = settings or Settings(n_sents, columns, trim, labels, whole=True)
        yield from self._read(path, nlp, own, found)
        if report is None:
            found.say(path)


class SuffixFormat(Format):
    """A format whose files have a suffix, beside others that are read with them.

    read: as of `Format`. suffix: with its dot, in small letters.
    """

    def __init__(self, read: Callable[[Path, Any, Settings, Report], Iterator[Doc]], *, suffix: str) -> None:
        super().__init__(read)
        self._suffix = suffix

    def data_files(self, path: Path) -> list[Path]:
        """The files of the format below a directory."""
        return sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() == self._suffix and not file.name.startswith(".") and file.is_file()
        )
