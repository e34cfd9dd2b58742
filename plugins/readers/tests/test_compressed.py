"""Compressed files are read as what they hold, and no more of them than can be data."""

import gzip
import json

import pytest
from kernel_readers.converters import auto
from kernel_readers.detect import detect
from kernel_readers.files import data_files

from kernel.errors import DataError
from kernel.files import compressed
from kernel.files.compressed import open_bytes, suffix_of
from kernel.tokens import DocBin

CONLLU = "1\tAda\tAda\tPROPN\t_\t_\t0\troot\t_\t_\n\n"
FILES = {
    "a.jsonl": json.dumps({"text": "Ada"}) + "\n",
    "b.json": json.dumps([{"text": "Ada"}]),
    "c.iob": "Ada B-P\n",
    "d.conllu": CONLLU,
    "e.csv": "text,label\nAda,A\n",
    "f.txt": "Ada\n",
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_compressed(write, nlp, name):
    plain = write(name, FILES[name].encode())
    packed = write(f"{name}.gz", gzip.compress(FILES[name].encode()))
    first, second = (list(auto()(path, nlp)) for path in (plain, packed))
    assert [doc.text.strip() for doc in second] == ["Ada"]
    assert [doc.to_json() for doc in first] == [doc.to_json() for doc in second]
    assert detect(plain) == detect(packed)


def test_binary_corpora_compressed(write, nlp):
    content = DocBin(docs=[nlp.make_doc("Ada ran")]).to_bytes()
    path = write("a.spacy.gz", gzip.compress(content))
    assert [doc.text for doc in auto()(path, nlp)] == ["Ada ran"]


def test_the_name_before_the_compression_tells_the_format(tmp_path):
    assert suffix_of(tmp_path / "a.JSON.GZ") == ".json"
    assert suffix_of(tmp_path / "a.jsonl") == ".jsonl"
    assert suffix_of(tmp_path / "a.gz") == ""


def test_a_directory_of_compressed_files(write, tmp_path):
    write("data/a.jsonl.gz", gzip.compress(b"{}"))
    write("data/b.iob.GZ", gzip.compress(b"Ada O"))
    write("data/b.gz", gzip.compress(b"Ada"))
    assert [path.name for path in data_files(tmp_path / "data")] == ["a.jsonl.gz", "b.iob.GZ"]


def test_lines_of_many_blocks_and_parts(write):
    lines = [f"line {number}" for number in range(60_000)]
    content = "\n".join(lines).encode()
    path = write("a.txt.gz", gzip.compress(content[:300_000]) + gzip.compress(content[300_000:]))
    with open_bytes(path) as file:
        assert file.read() == content


@pytest.mark.parametrize("content", [b"plain", gzip.compress(b"Ada\n" * 99)[:-9], gzip.compress(b"Ada")[:12]])
def test_damaged_and_uncompressed_files_are_told(write, nlp, content):
    with pytest.raises(DataError, match=r"a.txt.gz: .*the compressed file can't be read.*\n.*copy complete"):
        list(auto()(write("a.txt.gz", content), nlp))


def test_what_a_compressed_file_is(write, nlp):
    path = write("a.txt.gz", gzip.compress("Ada ran".encode("utf-16")))
    with pytest.raises(DataError, match=r"a.txt.gz: the file is text in UTF-16"):
        list(auto()(path, nlp))
    with pytest.raises(DataError, match=r"a.txt: the file is compressed \(gzip\).*\n.*if its name says so"):
        list(auto()(write("a.txt", gzip.compress(b"Ada")), nlp))


def test_no_more_is_inflated_than_can_be_data(write, nlp, monkeypatch):
    monkeypatch.setattr(compressed, "_FREE", 1 << 20)
    path = write("a.txt.gz", gzip.compress(b" " * (1 << 22)))
    with pytest.raises(DataError, match="becomes more than 1,048,576 bytes: this is no text"):
        list(auto()(path, nlp))
    fits = write("b.txt.gz", gzip.compress(b"Ada " * (1 << 18)))
    with open_bytes(fits) as file:
        assert len(file.read()) == 1 << 20


def test_an_error_names_the_line(write, nlp):
    with pytest.raises(DataError, match="a.jsonl.gz:2: the record has no string"):
        list(auto()(write("a.jsonl.gz", gzip.compress(b'{"text": "a"}\n{}\n')), nlp))
