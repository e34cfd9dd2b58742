"""Which format a file has, by its first bytes."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from kernel.errors import DataError, UsageError
from kernel.numeric.bytes import is_weights
from kernel.visible import shell_word
from kernel.vocab.vectors import Subwords
from kernel_vectors import binary, text
from kernel_vectors.containers import Content
from kernel_vectors.skipped import COMMAS, Skipped, has_comma
from kernel_vectors.source import Source

_BOM = b"\xef\xbb\xbf"
_FASTTEXT = b"\xba\x16\x4f\x2f"
# First lines by which a file without a header is judged.
_SAMPLE = 200
# What no text has in its first bytes, and numbers as they lie in memory nearly always have.
_LOOK = 1 << 16
_CONTROL = frozenset({*range(9), *range(14, 32)})
# Digits of a number in a header.
_LONGEST_COUNT = 1000
# What the fields of a header of floret are, after the number of rows and the width; the last two are texts.
_FLORET = ("minn", "maxn", "hash_count", "hash_seed")


def is_fasttext_model(content: Content) -> bool:
    """Whether this is a model of fastText or floret (.bin) rather than its vectors."""
    return content.stream.peek(4)[:4] == _FASTTEXT


def recognise(content: Content, skipped: Skipped) -> Source:
    """The rows of a file in any format of text, or in the binary one of word2vec. skipped: notes what can't be used.

    `UsageError` for files that are something else, which say how to get one that can be read.
    """
    stream, path = content.stream, content.path
    head = stream.peek(1)
    _refuse_others(head, path)
    if head.startswith(_BOM):
        stream.read(len(_BOM))
        head = head[len(_BOM) :]
    lines = head.split(b"\n")
    fields = lines[0].split()
    if len(lines) == 1 and len(head) > 1 << 16:
        raise DataError("there is no end of a line: this is no file of word vectors", path=path, line=1)
    if _is_header(fields, lines):
        rows, width = map(int, fields)
        _check_width(width, path)
        first = stream.readline()
        if _is_binary(head[len(first) :], width):
            blocks = binary.read_rows(stream, path, width, skipped, rows=rows)
            return Source("binary word2vec", "row", width, rows, blocks)
        has_tabs = _has_tabs(lines[1] if len(lines) > 1 else b"")
        blocks = text.read_rows(stream, path, width, skipped, line=2, rows=rows, has_tabs=has_tabs)
        return Source("word2vec", "line", width, rows, blocks)
    floret = _floret_settings(fields, path)
    if floret is not None:
        rows, width = map(int, fields[:2])
        _check_width(width, path)
        stream.readline()
        blocks = text.read_rows(stream, path, width, skipped, line=2, rows=rows)
        return Source("floret", "line", width, rows, blocks, floret)
    if b"\0" in head:
        raise DataError(
            "this is no file of word vectors: it is binary, and its first line is not the number of words and the width of their vectors",
            path=path,
        )
    has_tabs = _has_tabs(lines[0])
    width = _width(lines, path, "\t" if has_tabs else " ")
    blocks = text.read_rows(stream, path, width, skipped, line=1, has_tabs=has_tabs)
    return Source("GloVe", "line", width, None, blocks)


def _refuse_others(head: bytes, path: str) -> None:
    if not head:
        raise DataError("the file is empty", path=path)
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        raise UsageError(
            f"{path} is a pickle, such as Gensim's own save() writes. It could run any code, so it is not read",
            hint="In Gensim: model.wv.save_word2vec_format('vectors.bin', binary=True), or "
            "KeyedVectors.load(FILE).save_word2vec_format('vectors.bin', binary=True); then name vectors.bin here.",
        )
    if is_weights(head):
        raise UsageError(
            f"{path} holds weights, such as kernel pretrain writes, and no word vectors",
            hint=f"[initialize] init_tok2vec takes them: --paths.init_tok2vec {shell_word(path)}",
        )
    if head.startswith(b"\x93NUMPY"):
        raise UsageError(
            f"{path} is an array of numpy, which has no words",
            hint="Write a text file: a line for each word, the word and its numbers with spaces between.",
        )
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{path} is UTF-16", hint="Convert it: iconv -f UTF-16 -t UTF-8 FILE > vectors.txt")


def _is_header(fields: list[bytes], lines: list[bytes]) -> bool:
    """Whether a first line is the number of rows and the width. It may be a number and its vector, of width 1."""
    if len(fields) != 2 or not all(map(_is_count, fields)):
        return False
    next_fields = lines[1].split() if len(lines) > 1 else []
    return fields[1] == b"1" or len(next_fields) != 2 or _numbers_at_end(next_fields) != 1


def _is_count(field: bytes) -> bool:
    return field.isdigit() and len(field) <= _LONGEST_COUNT


def _floret_settings(fields: list[bytes], path: str) -> Mapping[str, Any] | None:
    """What the first line of floret says; None if it is none. `DataError` for settings that no vectors can be made with."""
    if len(fields) != 8 or not all(map(_is_count, fields[:6])):
        return None
    numbers = {name: int(field) for name, field in zip(_FLORET, fields[2:6], strict=True)}
    bow, eow = (field.decode("utf-8", "replace") for field in fields[6:])
    try:
        return Subwords(**numbers, bow=bow, eow=eow).as_dict()
    except DataError as error:
        raise DataError(error.detail, path=path, line=1) from error


def _is_binary(rest: bytes, width: int) -> bool:
    """Whether what follows a header of word2vec holds numbers as they lie in memory. rest: the beginning of it."""
    sample = rest[:_LOOK]
    if not _CONTROL.isdisjoint(sample):
        return True
    lines = sample.split(b"\n")
    if any(_numbers_at_end(line.split()) >= width for line in lines):
        return False
    # A text whose rows are all wrong, or numbers without any byte that no text has.
    return "\ufffd" in sample.decode("utf-8", "replace")[:-1]


def _has_tabs(line: bytes) -> bool:
    return (
        b"\t" in line.strip()
        and b" " not in line.rstrip().rpartition(b"\t")[2]
        and line.count(b"\t") > line.count(b" ")
    )


def _width(lines: list[bytes], path: str, separator: str) -> int:
    """How many numbers most of the first lines have. Words may have spaces inside."""
    # The last one may be cut.
    whole = lines[: max(1, min(len(lines) - 1, _SAMPLE))]
    counts = Counter(
        _numbers_at_end(line.rstrip(b" \t\r").split(separator.encode())) for line in whole if line.strip()
    )
    width = max(counts, key=lambda count: (counts[count], count), default=0)
    if width < 1:
        example = whole[0].decode("utf-8", "replace")
        raise DataError(
            f"this is no file of word vectors: no word with numbers behind it, but {example[:60]!r}",
            path=path,
            line=1,
            hint=COMMAS
            if has_comma(example)
            else "Text files have a line for each word: the word and its numbers, with spaces between.",
        )
    return width


def _numbers_at_end(fields: list[bytes]) -> int:
    """How many of the fields behind the first are numbers, from the end."""
    count = 0
    for field in reversed(fields[1:]):
        try:
            float(field)
        except ValueError:
            break
        count += 1
    return count


def _check_width(width: int, path: str) -> None:
    if not 0 < width <= 1 << 16:
        raise DataError(f"the first line says that the vectors are {width} wide", path=path, line=1)
