"""What Zstandard has compressed, by whichever library for it there is."""

from importlib import import_module
from typing import Any, BinaryIO

# In the standard library from Python 3.14 on, and the package that brings it to earlier ones.
_STANDARD = ("compression.zstd", "backports.zstd")
# Compressed bytes that are unpacked at once: a few of them may become very many.
_PACKED = 1 << 12


def unpacked(file: BinaryIO) -> Any:
    """The content of a compressed file, to be read from; EOFError where the file is cut off.

    ModuleNotFoundError if no library for Zstandard is installed. Each has errors of its own: `is_damage`.
    """
    for name in _STANDARD:
        try:
            return import_module(name).ZstdFile(file)
        except ModuleNotFoundError:
            continue
    return _Frames(import_module("zstandard"), file)


def is_damage(error: Exception) -> bool:
    """Whether an error is that of a library for Zstandard, about data that are damaged."""
    return "zst" in type(error).__module__


class _Frames:
    """The content of frames, one after the other.

    The reader of the package `zstandard` takes a file that is cut off for a whole one, and in its older versions only the
    first frame for all of it.
    """

    def __init__(self, module: Any, source: BinaryIO) -> None:
        self._module = module
        self._source = source
        self._frame: Any = None
        self._held = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._held:
            packed = self._source.read(_PACKED)
            if not packed and self._frame is not None:
                raise EOFError("it ends before the end of its data is marked")
            if not packed:
                return b""
            self._held = memoryview(self._unpacked(packed))
        data, self._held = bytes(self._held[:size]), self._held[size:]
        return data

    def close(self) -> None:
        """Let go of what was read; the file is its owner's to close."""
        self._frame, self._held = None, memoryview(b"")

    def _unpacked(self, packed: bytes) -> bytes:
        parts = []
        while packed:
            if self._frame is None:
                self._frame = self._module.ZstdDecompressor().decompressobj()
            parts.append(self._frame.decompress(packed))
            packed = b""
            if self._frame.eof:
                packed, self._frame = self._frame.unused_data, None
        return b"".join(parts)
