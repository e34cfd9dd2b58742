"""Files that gzip has compressed, as bytes."""

import gzip

import pytest

from kernel.errors import DataError
from kernel.files import compressed
from kernel.files.compressed import is_compressed, open_bytes, suffix_of


def test_the_extension_before_gz_tells_the_format(tmp_path):
    assert [suffix_of(tmp_path / name) for name in ("a.JSONL.gz", "a.txt", "b.GZ")] == [".jsonl", ".txt", ""]
    assert [is_compressed(tmp_path / name) for name in ("a.GZ", "a.gz.txt")] == [True, False]


def test_what_gzip_made_of_a_file_is_undone(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one\ntwo\n"))
    (tmp_path / "a.txt").write_bytes(b"one\ntwo\n")
    for name in ("a.gz", "a.txt"):
        with open_bytes(tmp_path / name) as file:
            assert list(file) == [b"one\n", b"two\n"]


@pytest.mark.parametrize("content", [b"plain", gzip.compress(b"one " * 900)[:-20]])
def test_damaged_files_are_told(content, tmp_path):
    (tmp_path / "a.gz").write_bytes(content)
    with (
        pytest.raises(DataError, match="a.gz: the compressed file can't be read"),
        open_bytes(tmp_path / "a.gz") as file,
    ):
        file.read()


def test_no_more_is_inflated_than_can_be_data(tmp_path, monkeypatch):
    monkeypatch.setattr(compressed, "_FREE", 1 << 20)
    (tmp_path / "a.gz").write_bytes(gzip.compress(b" " * (1 << 22)))
    with (
        pytest.raises(DataError, match="becomes more than 1,048,576 bytes"),
        open_bytes(tmp_path / "a.gz") as file,
    ):
        file.read()
