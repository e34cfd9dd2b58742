"""The formats as registered converters, so that commands and configs can name them."""

from kernel_readers.detect import FORMATS, Format, read_detected


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


def jsonl() -> Format:
    """Read JSONL files with `text`, `cats`, `spans` or `entities`, Prodigy's included."""
    return FORMATS["jsonl"]


def text() -> Format:
    """Read plain text, a document a line."""
    return FORMATS["text"]


def auto() -> Format:
    """Read a file of any of these formats by its extension and content."""
    return read_detected
