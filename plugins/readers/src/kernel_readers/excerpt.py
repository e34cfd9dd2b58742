"""A part of a file that is in memory, to be read by formats as if it were the file."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kernel.files import compressed

if TYPE_CHECKING:
    from pathlib import Path as _Path
else:
    # `Path` makes objects of the class of the system's paths, which can be derived from in every version of Python.
    _Path = type(Path())


class Excerpt(_Path):
    """The path of a file, which stands for some of its lines: `content`, not compressed.

    head: gives the first part of the file, which tells what all of it has in common, such as what its columns are. None if
    this is all of the file that is looked at.
    """

    content: bytes | None = None
    head: "Callable[[], Excerpt] | None" = None


def excerpt(path: Path, content: bytes, head: Callable[[], Excerpt] | None = None) -> Excerpt:
    """Lines of a file."""
    made = Excerpt(path)
    made.content, made.head = content, head
    return made


def content_of(path: Path) -> bytes | None:
    """What an excerpt holds; None for a path that is just a path."""
    return path.content if isinstance(path, Excerpt) else None


def open_bytes(path: Path) -> BinaryIO:
    """The content of an excerpt; of any other path, that of the file, with what gzip made of it undone."""
    content = content_of(path)
    return compressed.open_bytes(path) if content is None else io.BytesIO(content)


def facts_of(path: Path) -> Path:
    """What to look at for what the file of an excerpt has in common: its first part. Of any other path, the file."""
    return path.head() if isinstance(path, Excerpt) and path.head is not None else path
