"""Suggesters against lists written by hand or by loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_components.suggesters.ngrams import build_ngram_range_suggester, build_ngram_suggester
from kernel_components.suggesters.parsed import build_chunk_suggester, build_subtree_suggester
from kernel_components.suggesters.preset import build_preset_spans_suggester

from kernel.errors import DataError, UsageError
from kernel.tokens import Doc
from kernel.vocab import Vocab

VOCAB = Vocab()


def docs_of(lengths):
    return [Doc(VOCAB, words=["w"] * length) for length in lengths]


def suggested(suggester, docs):
    """The spans of each document."""
    spans = suggester(docs)
    assert spans.dataXd.dtype == np.int32 and spans.lengths.dtype == np.int32
    places = [tuple(place) for place in np.reshape(spans.dataXd, (-1, 2)).tolist()]
    ends = np.cumsum(spans.lengths).tolist()
    return [places[end - size : end] for end, size in zip(ends, spans.lengths.tolist(), strict=True)]


@given(
    st.lists(st.integers(0, 9), max_size=5), st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True)
)
def test_ngrams(lengths, sizes):
    expected = [
        [(start, start + size) for size in sizes for start in range(length - size + 1)] for length in lengths
    ]
    assert suggested(build_ngram_suggester(sizes), docs_of(lengths)) == expected


def test_ngrams_of_a_range_of_sizes():
    docs = docs_of([4, 2, 0])
    assert suggested(build_ngram_range_suggester(2, 3), docs) == suggested(
        build_ngram_suggester([2, 3]), docs
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: build_ngram_suggester([]), "at least one size"),
        (lambda: build_ngram_range_suggester(3, 2), r"max_size \(2\) is less than min_size \(3\)"),
    ],
)
def test_sizes_that_make_no_sense(make, said):
    with pytest.raises(UsageError, match=said):
        make()


def test_preset_spans():
    docs = docs_of([4, 3, 0])
    docs[0].spans["k"] = [docs[0][1:3], docs[0][0:1], docs[0][1:3]]
    docs[1].spans["k"] = []
    suggester = build_preset_spans_suggester("k")
    assert suggested(suggester, docs) == [[(1, 3), (0, 1), (1, 3)], [], []]
    with pytest.raises(DataError, match="there is no group of spans 'k'") as caught:
        suggester([docs[0], docs_of([2])[0]])
    assert caught.value.document == 1


def parsed():
    words, heads = ["the", "old", "man", "sat", "there"], [2, 2, 3, 3, 3]
    return Doc(VOCAB, words=words, heads=heads, deps=["det", "amod", "nsubj", "ROOT", "advmod"])


def test_subtrees():
    doc = parsed()
    expected = [(0, 1), (1, 2), (0, 3), (0, 5), (4, 5)]
    assert suggested(build_subtree_suggester(), [doc, *docs_of([0])]) == [expected, []]
    alone = Doc(VOCAB, words=["a", "b"], heads=[1, 1], deps=["x", "ROOT"])
    assert suggested(build_subtree_suggester(), [alone, doc])[0] == [(0, 1), (0, 2)]


def test_chunks(monkeypatch):
    monkeypatch.setattr(VOCAB, "get_noun_chunks", lambda doclike: iter([(0, 3, 0)]))
    assert suggested(build_chunk_suggester(), [parsed()]) == [[(0, 3)]]


@pytest.mark.parametrize("make", [build_subtree_suggester, build_chunk_suggester])
def test_what_needs_a_parse_says_so(make):
    assert "token.dep" in make().requires
    with pytest.raises(DataError, match=r"needs a parsed document") as caught:
        make()(docs_of([0, 2]))
    assert caught.value.document == 1
    assert "annotating_components" in str(caught.value.hint)
