"""A part of a file that is in memory, to be read by formats as if it were the file."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from kernel.files import compressed

T = TypeVar("T")

if TYPE_CHECKING:
    from pathlib import Path as _Path
else:
    # `Path` makes objects of the class of the system's paths, which can be derived from in every version of Python.
    _Path = type(Path())


class Excerpt(_Path):
    """The path of a file, which stands for some of its lines: `content`, not compressed.

    head: gives the first part of the file, which tells what all of it has in common, such as what its columns are. None if
    this is all of the file that is looked at. first: the number of the first line. facts: what was found out of it before,
    see `of_file`.
    """

    content: bytes | None = None
    head: "Callable[[], Excerpt] | None" = None
    first: int = 1
    facts: dict[str, Any]


def excerpt(
    path: Path, content: bytes, head: Callable[[], Excerpt] | None = None, *, first: int = 1
) -> Excerpt:
    """Lines of a file."""
    made = Excerpt(path)
    made.content, made.head, made.first, made.facts = content, head, first, {}
    return made


def content_of(path: Path) -> bytes | None:
    """What an excerpt holds; None for a path that is just a path."""
    return path.content if isinstance(path, Excerpt) else None


def open_bytes(path: Path) -> BinaryIO:
    """The content of an excerpt; of any other path, that of the file, with what gzip made of it undone."""
    content = content_of(path)
    return compressed.open_bytes(path) if content is None else io.BytesIO(content)


def first_line(path: Path) -> int:
    """The number of the first line that is read of a path."""
    return path.first if isinstance(path, Excerpt) else 1


def is_part(path: Path) -> bool:
    """Whether this is a part of a file, of which another part tells what all of it has in common."""
    return isinstance(path, Excerpt) and path.head is not None


def of_file(path: Path, name: str, find: Callable[[Path], T]) -> T:
    """What `find` says of a file. For a part of it, what it says of the first part, found out once under a name."""
    if not isinstance(path, Excerpt) or path.head is None:
        return find(path)
    head = path.head()
    if name not in head.facts:
        head.facts[name] = find(head)
    found: T = head.facts[name]
    return found
