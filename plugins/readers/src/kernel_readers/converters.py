"""The formats as registered converters, so that commands and configs can name them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kernel.tokens import Doc
from kernel_readers.detect import FORMATS, read_detected
from kernel_readers.files import data_files
from kernel_readers.formats.format import Format
from kernel_readers.report import Report


def spacy() -> Format:
    """Read `.spacy` files."""
    return FORMATS["spacy"]


def conllu() -> Format:
    """Read CoNLL-U files."""
    return FORMATS["conllu"]


def iob() -> Format:
    """Read column files with an entity tag a token: IOB, BIO, BILUO or BIOES."""
    return FORMATS["iob"]


def iob_lines() -> Format:
    """Read files with a sentence a line and tokens as `word|entity` or `word|tag|entity`."""
    return FORMATS["iob_lines"]


def json() -> Format:
    """Read the field's JSON of version 2: documents of paragraphs, sentences and tokens."""
    return FORMATS["json"]


def jsonl() -> Format:
    """Read JSON Lines and JSON with `text`, `cats`, `spans` or `entities`: Prodigy's, Doccano's, Label Studio's, pairs."""
    return FORMATS["jsonl"]


def csv() -> Format:
    """Read tables with a header, CSV and TSV: a text a row, and its categories."""
    return FORMATS["csv"]


def text() -> Format:
    """Read plain text, a document a line."""
    return FORMATS["text"]


def brat() -> Format:
    """Read brat standoff: an `.ann` file and the text beside it."""
    return FORMATS["brat"]


def webanno() -> Format:
    """Read WebAnno TSV 3, which INCEpTION exports."""
    return FORMATS["webanno"]


def huggingface() -> Format:
    """Read rows in JSON as data sets of Hugging Face have them: `tokens` with `ner_tags`, `text` with `label`."""
    return FORMATS["huggingface"]


def fasttext() -> Format:
    """Read lines of fastText: `__label__NAME` before a text."""
    return FORMATS["fasttext"]


def parquet() -> Format:
    """Read Parquet, rows of a data set: `text` with `label`, `tokens` with `ner_tags`. Needs pyarrow."""
    return FORMATS["parquet"]


class Detecting:
    """Reads a file of any built-in format, and knows which files of a directory are such."""

    def __call__(
        self,
        path: Path,
        nlp: Any,
        *,
        n_sents: int | None = None,
        columns: Sequence[str] | None = None,
        labels: Sequence[str] | Path | None = None,
        trim: bool = False,
    ) -> Iterator[Doc]:
        """The documents of a file."""
        return read_detected(path, nlp, n_sents=n_sents, columns=columns, labels=labels, trim=trim)

    def data_files(self, path: Path) -> list[Path]:
        """The files of a directory to read. What is left out is said."""
        report = Report(is_of_one_file=False)
        found = data_files(path, report)
        report.say(path)
        return found


def auto() -> Detecting:
    """Read a file of any of these formats by its extension and content."""
    return Detecting()
