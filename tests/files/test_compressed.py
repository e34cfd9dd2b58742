"""Compressed files, as bytes."""

import bz2
import errno
import gzip
import lzma
import sys

import pytest

from kernel.errors import DataError
from kernel.files import compressed
from kernel.files.compressed import is_compressed, open_bytes, place_on_disk, suffix_of


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


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".XZ", lzma.compress)]
)
def test_every_compression_is_undone_and_damage_is_told(tmp_path, suffix, pack):
    path = tmp_path / f"a.txt{suffix}"
    content = bytes(range(256)) * 4000
    path.write_bytes(pack(content))
    assert is_compressed(path) and suffix_of(path) == ".txt"
    with open_bytes(path) as file:
        assert file.read() == content
        assert place_on_disk(file) == path.stat().st_size
    path.write_bytes(pack(content)[:-9])
    with open_bytes(path) as file, pytest.raises(DataError, match="the compressed file can't be read"):
        file.read()
    path.write_bytes(b"plain")
    with open_bytes(path) as file, pytest.raises(DataError, match=rf"must not be called \{path.suffix}"):
        file.read()


def test_an_error_of_the_disk_is_no_damage(tmp_path, monkeypatch):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"one"))

    def fail(file, size):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(gzip.GzipFile, "read", fail)
    with open_bytes(path) as file, pytest.raises(OSError, match="Input/output error"):
        file.read()


def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch):
    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    path = tmp_path / "a.txt.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd")
    with pytest.raises(DataError, match=r"a\.txt\.zst: Zstandard is not installed.*\npip install zstandard"):
        open_bytes(path)
