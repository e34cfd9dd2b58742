"""Files that are not read: each is called what it is, with the way out."""

import json
import zipfile

import pytest
from kernel_readers.converters import auto
from kernel_readers.detect import detect
from kernel_readers.files import data_files
from kernel_readers.formats import jsonl, table
from kernel_readers.labels import read_labels

from kernel.errors import DataError

TEXT = "text,label\nRain again,WEATHER\n"
BINARY = {
    "report.pdf": (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
    "rows.jsonl": (b"PAR1\x15\x04\x15", "a Parquet file.*\n.*FILE.parquet, where pyarrow is installed"),
    "rows.feather": (b"ARROW1\x00\x00", r"an Arrow \(Feather\) file"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel"),
    "page.txt": (b"\n<!DOCTYPE html>\n<html><body>Log in</body>", r"a web page \(HTML\)"),
    "page.jsonl": (b"\xef\xbb\xbf<HTML>", r"a web page \(HTML\)"),
    "bzip.txt": (b"BZh91AY", r"compressed \(bzip2\).*\n.*FILE.jsonl.bz2"),
    "xz.txt": (b"\xfd7zXZ\x00\x00", r"compressed \(xz\).*\n.*FILE.jsonl.xz"),
    "a.rtf": (b"{\\rtf1\\ansi", r"a text with layout \(RTF\)"),
    "a.vec": (
        b"2 3\nthe 0.5 -0.25 1e-3\nNew York 0.5 1 0.5\n",
        "a table of word vectors.*\n.*kernel init vectors",
    ),
    "glove.txt": (b"the" + b" 0.25" * 50 + b"\n" + b"of" + b" -0.5" * 50 + b"\n", "a table of word vectors"),
    "le.csv": (TEXT.encode("utf-16-le"), "text in UTF-16LE.*\n.*iconv -f utf-16le -t utf-8"),
    "be.csv": (TEXT.encode("utf-16-be"), "text in UTF-16BE.*\n.*iconv -f utf-16be"),
    "mark.csv": (TEXT.encode("utf-16"), "text in UTF-16,.*\n.*iconv -f utf-16 -t"),
    "wide.csv": (TEXT.encode("utf-32"), "text in UTF-32"),
    "mixed.txt": ("наконец дождь\nи снег, и град\n".encode("utf-16-le"), "text in UTF-16LE"),
}
ARCHIVES = {
    "rows.xlsx": ("xl/workbook.xml", r"an Excel workbook \(.xlsx\).*\n.*CSV"),
    "renamed.csv": ("xl/workbook.xml", r"an Excel workbook \(.xlsx\)"),
    "letter.docx": ("word/document.xml", r"a Word document \(.docx\)"),
    "named.xlsx": ("other.xml", r"an Excel workbook \(.xlsx\)"),
    "all.zip": ("a.jsonl", "a zip archive"),
}


@pytest.mark.parametrize("name", BINARY)
def test_what_a_file_is_by_its_first_bytes(write, nlp, name):
    content, message = BINARY[name]
    path = write(name, content)
    for read in (detect, lambda path: list(jsonl.read(path, nlp)), lambda path: list(auto()(path, nlp))):
        with pytest.raises(DataError, match=f"{name}: the file is {message}"):
            read(path)


@pytest.mark.parametrize("name", ARCHIVES)
def test_what_an_archive_is_by_what_it_holds(tmp_path, nlp, name):
    member, message = ARCHIVES[name]
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("[Content_Types].xml", "x" * 20_000)
        archive.writestr(member, "x")
    with pytest.raises(DataError, match=message):
        detect(tmp_path / name)
    with pytest.raises(DataError, match=message):
        list(table.read(tmp_path / name, nlp))


def test_a_directory_of_nothing_else_says_so(write, tmp_path):
    write("data/a.feather", b"ARROW1")
    with pytest.raises(DataError, match="a.feather: the file is an Arrow"):
        data_files(tmp_path / "data")


def test_data_are_not_taken_for_anything_else(write, nlp):
    rows = ["PAR", "< html", "{", "PK", "a"]
    path = write("a.txt", *rows)
    assert [doc.text for doc in auto()(path, nlp)] == rows
    with pytest.raises(DataError, match=r"b.txt:3: offset 0: the file is binary, expected text"):
        list(auto()(write("b.txt", b"one\n\xc3\xa9\n\x00ab\n"), nlp))


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_the_line_of_a_dash_of_windows(write, nlp, name):
    record = json.dumps({"text": "Pages 3 \u2013 4"}, ensure_ascii=False).encode("cp1252")
    path = write(name, b'{"text": "one"}\n' + record + b"\n")
    with pytest.raises(DataError) as caught:
        list(jsonl.read(path, nlp))
    assert caught.value.line == 2 and "byte 0x96" in str(caught.value)
    assert "Pages 3 \u2013 4" in caught.value.hint and "iconv -f cp1252 -t utf-8" in caught.value.hint


def test_no_encoding_is_named_where_windows_has_no_such_byte(write, nlp):
    with pytest.raises(DataError, match="0x8d") as caught:
        list(auto()(write("a.txt", b"one\nt\x8dwo\n"), nlp))
    assert "cp1252" not in caught.value.hint and "iconv -f ENCODING" in caught.value.hint


def test_label_files_too(write):
    with pytest.raises(DataError, match="labels.json: the file is text in UTF-16LE"):
        read_labels(write("labels.json", json.dumps(["A", "B"]).encode("utf-16-le")))
    assert read_labels(write("b.json", b'\xef\xbb\xbf["A",\r\n "B"]')) == ["A", "B"]


@pytest.mark.parametrize(
    "text",
    [
        "2 3\nIt rained for 3 days .\n",
        "1 2\n",
        "7 2\nScores : 1 2\nAgain : 3 1\n",
        "the 0.5 0.25\nof 0.5 0.25\n",
        "It was 0.5 degrees\n",
    ],
)
def test_texts_with_numbers_are_no_word_vectors(write, text):
    assert detect(write("a.txt", text.encode())) == "text"
