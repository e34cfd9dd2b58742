"""What is asked of every token, span or sentence of a long text takes no longer for each than in a short one."""

import numpy as np
import pytest

from kernel.tokens import Doc, Example, Span, Token
from kernel.vocab import Vocab
from kernel.vocab.attrs import DEP

# What these give grows with the depth of the tree.
DEEP = {"ancestors", "subtree"}


def public(kind):
    return [name for name in dir(kind) if not name.startswith("_") and not callable(getattr(kind, name))]


def make(n, heads="flat"):
    parents = {
        "flat": lambda i: i - i % 5,
        "chain": lambda i: max(0, i - 1),
        "back": lambda i: min(n - 1, i + 1),
    }
    doc = Doc(
        Vocab(),
        [f"w{i % 7}" for i in range(n)],
        heads=[parents[heads](i) for i in range(n)],
        deps=["dep"] * n,
        tags=["TAG"] * n,
        ents=["B-X" if i % 5 == 0 else "O" for i in range(n)],
    )
    doc.tensor = np.zeros((n, 2), dtype="float32")
    doc.vocab.get_noun_chunks = lambda doc: ((i, i + 1, 0) for i in range(len(doc)))
    return doc


def look(one, names):
    """Ask for attributes; what is given bit by bit is taken to its end."""
    for name in names:
        value = getattr(one, name)
        if hasattr(value, "__next__"):
            list(value)


@pytest.mark.parametrize("heads", ["flat", "chain", "back"])
def test_every_token(heads, grows_linearly):
    names = [name for name in public(Token) if heads == "flat" or name not in DEEP]

    def ask(n):
        doc = make(n, heads)
        return lambda: [look(token, names) for token in doc]

    grows_linearly(ask)


def test_every_span(grows_linearly):
    def ask(n):
        doc = make(n)
        return lambda: [look(doc[i : i + 5], public(Span)) for i in range(0, n, 5)]

    grows_linearly(ask, 40)


@pytest.mark.parametrize("heads", ["flat", "chain", "back"])
def test_a_span_and_a_document_of_any_length(heads, grows_linearly):
    def ask(n):
        doc = make(n, heads)
        return lambda: [look(doc[0:n], public(Span)), look(doc, public(Doc))]

    grows_linearly(ask)


def test_one_token_of_a_deep_tree(grows_linearly):
    def ask(n):
        doc = make(n, "chain")
        return lambda: [list(doc[i].subtree)[-1] for i in range(n - 10, n)] + list(doc[n - 1].ancestors)

    grows_linearly(ask)


def test_conjuncts_of_one_token_of_a_long_coordination(grows_linearly):
    def ask(n):
        doc = make(n, "chain")
        doc.set_column(DEP, np.full(n, doc.intern("conj")))
        return lambda: doc[n - 1].conjuncts

    grows_linearly(ask)


@pytest.mark.parametrize(
    "action",
    [
        lambda doc: [token.is_ancestor(doc[0]) for token in doc],
        lambda doc: [sent.as_doc() for sent in doc.sents],
        lambda doc: [sent.to_array(["TAG", "ORTH", "IDX"]) for sent in doc.sents],
        lambda doc: [doc.char_span(token.idx, token.idx + len(token)) for token in doc],
        lambda doc: Example(doc.copy(), doc).split_sents(),
        lambda doc: Example(doc.copy(), doc).get_aligned_parse(),
        lambda doc: Doc.from_docs([sent.as_doc() for sent in doc.sents]),
        lambda doc: Doc(doc.vocab).from_json(doc.to_json()),
        lambda doc: setattr(doc, "ents", doc.ents),
    ],
)
def test_calls(action, grows_linearly):
    def ask(n):
        doc = make(n)
        return lambda: action(doc)

    grows_linearly(ask, 40)


def test_trees_and_sentences_are_looked_for_once_and_again_after_a_change():
    doc = make(20)
    assert doc.tree() is doc.tree()
    assert doc.sentence_borders() is doc.sentence_borders()
    assert [child.i for child in doc[0].children] == [1, 2, 3, 4]
    assert [len(sent) for sent in doc.sents] == [5, 5, 5, 5]
    doc[4].head = doc[5]
    assert [child.i for child in doc[0].children] == [1, 2, 3]
    assert [token.i for token in doc[5].subtree] == [4, 5, 6, 7, 8, 9]
    assert [len(sent) for sent in doc.sents] == [4, 6, 5, 5]
    doc[2].head = doc[2]
    assert [len(sent) for sent in doc.sents] == [2, 2, 6, 5, 5]
    assert [len(token.sent) for token in doc[:5]] == [2, 2, 2, 2, 6]
    doc.from_bytes(make(10).to_bytes())
    assert [len(sent) for sent in doc.sents] == [5, 5]
    assert [child.i for child in doc[5].children] == [6, 7, 8, 9]
    plain = Doc(Vocab(), list("abcd"), sent_starts=[True, False, False, True])
    assert [len(sent) for sent in plain.sents] == [3, 1]
    plain[2].is_sent_start = True
    assert [len(sent) for sent in plain.sents] == [2, 1, 1]
