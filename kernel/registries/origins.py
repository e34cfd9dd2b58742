"""Where registered functions come from, and when two of them are the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a registered function comes from.

    target: `module:qualified.name`. distribution and version: the package that declares it, None for code
    that no package owns. file and line: known for definitions made in this process.
    """

    distribution: str | None
    version: str | None
    target: str
    file: str | None = None
    line: int | None = None
    sha256: str | None = None

    def __str__(self) -> str:
        if self.distribution:
            return f"{self.distribution} {self.version}".rstrip()
        return f"{self.file}:{self.line}" if self.file else self.target


@dataclass(frozen=True, slots=True)
class Definition:
    """Something registered in this process, by a decorator or a call.

    package: the package whose import did it, None for code that no entry point led to.
    """

    value: Any
    origin: Origin
    package: str | None = None

    @property
    def module(self) -> str:
        return self.origin.target.partition(":")[0]

    def is_former_self_of(self, other: Definition) -> bool:
        """Whether `other` is this definition made again: the same cell, function or local function."""
        if self.value is other.value or self.origin.target == other.origin.target:
            return True
        if self.module != other.module:
            return False
        return self.module == "__main__" or "<locals>" in self.origin.target + other.origin.target


def origin_of(
    value: Any, place: tuple[str | None, int | None] = (None, None), *, package: str | None = None
) -> Origin:
    """Origin of what is registered in this process.

    place: file and line of the registration, as far as they are known. package: whose import did it.
    """
    file, line = place
    code = getattr(value, "__code__", None)
    if code is not None and getattr(value, "__wrapped__", None) is None:
        file, line = code.co_filename, code.co_firstlineno
    return Origin(None, None, target(value), file, line, _digest_now(file) if package is None else None)


def digest(file: str | Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest_now(file: str | None) -> str | None:
    """The digest of a file of code; None for code that is in no file, such as that of a notebook."""
    try:
        return digest(file) if file else None
    except OSError:
        return None


def target(value: Any) -> str:
    """`module:qualified.name` of a function, a class, or the class of an object."""
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{getattr(value, '__module__', None) or named.__module__}:{named.__qualname__}"


def is_same(one: Any, other: Any) -> bool:
    """Whether two objects are one, or were made by the same definition."""
    return one is other or (hasattr(one, "__qualname__") and target(one) == target(other))


def place_of(origin: Origin) -> str:
    """Where a definition of this process is, for messages."""
    return f"{origin.file}:{origin.line} ({origin.target})" if origin.file else origin.target
