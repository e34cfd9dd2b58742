"""Trees, sentences and entities against a look at every token."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.tokens import Doc, DocBin
from kernel.tokens.heads import Tree, starts_from_heads
from kernel.vocab import Vocab

VOCAB = Vocab()


@st.composite
def forests(draw):
    """Heads (positions) of trees: every token hangs on one that comes earlier in some order of the tokens."""
    n = draw(st.integers(1, 12))
    order = draw(st.permutations(range(n)))
    heads = list(range(n))
    for place, token in enumerate(order):
        heads[token] = order[draw(st.integers(0, place))]
    return heads


def above(heads, token):
    found = []
    while heads[token] != token:
        token = heads[token]
        found.append(token)
    return found


def below(heads, tops):
    return [token for token in range(len(heads)) if not {token, *above(heads, token)}.isdisjoint(tops)]


def positions(tokens):
    return [token.i for token in tokens]


@given(forests())
def test_a_token_in_its_tree(heads):
    doc = Doc(VOCAB, ["w"] * len(heads), heads=heads)
    for token in doc:
        children = [i for i, head in enumerate(heads) if head == token.i and i != token.i]
        subtree = below(heads, {token.i})
        assert positions(token.children) == children
        assert positions(token.lefts) == [i for i in children if i < token.i]
        assert positions(token.rights) == [i for i in children if i > token.i]
        assert (token.n_lefts, token.n_rights) == (len(list(token.lefts)), len(list(token.rights)))
        assert positions(token.subtree) == subtree
        assert (token.left_edge.i, token.right_edge.i) == (subtree[0], subtree[-1])
        assert positions(token.ancestors) == above(heads, token.i)
        assert [token.is_ancestor(other) for other in doc] == [
            token.i in above(heads, i) for i in range(len(doc))
        ]


@given(forests(), st.data())
def test_a_span_in_its_tree(heads, data):
    doc = Doc(VOCAB, ["w"] * len(heads), heads=heads)
    start = data.draw(st.integers(0, len(doc)))
    end = data.draw(st.integers(start, len(doc)))
    assert positions(doc[start:end].subtree) == below(heads, set(range(start, end)))


@given(st.lists(st.sampled_from("BIO"), max_size=10), st.lists(st.booleans(), max_size=10), st.data())
def test_a_span_among_sentences_and_entities(tags, starts, data):
    n = min(len(tags), len(starts))
    doc = Doc(
        VOCAB,
        ["w"] * n,
        ents=["O" if tag == "O" else f"{tag}-X" for tag in tags[:n]],
        sent_starts=[True, *starts[:n]][:n],
    )
    start = data.draw(st.integers(0, n))
    end = data.draw(st.integers(start, n))
    span = doc[start:end]
    ents = [(ent.start, ent.end) for ent in doc.ents]
    assert [(ent.start, ent.end) for ent in span.ents] == [
        ent for ent in ents if start <= ent[0] and ent[1] <= end
    ]
    assert [(ent.start + start, ent.end + start) for ent in span.as_doc().ents] == [
        (ent.start, ent.end) for ent in span.ents
    ]
    assert np.array_equal(
        span.to_array(["ORTH", "SENT_START"]), doc.to_array(["ORTH", "SENT_START"])[start:end]
    )
    if n and doc.has_annotation("SENT_START"):
        sents = [(sent.start, sent.end) for sent in doc.sents]
        # An empty span lies in the sentence of the token behind it.
        touched = [sent for sent in sents if sent[0] < max(end, start + 1) and start < sent[1]]
        assert [(sent.start, sent.end) for sent in span.sents] == touched
        for token in doc:
            assert (token.sent.start, token.sent.end) == next(
                one for one in sents if one[0] <= token.i < one[1]
            )


def test_tokens_of_a_text_without_annotations():
    doc = Doc(VOCAB, ["a", "b"])
    assert [token.head.i for token in doc] == [0, 1]
    assert [positions(token.subtree) for token in doc] == [[0], [1]]
    assert [(token.ent_iob, token.sent_start, token.has_dep(), token.has_morph()) for token in doc] == [
        (0, 1, False, False),
        (0, 0, False, False),
    ]
    assert list(doc[0:0].subtree) == []


def test_a_cycle_that_nobody_has_checked_is_named():
    tree = Tree(np.array([1, 1, -2, 0]))
    with pytest.raises(DataError, match="cycle"):
        tree.subtree(0, 1)


def test_the_tree(doc):
    assert doc[2].head.text == "York"
    assert [token.text for token in doc[1].children] == ["I", "York", "."]
    assert [token.text for token in doc[1].lefts] == ["I"] and doc[1].n_rights == 2
    assert [token.text for token in doc[3].subtree] == ["New", "York"]
    assert [token.text for token in doc[2].ancestors] == ["York", "saw"]
    assert doc[1].is_ancestor(doc[2]) and not doc[6].is_ancestor(doc[2])
    assert (doc[1].left_edge.i, doc[1].right_edge.i) == (0, 4)
    assert doc[2:4].root.text == "York" and [token.i for token in doc[3:5].subtree] == [2, 3, 4]


def test_sentences_follow_from_heads(doc):
    assert [sent.text for sent in doc.sents] == ["I saw New York.", "It rains!"]
    assert doc[3].sent.text == "I saw New York." and doc[6].sent.start == 5
    assert [token.is_sent_start for token in doc][4:6] == [False, True]
    assert doc[4].is_sent_end and doc[7].is_sent_end


def test_heads_with_an_error_change_nothing(doc):
    heads = [token.head.i for token in doc]
    with pytest.raises(DataError, match="cycle"):
        doc[1].head = doc[0]
    with pytest.raises(DataError, match="outside the text"):
        doc.from_array("HEAD", np.full(len(doc), 9))
    with pytest.raises(DataError, match="whole numbers"):
        doc.from_array("HEAD", np.zeros(len(doc)))
    assert [token.head.i for token in doc] == heads
    assert [sent.start for sent in doc.sents] == [0, 5]


@given(forests(), st.data())
def test_the_root_of_a_span_is_the_token_nearest_to_a_root(heads, data):
    doc = Doc(VOCAB, ["w"] * len(heads), heads=heads)
    start = data.draw(st.integers(0, len(doc) - 1))
    end = data.draw(st.integers(start + 1, len(doc)))
    depths = [len(above(heads, token)) for token in range(len(heads))]
    assert doc[start:end].root.i == min(range(start, end), key=depths.__getitem__)


@pytest.mark.parametrize(
    ("words", "heads", "bounds", "root"),
    [
        (["a", "b", "c", ",", "d"], [0, 0, 1, 0, 0], (2, 4), 2),
        (["a", "b", "c", "\n", "d"], [0, 0, 1, 0, 0], (2, 4), 2),
        # Something hangs on it, it is the root, or there is nothing else.
        (["a", "b", "c", ",", "d"], [0, 0, 1, 0, 3], (2, 4), 3),
        (["a", "b", "c", ",", "d"], [3, 0, 1, 3, 0], (2, 4), 3),
        (["a", "b", "...", ",", "d"], [0, 0, 1, 0, 0], (2, 4), 3),
    ],
)
def test_punctuation_is_the_root_of_a_span_only_for_want_of_a_better_one(words, heads, bounds, root):
    assert Doc(VOCAB, words, heads=heads)[slice(*bounds)].root.i == root


def test_a_span_without_tokens_has_no_root():
    with pytest.raises(DataError, match="no root"):
        _ = Doc(VOCAB, ["a", "b"], heads=[0, 0])[1:1].root


@given(forests(), st.data())
def test_a_token_whose_head_is_not_known_starts_no_sentence(heads, data):
    n = len(heads)
    known = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    known = [one or head != i for i, (one, head) in enumerate(zip(known, heads, strict=True))]
    roots = {i for i, head in enumerate(heads) if head == i and known[i]}
    starts = {0} | {min(below(heads, {root})) for root in roots}
    by_heads = Doc(
        VOCAB, ["w"] * n, heads=[head if one else None for head, one in zip(heads, known, strict=True)]
    )
    by_labels = Doc(VOCAB, ["w"] * n, heads=heads, deps=["x" if one else "" for one in known])
    by_array = Doc(VOCAB, ["w"] * n).from_array(["HEAD", "DEP"], by_labels.to_array(["HEAD", "DEP"]))
    stored = DocBin(attrs=["HEAD", "DEP"], docs=[by_labels]).to_bytes()
    [by_bytes] = DocBin().from_bytes(stored).get_docs(VOCAB)
    # Arrays without any label are taken for whole parses.
    for doc in (by_heads, by_labels, *((by_array, by_bytes) if any(known) else ())):
        assert {token.i for token in doc if token.is_sent_start} == starts
    assert [token.has_head() for token in by_heads] == known


def test_heads_that_are_set_one_by_one_make_no_sentence_of_every_other_token():
    doc = Doc(VOCAB, ["w"] * 6)
    doc[3].head = doc[2]
    doc[5].head = doc[5]
    assert [token.sent_start for token in doc] == [1, -1, 1, -1, -1, 1]


def test_common_ancestors_within_and_outside_of_a_span(doc):
    matrix = doc.get_lca_matrix()
    assert matrix[0].tolist() == [0, 1, 1, 1, 1, -1, -1, -1]
    assert matrix[2].tolist() == [1, 1, 2, 3, 1, -1, -1, -1]
    assert (matrix == matrix.T).all() and matrix.diagonal().tolist() == list(range(8))
    # The ancestor of "New" and "." lies before this span.
    assert doc[2:5].get_lca_matrix().tolist() == [[0, 1, -1], [1, 1, -1], [-1, -1, 2]]
    assert Doc(VOCAB).get_lca_matrix().shape == (0, 0)


@given(forests())
def test_common_ancestors_are_those_that_walking_up_finds(heads):
    doc = Doc(VOCAB, ["w"] * len(heads), heads=heads, deps=["d"] * len(heads))
    matrix = doc.get_lca_matrix()
    paths = [[token.i, *(above.i for above in token.ancestors)] for token in doc]
    for one, path in enumerate(paths):
        for two, other in enumerate(paths):
            assert matrix[one, two] == next((i for i in path if i in other), -1)


@given(st.integers(0, 14).flatmap(lambda n: st.tuples(*[st.integers(-i, n - 1 - i) for i in range(n)])))
def test_starts_of_few_tokens_are_those_that_arrays_give(heads):
    def starts(known):
        try:
            return starts_from_heads(relative, known).tolist()
        except DataError as error:
            return str(error)

    relative = np.array(heads, dtype=np.int32)
    # With `known` given, all tokens go side by side.
    assert starts(None) == starts(np.ones(len(heads), dtype=bool))
