"""What Zstandard has compressed, by each of its libraries."""

import io
import sys

import pytest

from kernel.errors import DataError
from kernel.files.compressed import open_bytes
from kernel.files.zstandard import unpacked


@pytest.fixture
def zstandard(monkeypatch):
    """The compressor of the package; the reader that comes with later versions of Python is hidden."""
    module = pytest.importorskip("zstandard")
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    return module.ZstdCompressor().compress


def test_zstandard_is_undone_frame_by_frame(tmp_path, zstandard):
    path = tmp_path / "a.txt.zst"
    content = bytes(range(256)) * 4000
    path.write_bytes(zstandard(content) + zstandard(b"") + zstandard(b"more"))
    with open_bytes(path) as file:
        assert file.read() == content + b"more"
    for damaged in (zstandard(content)[:-9], b"plain"):
        path.write_bytes(damaged)
        with open_bytes(path) as file, pytest.raises(DataError, match=r"can't be read.*\n.*called \.zst"):
            file.read()


def test_without_a_library_there_is_no_module(monkeypatch):
    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError):
        unpacked(io.BytesIO(b"\x28\xb5\x2f\xfd"))
