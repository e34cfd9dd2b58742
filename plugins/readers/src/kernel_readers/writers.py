"""The formats that can be written, as registered writers."""

from kernel_readers.writing.brat import BratWriter
from kernel_readers.writing.conllu import ConlluWriter
from kernel_readers.writing.docbin import DocBinWriter
from kernel_readers.writing.jsonl import JsonLinesWriter
from kernel_readers.writing.table import TableWriter


def conllu() -> ConlluWriter:
    """Write CoNLL-U: words with lemmas, tags, features, dependencies, and entities in MISC."""
    return ConlluWriter()


def spacy() -> DocBinWriter:
    """Write `.spacy` files, which hold everything."""
    return DocBinWriter()


def jsonl() -> JsonLinesWriter:
    """Write JSON Lines with everything that is annotated: a document a line."""
    return JsonLinesWriter()


def brief() -> JsonLinesWriter:
    """Write JSON Lines to be looked at: without tokens of which nothing is known but their place."""
    return JsonLinesWriter(is_brief=True)


def brat() -> BratWriter:
    """Write brat standoff into a folder: a text and its entities and spans, with relations."""
    return BratWriter()


def csv() -> TableWriter:
    """Write a table with a header: a text a row, and its categories."""
    return TableWriter()
