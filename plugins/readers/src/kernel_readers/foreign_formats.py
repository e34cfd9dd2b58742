"""Files of formats that are not read here: what each is, by its first bytes, and how to make of it one that is."""

from pathlib import Path
from typing import BinaryIO

from kernel.errors import DataError
from kernel.files.compressed import open_bytes, suffix_of
from kernel_readers.excerpt import content_of

_SNIFFED = 8192
# The list of what an archive holds stands at its end.
_TAIL = 1 << 16
# Places of two bytes of which at least one in so many has a zero, in texts of UTF-16.
_RARE = 8

_CSV = "Save it as CSV (UTF-8) with a header: a text a row, and its label. kernel reads that."
_TEXT = "Save its text as .txt, a text a line, in UTF-8."
_UNPACK = "Unpack it first."
_VECTORS = (
    "kernel init vectors LANG FILE DIRECTORY makes a pipeline of it, of the package kernel-nlp-vectors; "
    "name here a file of texts."
)
# Numbers behind the first field of each line, of a file that doesn't say in its first line how many there are.
_NUMBERS = 10
_FEATHER = (
    'Make a file of it that is read, for example: pandas.read_feather("data.feather").to_json("data.jsonl", '
    'orient="records", lines=True, force_ascii=False)'
)
# What a file begins with -> what it is, and what to do.
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF document", _TEXT),
    (b"PAR1", "a Parquet file", "It is read if its name says so, FILE.parquet, where pyarrow is installed."),
    (b"ARROW1", "an Arrow (Feather) file", _FEATHER),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (.xls, .doc)", f"{_CSV[:-1]}, or its text as .txt."),
    (b"{\\rtf", "a text with layout (RTF)", _TEXT),
    (b"\x1f\x8b", "compressed (gzip)", "It is read if its name says so: FILE.jsonl.gz"),
    (b"BZh", "compressed (bzip2)", "It is read if its name says so: FILE.jsonl.bz2"),
    (b"\xfd7zXZ\x00", "compressed (xz)", "It is read if its name says so: FILE.jsonl.xz"),
    (b"\x28\xb5\x2f\xfd", "compressed (Zstandard)", "It is read if its name says so: FILE.jsonl.zst"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table as CSV with a header."),
)
# Those among them that are read if their names say what they are.
READ = {b"PAR1": ".parquet"}
# What the archive of an office document holds -> what it is, and what to do.
_MEMBERS: tuple[tuple[bytes, str, str], ...] = (
    (b"xl/workbook", "an Excel workbook (.xlsx)", _CSV),
    (b"word/document", "a Word document (.docx)", _TEXT),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)", _CSV),
    (b"opendocument.text", "an OpenDocument text (.odt)", _TEXT),
)
_NAMES = {".xlsx": 0, ".xlsm": 0, ".docx": 1, ".ods": 2, ".odt": 3}
# Who has Excel may have no iconv.
_ANEW = "or save it anew, in Excel as CSV UTF-8, in an editor as UTF-8."
_ENCODING = f"Convert it first: iconv -f {{}} -t utf-8 FILE > NEW; {_ANEW}"


def check_known(path: Path, content: BinaryIO | None = None) -> None:
    """`DataError` for a file of a format that many tools write and that is not read: what it is, and what to do.

    content: of what can't be opened by its path.
    """
    if content_of(path) is not None:
        return
    with open_bytes(path) if content is None else content as file:
        found = _foreign(path, file)
    if found is not None:
        what, hint = found
        raise DataError(f"the file is {what}, which is not read", path=path, hint=hint)


def _foreign(path: Path, file: BinaryIO) -> tuple[str, str] | None:
    """What a file is, and what to do; None if it may be data."""
    head = file.read(_SNIFFED)
    for beginning, what, hint in _BEGINNINGS:
        if head.startswith(beginning):
            return None if suffix_of(path) == READ.get(beginning) else (what, hint)
    if head.startswith(b"PK\x03\x04"):
        if not file.seekable():
            return _archive(path, head)
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        return _archive(path, head + file.read())
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)", f"{_TEXT} A download that asks to log in is a web page, too."
    if _is_vectors(head):
        return "a table of word vectors", _VECTORS
    encoding = _wide_encoding(head)
    return (f"text in {encoding.upper()}", _ENCODING.format(encoding)) if encoding else None


def _is_vectors(head: bytes) -> bool:
    """Whether a text is one of word2vec (a first line of two numbers, the second of which is the width), or GloVe."""
    lines = [line.split() for line in head.split(b"\n")]
    # The last one may be cut.
    rows = lines[:-1] if len(head) == _SNIFFED else [line for line in lines if line]
    if len(rows) < 2:
        return False
    if len(rows[0]) == 2 and all(field.isdigit() and len(field) < 10 for field in rows[0]):
        width = int(rows[0][1])
        return width > 1 and all(len(row) > width and _are_decimals(row[-width:]) for row in rows[1:])
    width = len(rows[0]) - 1
    return width >= _NUMBERS and all(len(row) == width + 1 and _are_decimals(row[1:]) for row in rows)


def _are_decimals(fields: list[bytes]) -> bool:
    """Whether fields are numbers, and not all of them whole ones, as columns of other tables may be."""
    try:
        for field in fields:
            float(field)
    except ValueError:
        return False
    return any(b"." in field for field in fields)


def _archive(path: Path, parts: bytes) -> tuple[str, str]:
    for member, what, hint in _MEMBERS:
        if member in parts:
            return what, hint
    place = _NAMES.get(suffix_of(path))
    return _MEMBERS[place][1:] if place is not None else ("a zip archive", _UNPACK)


def _wide_encoding(head: bytes) -> str | None:
    """The encoding of a text that has two or four bytes a character, by its mark or by where its zeros are."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    first, second = head[0::2].count(0), head[1::2].count(0)
    if min(first, second) or _RARE * max(first, second) < len(head) // 2 or first + second < 2:
        return None
    return "utf-16le" if second else "utf-16be"


def as_windows(line: bytes, wrong: int) -> str:
    """What to do about a line that is not UTF-8: most such files are of Windows, whose characters are shown."""
    try:
        shown = line[max(0, wrong - 30) : wrong + 30].decode("cp1252")
    except UnicodeDecodeError:
        return "Find out its encoding, and convert it first, for example with: iconv -f ENCODING -t utf-8 FILE > NEW"
    return (
        f"As cp1252, the encoding of Windows, the line has {shown.strip()!r} here. If that is right, "
        f"convert the file first: iconv -f cp1252 -t utf-8 FILE > NEW; {_ANEW}"
    )
