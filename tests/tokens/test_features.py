import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tokens import Doc
from kernel.tokens.batch import batch_column, batch_rows
from kernel.tokens.features import lexical, token_features, unique_features
from kernel.vocab import Vocab
from kernel.vocab.attrs import ENT_IOB, NORM, ORTH, PREFIX, SHAPE, SPACY, TAG

words = st.lists(st.sampled_from(["a", "B", "b", "cd", "Cd", "é"]), max_size=6)
attributes = st.lists(st.sampled_from([ORTH, NORM, PREFIX, SHAPE]), min_size=1, max_size=4)


@given(st.lists(words, max_size=4), attributes, st.booleans())
def test_unique_features_are_the_features_once_each(batch, names, generations):
    vocab = Vocab()
    docs = []
    for each in batch:
        docs.append(Doc(vocab, each))
        if generations:
            vocab.new_generation()
    features = token_features(docs, names)
    unique, inverse = unique_features(docs, names)
    assert features.shape == (sum(map(len, batch)), len(names)) and features.dtype == np.uint64
    assert np.array_equal(unique[inverse], features)
    assert len(unique) == len({word for each in batch for word in each})
    assert inverse.dtype == np.int32


@given(st.lists(words, min_size=1, max_size=4))
def test_the_order_does_not_depend_on_the_past(batch):
    used, changing = Vocab(), Vocab()
    used.lexemes.rows(["é", "x", "Cd", "b"])
    apart = []
    for each in batch:
        apart.append(Doc(changing, each))
        changing.new_generation()
    together = [Doc(used, each) for each in batch]
    for left, right in zip(unique_features(together, [ORTH]), unique_features(apart, [ORTH]), strict=True):
        assert left.tolist() == right.tolist()


def test_a_norm_of_its_own_makes_a_distinct_token(vocab):
    doc = Doc(vocab, ["ca", "ca", "ca"])
    doc[1].norm_ = "can"
    unique, inverse = unique_features([doc], [ORTH])
    assert inverse.tolist() == [0, 1, 0] and len(unique) == 2


def test_features_of_tokens_in_place_are_told_apart_by_value(vocab):
    doc = Doc(vocab, ["a", "a", "b"], [True, False, True])
    unique, inverse = unique_features([doc], [NORM, SPACY])
    assert inverse.tolist() == [0, 1, 2]
    assert unique[:, 1].tolist() == [1, 0, 1]
    assert lexical([NORM, SHAPE]) and not lexical([NORM, SPACY])


def test_rows_of_a_batch(vocab):
    docs = [Doc(vocab, ["a", "b"]), Doc(vocab, ["b"])]
    table, rows = batch_rows(docs)
    assert table is docs[0].table and rows.tolist() == [0, 1, 1]
    vocab.new_generation()
    assert batch_rows([*docs, Doc(vocab, ["a"])])[0] is None
    assert batch_rows([])[0] is None


def test_columns_of_a_batch(vocab):
    docs = [Doc(vocab, ["a", "b"], ents=["B-X", "O"]), Doc(vocab, ["c"])]
    assert batch_column(docs, ENT_IOB).tolist() == [3, 2, 0]
    assert batch_column(docs, ENT_IOB, 2).tolist() == [3, 2, 2]
    assert batch_column(docs, ENT_IOB).dtype == np.int8
    assert batch_column(docs, TAG).tolist() == [0, 0, 0]


def test_an_empty_batch():
    assert token_features([], [ORTH]).shape == (0, 1)
    unique, inverse = unique_features([], [ORTH, NORM])
    assert unique.shape == (0, 2) and inverse.shape == (0,)


@pytest.mark.parametrize("spaces", [[True], [False]])
def test_spaces_are_a_feature(vocab, spaces):
    assert token_features([Doc(vocab, ["a"], spaces)], [SPACY]).tolist() == [[int(spaces[0])]]
