"""Wheels and source archives: what the formats ask for, and equal bytes for equal input."""

import base64
import csv
import hashlib
import io
import tarfile
import zipfile

from kernel.packaging.archives import write_sdist, write_wheel

FILES = {"acme/__init__.py": b"x = 1\n", 'acme/odd, "name".txt': b"", "acme/big.bin": bytes(3_000_000)}


def wheel(folder):
    folder.mkdir(exist_ok=True)
    return write_wheel(folder, "acme", "1.0", FILES, "Name: acme\n", "[group]\na = b\n")


def test_record_lists_every_file_with_its_hash(tmp_path):
    made = wheel(tmp_path)
    assert made.name == "acme-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made) as archive:
        record = archive.read("acme-1.0.dist-info/RECORD").decode()
        rows = {path: (digest, size) for path, digest, size in csv.reader(io.StringIO(record))}
        assert set(rows) == set(archive.namelist())
        assert rows.pop("acme-1.0.dist-info/RECORD") == ("", "")
        for path, (digest, size) in rows.items():
            data = archive.read(path)
            kind, _, code = digest.partition("=")
            assert kind == "sha256" and int(size) == len(data)
            assert base64.urlsafe_b64decode(code + "=") == hashlib.sha256(data).digest()
        assert "Tag: py3-none-any" in archive.read("acme-1.0.dist-info/WHEEL").decode()


def test_equal_input_gives_equal_bytes(tmp_path):
    assert wheel(tmp_path / "one").read_bytes() == wheel(tmp_path / "two").read_bytes()
    one, two = (write_sdist(tmp_path / n, "acme", "1.0", FILES, "Name: acme\n") for n in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_source_archive_has_one_folder(tmp_path):
    made = write_sdist(tmp_path, "acme", "1.0", FILES, "Name: acme\n")
    with tarfile.open(made) as archive:
        members = archive.getmembers()
        assert {one.name for one in members} == {f"acme-1.0/{path}" for path in [*FILES, "PKG-INFO"]}
        assert all((one.mtime, one.uid, one.gid) == (0, 0, 0) for one in members)
        read = archive.extractfile("acme-1.0/acme/__init__.py")
        assert read is not None and read.read() == b"x = 1\n"
