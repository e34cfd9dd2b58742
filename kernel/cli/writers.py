"""What commands write documents with: writers that packages register, found by name or by the extension of a file."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from kernel.cli import writing

Written = tuple[Any, dict[str, Any]]
"""A document, and the other keys of the record that its text came from."""


class Writer(Protocol):
    """What a function of the registry `writers` returns; `docs/plugins/contracts.md` says more.

    suffixes: the extensions of its files, the usual one first; with their dot, in lower case. is_folder: whether it writes a
    folder of files, and no file.
    """

    suffixes: tuple[str, ...]
    is_folder: bool

    def write(self, docs: Iterable[Written], target: Any) -> None:
        """Write documents to `target`: an open binary file, or the path of an empty folder."""


def by_name(name: str) -> Writer:
    """The writer of a format, by its registered name, or the middle of it if it is one of ours. `UsageError` if there is none."""
    from kernel import registry
    from kernel.errors import UsageError

    for full in (name, f"kernel.{name}.v1"):
        if registry.has("writers", full):
            return cast(Writer, registry.get("writers", full)())
    # One of ours that is denied, or whose package is not installed, says so.
    elsewhere = (
        registry.of("writers").unknown(full).hint if not known() or registry.writers.denied(full) else ""
    )
    raise UsageError(
        f"there is no format {name!r} to write", hint=elsewhere or f"There are: {', '.join(known())}."
    )


def known() -> list[str]:
    """The names of all formats that can be written, short where they are ours."""
    from kernel import registry

    names = registry.names("writers")
    return [_format_of(name) if name == f"kernel.{_format_of(name)}.v1" else name for name in names]


def by_suffix(path: Path) -> Writer:
    """The writer of files with the extension of `path`: the one whose format is called so, or else the only one.

    Others are imported only where none is called so. `UsageError` if there is none, or several are.
    """
    from kernel import registry
    from kernel.errors import UsageError

    suffix = path.suffix.lower()
    names = registry.names("writers") if suffix else []
    called_so = [name for name in names if f".{_format_of(name)}" == suffix]
    for group in (called_so, names):
        writers = {name: cast(Writer, registry.get("writers", name)()) for name in group}
        fitting = [name for name, writer in writers.items() if suffix in writer.suffixes]
        if len(fitting) == 1:
            return writers[fitting[0]]
        if fitting:
            raise UsageError(
                f"can't write {path}: {suffix} is the extension of several formats: {', '.join(fitting)}",
                hint="Name one of them: --format NAME",
            )
    suffixes = sorted(
        {suffix for name in registry.names("writers") for suffix in registry.get("writers", name)().suffixes}
    )
    raise UsageError(
        f"can't write {path}: {f'no format has the extension {suffix}' if suffix else 'it has no extension'}",
        hint=f"OUTPUT ends in {', '.join(suffixes)}, or name a format: --format {' | '.join(known())}",
    )


def _format_of(name: str) -> str:
    """`conllu` of `kernel.conllu.v1`."""
    return name.split(".", 2)[1] if "." in name else name


def check_place(writer: Writer, path: Path, *, force: bool) -> None:
    """`UsageError` if something is where a writer is to write, and is not to be replaced, or can't be."""
    from kernel.errors import UsageError

    if writer.is_folder:
        if path.is_file():
            raise UsageError(f"can't write {path}: the format is one of folders, and this is a file")
        writing.check_vacant(path, force=force)
        return
    writing.check_free(path, force=force)
    if path.is_dir():
        raise UsageError(f"can't write {path}: it is a directory")


def write(
    writer: Writer, docs: Iterable[Written], path: Path, *, check: Callable[[Path], object] | None = None
) -> None:
    """Write documents, whole or not at all. The place is opened before the first document is asked for.

    check: looks at a finished file before it takes its place, and may raise.
    """
    from kernel.errors import KernelError
    from kernel.files.atomic import atomic_directory, atomic_file

    try:
        if writer.is_folder:
            with atomic_directory(path) as fresh:
                writer.write(docs, fresh)
            return
        with atomic_file(path) as fresh:
            with fresh.open("wb") as file:
                writer.write(docs, file)
            if check is not None:
                check(fresh)
    except KernelError:
        # Of the documents that were to be written.
        raise
    except OSError as error:
        raise writing.unwritable(path, error) from error


def write_out(writer: Writer, docs: Iterable[Written], *, hint: str = "") -> None:
    """Write documents to standard output; what a terminal gets there is text, and visible. hint: what to do where it isn't text."""
    from kernel.errors import UsageError

    if writer.is_folder:
        raise UsageError(
            "the format is one of folders, which standard output can't be", hint="Name a folder."
        )
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None or sys.stdout.isatty():
        if getattr(writer, "is_binary", False):
            raise UsageError(f"a {writer.suffixes[0]} file is no text for a terminal", hint=hint)
        with io.BufferedWriter(_Text()) as shown:
            writer.write(docs, cast(BinaryIO, shown))
        return
    sys.stdout.flush()
    writer.write(docs, buffer)
    buffer.flush()


class _Text(io.RawIOBase):
    """Gives the text that is written to it to a standard output that takes no bytes, or shows it on a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._left = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        from kernel.cli.say import write_data

        written = bytes(data)
        whole, end, rest = (self._left + written).rpartition(b"\n")
        self._left = rest
        write_data((whole + end).decode("utf-8", "backslashreplace"))
        return len(written)

    def close(self) -> None:
        from kernel.cli.say import write_data

        if not self.closed and self._left:
            write_data(self._left.decode("utf-8", "backslashreplace"))
        super().close()
