"""The attribute that phrases are compared by, as numbers of tokens."""

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.columns import as_uint64, values_of
from kernel.vocab import attrs
from kernel_matchers.phrase_matcher.trie import Trie
from kernel_matchers.token_patterns.tokens import Tokens


def values_in(doc: Doc, attr: int, start: int, end: int) -> NDArray[np.uint64]:
    """The values of some tokens of a document, shape (end - start,). SENT_START is 1 for tokens that are known to start a sentence, else 0."""
    values = values_of(doc, attr)[start:end] if attr == attrs.SENT_START else values_of(doc, attr, start, end)
    return (values == 1).astype(np.uint64) if attr == attrs.SENT_START else as_uint64(values)


def numbers_in(tokens: Tokens, attr: int, trie: Trie) -> NDArray[np.int64]:
    """The numbers that the tree has for the tokens of a batch, shape (N,)."""
    table, rows = tokens.table, tokens.rows
    if attr not in attrs.LEXICAL or table is None:
        return trie.numbers(tokens.numbers(attr))
    column = as_uint64(table.column(attr))
    # Each word form is looked up once, or each token, whichever are fewer.
    return trie.numbers(column)[rows] if len(column) < len(rows) else trie.numbers(column[rows])
