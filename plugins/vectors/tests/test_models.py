"""Models of fastText are read by their own package, and refused without it."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from kernel_vectors.collect import collect
from kernel_vectors.containers import opened
from kernel_vectors.models import read_model
from kernel_vectors.recognise import is_fasttext_model
from kernel_vectors.skipped import Skipped

from kernel.errors import DataError, UsageError

MODEL = b"\xba\x16\x4f\x2f\x0c\0\0\0"
WORDS = [f"w{number}" for number in range(1500)]


class Model:
    """What the packages return."""

    def get_dimension(self) -> int:
        return 3

    def get_words(self, on_unicode_error: str = "strict") -> list[str]:
        return WORDS

    def get_word_vector(self, word: str) -> Any:
        return np.full(3, int(word[1:]), dtype=np.float32)


def broken(path: str) -> Any:
    raise ValueError(f"{path} has wrong file format!")


def read(path: Path) -> Any:
    with opened(path) as content:
        assert is_fasttext_model(content)
        source = read_model(content, path)
        return source, collect(source, path.with_name("rows.npy"), str(path), Skipped(str(path), "row"))


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fasttext", "floret"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "a.bin").write_bytes(MODEL)
    with pytest.raises(UsageError, match=r"only the package fasttext reads\npip install fasttext"):
        read(tmp_path / "a.bin")


def test_with_the_package_that_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fasttext", SimpleNamespace(load_model=broken))
    monkeypatch.setitem(sys.modules, "floret", SimpleNamespace(load_model=lambda path: Model()))
    (tmp_path / "a.bin").write_bytes(MODEL)
    source, found = read(tmp_path / "a.bin")
    assert (source.format, source.width, source.rows, found.keys) == ("floret model", 3, 1500, WORDS)
    assert np.array_equal(np.load(found.file)[:, 1], np.arange(1500))


def test_a_model_that_no_package_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fasttext", "floret"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(load_model=broken))
    (tmp_path / "a.bin").write_bytes(MODEL)
    with pytest.raises(DataError, match="wrong file format!; floret: .* has wrong file format!"):
        read(tmp_path / "a.bin")


def test_a_model_that_is_packed(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "a.bin.gz").write_bytes(gzip.compress(MODEL))
    with pytest.raises(UsageError, match="unpack it first"):
        read(tmp_path / "a.bin.gz")
