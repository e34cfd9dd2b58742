"""Several arrays in one file, each in NumPy's format (npy, https://numpy.org/neps/nep-0001-npy-format.html), mapped when it is read.

Each array begins at a multiple of 64 bytes. `np.load` of such a file gives the first array.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from io import BytesIO
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from kernel.errors import DataError

_ALIGNED = 64
_BLOCK = 1 << 22
# Beyond this length the header is written in another version of the format, which no array of ours needs.
_HEADER = 128


@dataclass(frozen=True)
class FileState:
    """A file as it was when it was mapped: another one may have its name by now."""

    path: Path
    identity: tuple[int, ...]

    def is_there(self) -> bool:
        """Whether the name still leads to that file, and nothing was written to it."""
        try:
            return _identity(self.path.stat()) == self.identity
        except OSError:
            return False


def write_array(file: BinaryIO, array: NDArray[Any]) -> None:
    """Append an array to a file that is open for writing."""
    file.write(b"\0" * (-file.tell() % _ALIGNED))
    array = np.ascontiguousarray(array)
    write_header(file, array.dtype, array.shape)
    data = raw(array)
    file.writelines(data[start : start + _BLOCK] for start in range(0, len(data), _BLOCK))


def raw(array: NDArray[Any]) -> memoryview:
    """The bytes of a contiguous array, which are not copied."""
    data: memoryview = array.reshape(-1).view(np.uint8).data
    return data


def write_header(file: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Write what stands before the numbers of an array; it takes equally many bytes for every number of rows."""
    start = file.tell()
    npy.write_array_header_1_0(
        file, {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    )
    if file.tell() - start > _HEADER:
        raise DataError(f"an array of the shape {shape} can't be written")


def map_arrays(path: Path) -> tuple[list[NDArray[Any]], FileState]:
    """The arrays of a file, mapped: nothing is read before it is used, and processes share what they read.

    They can be written to; that changes the memory of this process only, never the file. `DataError` for a file that
    holds anything else, or that is cut off.
    """
    with path.open("rb") as file:
        state = FileState(Path(os.path.abspath(path)), _identity(os.fstat(file.fileno())))
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except ValueError as error:
            raise DataError("the file is empty", path=path) from error
        return _arrays(file, content, path), state


def arrays_from_bytes(data: bytes, where: str | Path) -> list[NDArray[Any]]:
    """The arrays of a file that is in memory. They can't be written to. where: what the errors of `map_arrays` name."""
    if not data:
        raise DataError("there are no bytes", path=where)
    return _arrays(BytesIO(data), data, where)


def _arrays(file: BinaryIO, content: mmap.mmap | bytes, path: str | Path) -> list[NDArray[Any]]:
    arrays = []
    while file.tell() < len(content):
        file.seek(-(-file.tell() // _ALIGNED) * _ALIGNED)
        arrays.append(_array(file, content, path))
    return arrays


def _array(file: BinaryIO, content: mmap.mmap | bytes, path: str | Path) -> NDArray[Any]:
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = read(file)
        if min(shape, default=0) < 0:
            raise ValueError(f"shape is not valid: {shape}")
    except (ValueError, TypeError, KeyError, AttributeError, SyntaxError, OverflowError, TokenError) as error:
        # What numpy's reader meets in a header that is junk.
        raise DataError(f"this is no table of numbers: {error}", path=path) from error
    if dtype.kind not in "iuf":
        raise DataError(f"a table of {dtype} can't be read, only one of numbers", path=path)
    start, count = file.tell(), prod(shape)
    end = start + count * dtype.itemsize
    if end > len(content):
        raise DataError(
            f"the file is cut off: {end:,} bytes are announced, and there are {len(content):,}", path=path
        )
    file.seek(end)
    flat: NDArray[Any] = np.frombuffer(content, dtype, count, start)
    return flat.reshape(shape, order="F" if is_fortran else "C")


def _identity(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns
