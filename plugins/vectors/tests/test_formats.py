"""The same words and vectors come out of files in every format, however they are packed."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.errors import DataError, UsageError

from .conftest import VECTORS, WORDS, binary_of, numbers, text_of

Read = Callable[..., Any]
# What has no space inside, for formats that can't say where a word ends.
PLAIN = [number for number, word in enumerate(WORDS) if " " not in word]


def check(found: dict[str, Any], chosen: list[int] | None = None) -> None:
    chosen = list(range(len(WORDS))) if chosen is None else chosen
    assert list(found) == [WORDS[number] for number in chosen]
    assert np.array_equal(np.stack(list(found.values())), VECTORS[chosen])


@pytest.mark.parametrize(
    "data",
    [
        text_of(WORDS, VECTORS),
        text_of(WORDS, VECTORS, header=False),
        # fastText ends lines with a space.
        text_of(WORDS, VECTORS, end=" \n"),
        text_of(WORDS, VECTORS, end="\r\n"),
        text_of(WORDS, VECTORS, header=False, end="\r\n"),
        b"\xef\xbb\xbf" + text_of(WORDS, VECTORS),
        b"\xef\xbb\xbf" + text_of(WORDS, VECTORS, header=False),
        text_of(WORDS, VECTORS).rstrip(),
        text_of(WORDS, VECTORS) + b"\n\n",
    ],
    ids=[
        "word2vec",
        "GloVe",
        "fastText",
        "CRLF",
        "GloVe CRLF",
        "BOM",
        "GloVe BOM",
        "no last break",
        "empty lines",
    ],
)
def test_text(read: Read, data: bytes) -> None:
    found, collected = read(data)
    check(found)
    assert collected.floret is None


@pytest.mark.parametrize("header", [True, False])
def test_fields_between_tabs(read: Read, header: bool) -> None:
    words, vectors = [WORDS[number] for number in PLAIN], VECTORS[PLAIN]
    check(read(text_of(words, vectors, header=header, between="\t"))[0], PLAIN)


@pytest.mark.parametrize("end", [b"\n", b""])
def test_binary(read: Read, end: bytes) -> None:
    words, vectors = [WORDS[number] for number in PLAIN], VECTORS[PLAIN]
    check(read(binary_of(words, vectors, end=end))[0], PLAIN)


@pytest.mark.parametrize("first", [b"\n   ", b" 1 2", b"0 1\n", b"\n1 2"])
def test_binary_numbers_that_look_like_text(read: Read, first: bytes) -> None:
    vectors = np.random.default_rng(4).normal(size=(30, 3)).astype("<f4")
    vectors[0, 0] = np.frombuffer(first, dtype="<f4")[0]
    found, _ = read(binary_of([f"w{number}" for number in range(30)], vectors))
    assert np.array_equal(np.stack(list(found.values())), vectors)


def test_binary_over_many_blocks(read: Read) -> None:
    vectors = np.random.default_rng(1).normal(size=(5000, 100)).astype(np.float32)
    found, _ = read(binary_of([f"w{number}" for number in range(5000)], vectors))
    assert np.array_equal(np.stack(list(found.values())), vectors)


@pytest.mark.parametrize("width", [1, 2, 300])
@pytest.mark.parametrize("header", [True, False])
def test_widths(read: Read, width: int, header: bool) -> None:
    vectors = np.random.default_rng(2).normal(size=(3000, width)).astype(np.float32)
    words = [f"w{number}" for number in range(3000)]
    found, _ = read(text_of(words, vectors, header=header))
    assert list(found) == words
    assert np.array_equal(np.stack(list(found.values())), vectors)


def test_a_first_line_of_two_numbers_that_is_no_header(read: Read) -> None:
    found, _ = read(b"1999 3\n2000 4\nthe 5\n")
    assert {word: vector.tolist() for word, vector in found.items()} == {"1999": [3], "2000": [4], "the": [5]}


def test_floret(read: Read) -> None:
    rows = "".join(f"{number} {numbers(row)} \n" for number, row in enumerate(VECTORS))
    table, found = read(f"{len(VECTORS)} 7 2 4 2 2166136261 < >\n{rows}".encode())
    assert np.array_equal(table, VECTORS)
    settings = {"minn": 2, "maxn": 4, "hash_count": 2, "hash_seed": 2166136261, "bow": "<", "eow": ">"}
    assert (found.floret, found.keys) == (settings, [])


def packed_zip(data: bytes, *names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
    return file.getvalue()


def packed_tar(data: bytes, *names: str, mode: Any = "w:gz") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "gzip in parts": lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda data: packed_zip(data, "a.vec"),
    "zip of a Mac": lambda data: packed_zip(data, "__MACOSX/._a.vec", "a.vec"),
    "gzip in zip": lambda data: packed_zip(gzip.compress(data), "a.vec.gz"),
    "tar": lambda data: packed_tar(data, "b/a.vec", mode="w"),
    "tar.gz": lambda data: packed_tar(data, "a.vec"),
    "tar.bz2": lambda data: packed_tar(data, "a.vec", mode="w:bz2"),
    "tar.xz": lambda data: packed_tar(data, "a.vec", mode="w:xz"),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_packed_files_are_told_by_their_content(read: Read, pack: Callable[[bytes], bytes]) -> None:
    check(read(pack(text_of(WORDS, VECTORS)), name="a.vec")[0])
    words, vectors = [WORDS[number] for number in PLAIN], VECTORS[PLAIN]
    check(read(pack(binary_of(words, vectors)), name="a.gz")[0], PLAIN)


def test_zstandard(read: Read) -> None:
    module = pytest.importorskip("zstandard")
    data = module.ZstdCompressor().compress(text_of(WORDS, VECTORS))
    check(read(data + module.ZstdCompressor().compress(b"\n"))[0])
    with pytest.raises(DataError, match="cut off or damaged"):
        read(data[:-20])


def test_zstandard_without_its_package_is_said(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    with pytest.raises(UsageError, match="needs the package zstandard"):
        read(b"\x28\xb5\x2f\xfd....")


@pytest.mark.parametrize("pack", [packed_zip, packed_tar])
def test_an_archive_of_several_files_needs_a_choice(read: Read, pack: Callable[..., bytes]) -> None:
    data = pack(text_of(WORDS, VECTORS), "a.50d.vec", "a.100d.vec")
    with pytest.raises(
        UsageError, match=r"holds 2 files: a.50d.vec, a.100d.vec\nSay which one: --entry a.50d.vec"
    ):
        read(data)
    check(read(data, entry="a.100d.vec")[0])
    with pytest.raises(UsageError, match="holds no file 'b.vec'"):
        read(data, entry="b.vec")


def test_archives_that_python_cannot_unpack(read: Read) -> None:
    data = bytearray(packed_zip(text_of(WORDS, VECTORS), "a.vec"))
    with pytest.raises(UsageError, match="a zip archive inside of another archive"):
        read(gzip.compress(bytes(data)))
    # The mark of a password, in both places where an entry is described.
    place = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[place + 8] |= 1
    with pytest.raises(UsageError, match="a.vec has a password"):
        read(bytes(data))
    with pytest.raises(DataError, match="the archive holds no file"):
        read(packed_zip(b"", "__MACOSX/a.vec"))


def test_entries_are_of_archives(read: Read) -> None:
    with pytest.raises(UsageError, match="is no archive"):
        read(text_of(WORDS, VECTORS), entry="a.vec")


@pytest.mark.parametrize("name", [name for name in PACKED if "Mac" not in name])
def test_a_packed_file_that_is_cut_off_is_refused(read: Read, tmp_path: Path, name: str) -> None:
    vectors = np.random.default_rng(3).normal(size=(2000, 20)).astype(np.float32)
    data = PACKED[name](text_of([f"w{number}" for number in range(2000)], vectors, header=False))
    with pytest.raises(DataError) as caught:
        read(data[: len(data) // 2])
    assert str(tmp_path / "a.vec") in str(caught.value)


def test_a_packed_file_that_is_damaged_is_refused(read: Read) -> None:
    data = bytearray(gzip.compress(text_of(WORDS, VECTORS)))
    data[60] ^= 255
    with pytest.raises(DataError, match="cut off or damaged"):
        read(bytes(data))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x80\x04\x95gensim", r"pickle.*\n.*save_word2vec_format"),
        (b"\x93NUMPY", "an array of numpy"),
        (b"\xff\xfet\0h\0e\0", "UTF-16"),
    ],
)
def test_what_is_no_such_file_is_called_what_it_is(read: Read, data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"hello\nworld\n", "this is no file of word vectors"),
        (b"<html>\n<body>\n", "this is no file of word vectors"),
        (b"\x00" * 100_000, "there is no end of a line"),
        (b"3 0\na\nb\nc\n", "says that the vectors are 0 wide"),
        (b"5 3\n", r"5 rows, and the file ends after 0"),
    ],
)
def test_what_is_no_file_of_vectors_is_refused(read: Read, data: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(data)
