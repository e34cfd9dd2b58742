"""Arrays that are mapped from a file."""

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.vocab.arrays import arrays_from_bytes, map_arrays, raw, write_array

ARRAYS = [
    np.arange(12, dtype=np.float32).reshape(3, 4),
    np.zeros(0, dtype=np.uint64),
    np.array([1, 1 << 63], dtype=np.uint64),
    np.array([7], dtype=np.uint8),
    np.zeros((0, 5), dtype=np.float32),
]


@pytest.fixture
def path(tmp_path):
    with (tmp_path / "arrays").open("wb") as file:
        for array in ARRAYS:
            write_array(file, array)
    return tmp_path / "arrays"


def test_arrays_come_back_aligned(path):
    arrays, _ = map_arrays(path)
    assert [array.dtype for array in arrays] == [array.dtype for array in ARRAYS]
    for array, written in zip(arrays, ARRAYS, strict=True):
        assert array.shape == written.shape and np.array_equal(array, written)
        assert not array.size or array.__array_interface__["data"][0] % 64 == 0
    assert np.load(path).tolist() == ARRAYS[0].tolist()


def test_writing_to_a_mapped_array_leaves_the_file_as_it_was(path):
    before = path.read_bytes()
    arrays, state = map_arrays(path)
    arrays[0][1] = 99
    assert path.read_bytes() == before and state.is_there()
    assert map_arrays(path)[0][0].tolist() == ARRAYS[0].tolist()


def test_what_is_mapped_stays_when_the_file_is_replaced(path, tmp_path):
    arrays, state = map_arrays(path)
    (tmp_path / "other").write_bytes(b"another one")
    (tmp_path / "other").replace(path)
    assert arrays[0].tolist() == ARRAYS[0].tolist() and not state.is_there()
    path.unlink()
    assert not state.is_there()


def test_arrays_in_the_order_of_columns_are_read(tmp_path):
    table = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.save(tmp_path / "t.npy", table)
    assert map_arrays(tmp_path / "t.npy")[0][0].tolist() == table.tolist()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"no array at all, but text", "this is no table of numbers"),
    ],
)
def test_a_file_without_arrays_is_refused(tmp_path, content, message):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(DataError, match=message):
        map_arrays(tmp_path / "x")


def test_a_file_that_is_cut_off_is_refused(path):
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(DataError, match="cut off: 176 bytes are announced, and there are 150"):
        map_arrays(path)


def test_other_things_than_numbers_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.array(["a", "b"]))
    with pytest.raises(DataError, match="a table of <U1 can't be read, only one of numbers"):
        map_arrays(tmp_path / "x.npy")


def test_the_bytes_of_an_array():
    assert bytes(raw(ARRAYS[2])) == ARRAYS[2].tobytes() and bytes(raw(ARRAYS[4])) == b""


@pytest.mark.parametrize("shape", [(1 << 40, 1 << 40), (10**26, 3), (-1, -3)])
def test_sizes_that_no_array_has_are_refused(tmp_path, shape):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    path = tmp_path / "arrays"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 12)
    with pytest.raises(DataError, match="the file is cut off|shape is not valid"):
        map_arrays(path)


def test_bytes_say_what_the_file_does(path):
    data = path.read_bytes()
    arrays = arrays_from_bytes(data, "here")
    for array, written in zip(arrays, ARRAYS, strict=True):
        assert array.dtype == written.dtype and np.array_equal(array, written) and not array.flags.writeable
    for wrong in (b"", b"junk", data[:-1], b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f4',\n"):
        with pytest.raises(DataError, match="here"):
            arrays_from_bytes(wrong, "here")
