"""Texts that `kernel apply` reads."""

import gzip
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kernel.cli.texts import STANDARD_INPUT, Reading, input_files, read_texts
from kernel.errors import DataError
from kernel.tokens import Doc, DocBin
from kernel.vocab import Vocab

PIPELINE = SimpleNamespace(vocab=Vocab(), max_length=20)


def texts(path, key="text"):
    return list(read_texts(path, key, PIPELINE))


def test_files_of_a_directory_are_sorted_and_hidden_and_other_ones_left_out(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("z.txt", "a.jsonl", "b/c.spacy", ".hidden.txt", "d.md"):
        (tmp_path / name).write_text("")
    found = [path.relative_to(tmp_path).as_posix() for path in input_files(tmp_path)]
    assert found == ["a.jsonl", "b/c.spacy", "z.txt"]
    assert input_files(tmp_path / "z.txt") == [tmp_path / "z.txt"]
    assert input_files(STANDARD_INPUT) == [STANDARD_INPUT]


def test_patterns_and_several_paths_name_each_file_once(tmp_path):
    for name in ("b.txt", "a.txt.gz", "c.jsonl", "d.md"):
        (tmp_path / name).write_text("")
    names = [path.name for path in input_files(tmp_path / "*.txt*", tmp_path / "c.jsonl", tmp_path)]
    assert names == ["a.txt.gz", "b.txt", "c.jsonl"]
    with pytest.raises(DataError, match=r"no file matches this pattern\n.*'a.txt.gz', 'b.txt'"):
        input_files(tmp_path / "*.spacy")


def test_compressed_files_are_read_as_what_they_hold(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"one\n\ntwo\n"))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "three", "id": 3}\n{"text": 4}\n'))
    DocBin(docs=[Doc(PIPELINE.vocab, words=["a"])]).to_disk(tmp_path / "a.spacy")
    (tmp_path / "a.spacy.gz").write_bytes(gzip.compress((tmp_path / "a.spacy").read_bytes()))
    assert texts(tmp_path / "a.txt.gz") == [("one", {}), ("two", {})]
    assert [doc.text for doc, _ in texts(tmp_path / "a.spacy.gz")] == ["a "]
    reading = read_texts(tmp_path / "a.jsonl.gz", "text", PIPELINE)
    assert next(reading) == ("three", {"id": 3})
    with pytest.raises(DataError, match="a.jsonl.gz:2: 'text' is not a text"):
        next(reading)
    (tmp_path / "b.txt.gz").write_bytes(b"one\n")
    with pytest.raises(DataError, match="b.txt.gz: .*the compressed file can't be read"):
        texts(tmp_path / "b.txt.gz")


@pytest.mark.parametrize(
    ("name", "message"),
    [("none", "no such file or directory"), ("a.md", "can't tell the format"), ("empty", "no .jsonl")],
)
def test_what_cannot_be_read(name, message, tmp_path):
    (tmp_path / "a.md").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=message):
        input_files(tmp_path / name)


def test_lines_of_text(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffone \n\n  two\r\nthrée".encode())
    assert texts(tmp_path / "a.txt") == [("one ", {}), ("  two", {}), ("thrée", {})]


def test_records_keep_what_is_no_annotation(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"body": "hi", "id": 3, "ents": [], "cats": {}}\n\n{"body": "ho"}\n')
    assert texts(tmp_path / "a.jsonl", "body") == [("hi", {"id": 3}), ("ho", {})]


def test_documents_that_are_tokenized_already(tmp_path):
    doc = Doc(PIPELINE.vocab, words=["a", "b"])
    DocBin(docs=[doc]).to_disk(tmp_path / "a.spacy")
    ((found, others),) = texts(tmp_path / "a.spacy")
    assert ([token.text for token in found], others) == (["a", "b"], {})


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\ntwo\n")))
    assert texts(STANDARD_INPUT) == [("one", {}), ("two", {})]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\n\xff\n")))
    with pytest.raises(DataError, match="standard input:2"):
        texts(STANDARD_INPUT)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"ok\na\xffb", "a.txt:2: offset 1: byte 0xff is not valid UTF-8"),
        ("a.txt", b"ok\n\0", "a.txt:2: offset 0: the file is binary"),
        ("a.txt", b"ok\n" + b"x" * 21, "a.txt:2: a text of 21 characters is longer than nlp.max_length = 20"),
        ("a.jsonl", b"{", "a.jsonl:1: not JSON"),
        ("a.jsonl", b'{"txt": ""}', "a.jsonl:1: no key 'text'"),
        ("a.jsonl", b"[1]", "a.jsonl:1: no key 'text'"),
        ("a.jsonl", b'{"text": 3}', "a.jsonl:1: 'text' is not a text"),
        ("a.jsonl", b'{"text": "\\ud800"}', "a.jsonl:1: offset 0: the text holds half of a surrogate pair"),
        ("a.spacy", b"nothing of the kind", "a.spacy"),
    ],
)
def test_bad_data_has_its_place(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        texts(tmp_path / name)
    assert caught.value.message.startswith(f"{tmp_path / Path(message.partition(':')[0])}")
    assert message in caught.value.message


def test_how_much_is_read_counts_what_is_left_out_and_not_what_is_read_ahead(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\n\n\ntwo\n" + "\n" * 91)
    record = '{"text": "three", "other": "' + "x" * 67 + '"}\n'
    (tmp_path / "b.jsonl").write_text(record)
    files = input_files(tmp_path)
    reading = Reading(files, "text", PIPELINE)
    # As a pipeline does that takes a batch before it gives the first.
    assert [text for text, _ in reading] == ["one", "two", "three"]
    total = 102 + len(record)
    assert [reading.done() for _ in range(4)] == pytest.approx([4 / total, 11 / total, 1.0, None])


def test_nobody_knows_how_much_standard_input_has(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\ntwo\n")))
    reading = Reading([STANDARD_INPUT], "text", PIPELINE)
    assert [text for text, _ in reading] == ["one", "two"]
    assert reading.done() is None


def test_documents_are_counted_in_their_file(tmp_path):
    DocBin(docs=[Doc(PIPELINE.vocab, ["a"]), Doc(PIPELINE.vocab, ["b"])]).to_disk(tmp_path / "c.spacy")
    reading = Reading([tmp_path / "c.spacy"], "text", PIPELINE)
    assert len(list(reading)) == 2
    assert [reading.done(), reading.done()] == pytest.approx([0.5, 1.0], abs=0.01)
