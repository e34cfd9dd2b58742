"""Tables of vectors in directories: mapped, checked, of earlier versions."""

import json

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.vocab import Vectors
from kernel.vocab.packing import pack
from kernel.vocab.vectors import TableWriter, check_vectors


@pytest.fixture
def vectors():
    table = np.random.default_rng(4).normal(size=(5, 3)).astype(np.float32)
    vectors = Vectors(data=table, keys=["c", "a", "NOUN", "b"], name="made")
    vectors.add("again", row=1)
    vectors.add(12345, row=4)
    return vectors


def test_a_table_comes_back_with_keys_and_strings(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    read = Vectors().from_disk(tmp_path)
    assert read == vectors and read.keys() == vectors.keys()
    assert (read.name, read.digest, read.attr, read.mode) == ("made", vectors.digest, "ORTH", "default")
    assert (
        sorted(read.strings) == ["a", "again", "b", "c"] and read["again"].tolist() == vectors["a"].tolist()
    )
    assert read.file is not None and read.file.is_there()
    assert np.load(tmp_path / "vectors").tolist() == vectors.data.tolist()


def test_the_header_says_what_there_is(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    header = json.loads((tmp_path / "vectors.cfg").read_text())
    assert header == {
        "mode": "default", "attr": "ORTH", "name": "made", "rows": 5, "width": 3, "keys": 6, "digest": vectors.digest,
    }  # fmt: skip
    assert check_vectors(tmp_path) == header


def test_equal_vectors_are_equal_files(vectors, tmp_path):
    for name, each in {"one": vectors, "two": Vectors().from_bytes(vectors.to_bytes())}.items():
        (tmp_path / name).mkdir()
        each.strings.add_many(list(vectors.strings))
        each.to_disk(tmp_path / name)
    for file in ("vectors", "vectors.cfg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_loading_does_not_read_the_table_and_checking_does(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    data = bytearray((tmp_path / "vectors").read_bytes())
    data[128] ^= 1
    (tmp_path / "vectors").write_bytes(data)
    Vectors().from_disk(tmp_path)
    with pytest.raises(DataError, match="changed after they were written: their digest differs"):
        check_vectors(tmp_path)


@pytest.mark.parametrize("place", range(5))
def test_a_change_anywhere_is_found(vectors, tmp_path, place):
    vectors.to_disk(tmp_path)
    data = bytearray((tmp_path / "vectors").read_bytes())
    # The last byte of each array before the next header, or the end.
    starts = [at for at in range(0, len(data), 64) if data[at : at + 6] == b"\x93NUMPY"]
    sizes = [60, 48, 24, 24, 48, 8]
    data[starts[place + 1] + 128 + sizes[place + 1] - 1] ^= 1
    (tmp_path / "vectors").write_bytes(data)
    with pytest.raises(DataError, match="digest differs"):
        check_vectors(tmp_path)


def test_a_table_without_a_header_was_not_written_to_its_end(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    (tmp_path / "vectors.cfg").unlink()
    with pytest.raises(DataError, match="were not written to their end, or are of two tables"):
        Vectors().from_disk(tmp_path)


def test_the_header_of_another_table_is_refused(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    header = (tmp_path / "vectors.cfg").read_bytes()
    vectors.add("new", row=0)
    vectors.to_disk(tmp_path)
    (tmp_path / "vectors.cfg").write_bytes(header)
    with pytest.raises(DataError, match="of two tables"):
        Vectors().from_disk(tmp_path)


def test_saving_over_what_is_mapped(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    read, other = Vectors().from_disk(tmp_path), Vectors().from_disk(tmp_path)
    read.data[:] = 7
    read.add("more", row=2)
    read.to_disk(tmp_path)
    assert other == vectors and not other.file.is_there()
    assert Vectors().from_disk(tmp_path) == read and check_vectors(tmp_path)["keys"] == 7
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["vectors", "vectors.cfg"]


def test_a_change_never_reaches_the_file(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    before = (tmp_path / "vectors").read_bytes()
    read = Vectors().from_disk(tmp_path)
    read.set("a", np.ones(3))
    read.data[2] = 5
    assert (tmp_path / "vectors").read_bytes() == before
    assert Vectors().from_disk(tmp_path) == vectors != read


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_directories_of_earlier_versions_are_read(tmp_path, dtype):
    with (tmp_path / "vectors").open("wb") as file:
        np.save(file, np.arange(6, dtype=dtype).reshape(3, 2))
    (tmp_path / "key2row").write_bytes(pack({7: 2, 5: 0, 9: 2}))
    (tmp_path / "vectors.cfg").write_text('{"mode": "default", "name": "old"}')
    read = Vectors().from_disk(tmp_path)
    assert read.keys() == [7, 5, 9] and read[9].tolist() == [4, 5] and read.name == "old"
    with pytest.raises(DataError, match="no digest to compare them with\n.*Saving them again adds it"):
        check_vectors(tmp_path)
    read.to_disk(tmp_path)
    assert not (tmp_path / "key2row").exists()
    assert Vectors().from_disk(tmp_path) == read
    check_vectors(tmp_path)


def test_keys_of_earlier_versions_that_point_outside_are_refused(tmp_path):
    with (tmp_path / "vectors").open("wb") as file:
        np.save(file, np.zeros((3, 2)))
    (tmp_path / "key2row").write_bytes(pack({7: 3}))
    with pytest.raises(DataError, match="keys point outside of the table of vectors, which has 3 rows"):
        Vectors().from_disk(tmp_path)


def test_a_table_is_written_as_its_rows_come(tmp_path):
    rows = np.random.default_rng(2).normal(size=(10, 4)).astype(np.float32)
    with (tmp_path / "t.npy").open("wb") as file:
        writer = TableWriter(file, 4)
        for start in (0, 3, 9):
            writer.write(rows[start : {0: 3, 3: 9, 9: 10}[start]])
        assert len(writer) == 10
        with pytest.raises(DataError, match=r"to be 4 wide, these have the shape \(2, 3\)"):
            writer.write(np.zeros((2, 3)))
        writer.finish()
    vectors = Vectors(data=tmp_path / "t.npy", keys=np.arange(10, dtype=np.uint64))
    assert np.array_equal(vectors.data, rows) and vectors.get(9).tolist() == rows[9].tolist()
    vectors.to_disk(tmp_path)
    assert Vectors().from_disk(tmp_path) == vectors


def test_an_attribute_that_is_no_name_is_refused(vectors, tmp_path):
    vectors.to_disk(tmp_path)
    header = json.loads((tmp_path / "vectors.cfg").read_text())
    (tmp_path / "vectors.cfg").write_text(json.dumps(header | {"attr": ["ORTH"]}))
    with pytest.raises(DataError, match=r"the attribute of vectors is a name, not \['ORTH'\]"):
        Vectors().from_disk(tmp_path)
