"""The formats that can be written, as registered writers."""

from kernel_readers.writing.brat import BratWriter
from kernel_readers.writing.columns import ColumnsWriter, bars, conll2003, tabs
from kernel_readers.writing.conllu import ConlluWriter
from kernel_readers.writing.docbin import DocBinWriter
from kernel_readers.writing.json_v2 import JsonV2Writer
from kernel_readers.writing.jsonl import JsonLinesWriter
from kernel_readers.writing.table import TableWriter


def conllu() -> ConlluWriter:
    """Write CoNLL-U: words with lemmas, tags, features, dependencies, and entities in MISC."""
    return ConlluWriter()


def iob() -> ColumnsWriter:
    """Write a word and its entity tag a line, in IOB2 (BIO): B- begins each entity."""
    return ColumnsWriter("IOB", tabs, (".iob", ".iob2", ".bio"), scheme="bio", separators="\t")


def iob1() -> ColumnsWriter:
    """Write a word and its entity tag a line, in IOB as it was first: B- begins only an entity that follows one of its label."""
    return ColumnsWriter("IOB", tabs, (".iob1",), scheme="iob1", separators="\t")


def biluo() -> ColumnsWriter:
    """Write a word and its entity tag a line, in BILUO: L- ends an entity, U- is one of a single word."""
    return ColumnsWriter("BILUO", tabs, (".biluo",), scheme="biluo", separators="\t")


def bioes() -> ColumnsWriter:
    """Write a word and its entity tag a line, in BIOES (IOBES): E- ends an entity, S- is one of a single word."""
    return ColumnsWriter("BIOES", tabs, (".bioes", ".iobes"), scheme="bioes", separators="\t")


def conll2003_columns() -> ColumnsWriter:
    """Write the four columns of CoNLL-2003, with IOB2 tags, and `-DOCSTART-` before each document."""
    return ColumnsWriter(
        "CoNLL-2003", conll2003, (".conll",), scheme="bio", separators=" \t", has_tags=True, has_marks=True
    )


def iob_lines() -> ColumnsWriter:
    """Write a sentence a line, tokens as `word|tag|entity`, with IOB2 tags."""
    return ColumnsWriter(
        "a line of word|tag|entity", bars, (), scheme="bio", separators=" \t", of_tags="|", has_tags=True
    )


def spacy() -> DocBinWriter:
    """Write `.spacy` files, which hold everything."""
    return DocBinWriter()


def json() -> JsonV2Writer:
    """Write the field's JSON of version 2: a document of one paragraph for each."""
    return JsonV2Writer()


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
