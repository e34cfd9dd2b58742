"""Lifting arcs and taking them back, against the definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.tokens.projective import (
    DELIMITER,
    LabelParts,
    crossed_parts,
    deprojectivized,
    lifted,
    projectivized,
)

from .strategies import trees

LABELS = ["a", "b", "c", "a||b", "b||c", "c||a", "a||z"]


def ancestors(heads, index):
    found = [index]
    while heads[index] != index:
        index = heads[index]
        found.append(index)
    return found


def crosses(heads, index):
    """Whether an arc that can be lifted covers a token that doesn't hang on its head."""
    head = heads[index]
    covered = range(min(index, head) + 1, max(index, head))
    return heads[head] != head and any(head not in ancestors(heads, each) for each in covered)


@given(trees())
def test_no_arc_that_can_be_lifted_crosses_another(heads):
    found, labels = projectivized(heads, [f"l{index}" for index in range(len(heads))])
    assert not any(crosses(found, index) for index in range(len(found)))
    for index, (old, new, label) in enumerate(zip(heads, found, labels, strict=True)):
        assert new in ancestors(heads, old)
        assert label == (f"l{index}" if new == old else f"l{index}{DELIMITER}l{old}")


@given(trees(), trees())
def test_texts_side_by_side_are_lifted_as_alone(left, right):
    both = [*left, *(head + len(left) for head in right)]
    alone = [projectivized(heads, [""] * len(heads))[0] for heads in (left, right)]
    assert projectivized(both, [""] * len(both))[0] == [*alone[0], *(head + len(left) for head in alone[1])]


@given(trees(20))
def test_parts_of_a_text_are_told_apart_by_whether_anything_crosses_in_them(heads):
    arcs = [(min(pair), max(pair)) for pair in enumerate(heads) if pair[0] != pair[1]]
    roots = [index for index, head in enumerate(heads) if index == head]
    wrong = {a for a, b in arcs for c, d in arcs if a < c < b < d} | {
        root for root in roots for a, b in arcs if a < root < b
    }
    parts = crossed_parts(np.array(heads, dtype=np.int64))
    assert all(any(start <= each < end for start, end in parts) for each in wrong)
    for start, end in parts:
        assert any(start <= each < end for each in wrong)
        assert all((start <= a < end) == (start <= b < end) for a, b in arcs)


def test_a_projective_tree_is_left_as_it_is():
    heads = np.array([1, 1, 3, 1])
    assert lifted(heads) is heads


def test_a_cycle_is_told():
    for heads in ([1, 0], [2, 3, 4, 1, 0, 1]):
        with pytest.raises(DataError, match="cycle at token"):
            projectivized(heads, ["x"] * len(heads))


def test_labels_are_taken_apart():
    parts = LabelParts.of(["nsubj", "obj||acl", "obj"])
    assert parts.names == ("nsubj", "obj", "acl")
    assert parts.own.tolist() == [0, 1, 1, -1] and parts.above.tolist() == [-1, 2, -1, -1]


@given(trees(20), st.data())
def test_marked_tokens_stay_in_their_tree_and_others_where_they_are(heads, data):
    n = len(heads)
    labels = np.array(data.draw(st.lists(st.integers(-1, 6), min_size=n, max_size=n)), dtype=np.int64)
    before = np.array(heads, dtype=np.int64)
    parts = LabelParts.of(LABELS)
    found, own = deprojectivized(before, labels, parts, lambda: np.zeros(n))
    assert [ancestors(found, index)[-1] for index in range(n)] == [
        ancestors(heads, index)[-1] for index in range(n)
    ]
    for index, label in enumerate(labels.tolist()):
        name, between, above = LABELS[label].partition(DELIMITER) if label >= 0 else ("", "", "")
        assert (parts.names[own[index]] if label >= 0 else "") == name
        if found[index] != heads[index]:
            # It hangs on a token with the label that its own one says, below its old head.
            assert between and parts.names[own[found[index]]] == above
            assert heads[index] in ancestors(heads, found[index])


def test_whitespace_is_not_taken_for_a_head():
    heads, labels = np.array([1, 1, 1, 1]), np.array([1, 2, 1, 3])
    for space, expected in ((0, 0), (1, 2)):
        found, _ = deprojectivized(
            heads, labels, LabelParts.of(LABELS), lambda space=space: np.array([space, 0, 0, 0])
        )
        assert found.tolist() == [1, 1, 1, expected]


def test_arcs_that_would_form_a_cycle_stay():
    # Each of the two would hang on a token below the other one; the other tree is not concerned.
    heads = np.array([0, 0, 0, 1, 2, 5, 5, 5])
    labels = np.array([0, 3, 4, 2, 1, 0, 3, 1])
    found, own = deprojectivized(heads, labels, LabelParts.of(LABELS), lambda: np.zeros(8))
    assert found.tolist() == [0, 0, 0, 1, 2, 5, 7, 5]
    assert own.tolist() == [0, 0, 1, 2, 1, 0, 0, 1]


def test_lifting_and_back():
    heads, names = [2, 3, 3, 3, 1], ["b", "a", "c", "r", "d"]
    crossing, marked = projectivized(heads, names)
    assert crossing != heads
    parts = LabelParts.of(marked)
    found, own = deprojectivized(np.array(crossing), np.arange(5), parts, lambda: np.zeros(5))
    assert found.tolist() == heads and [parts.names[each] for each in own] == names


def test_no_tokens_and_no_labels():
    nothing = np.zeros(0, dtype=np.int64)
    assert len(deprojectivized(nothing, nothing, LabelParts.of([]), lambda: nothing)[0]) == 0
    heads, labels = deprojectivized(np.arange(2), np.full(2, -1), LabelParts.of([]), lambda: np.zeros(2))
    assert heads.tolist() == [0, 1] and labels.tolist() == [-1, -1]


def side_by_side(n):
    """Two chains, one through the other."""
    return [0, 0, *range(n - 2)]


def behind(n):
    """A chain that goes right, and a token on each of it behind a token that hangs on the root."""
    return [0, *range(n // 2), 0, *range(1, n // 2)]


@pytest.mark.parametrize(
    "make",
    [
        side_by_side,
        behind,
        lambda n: [max(0, i - 1) for i in range(n)],
        lambda n: [0] * n,
        lambda n: [min(n - 1, i + 1) for i in range(n)],
    ],
)
def test_long_texts(make, grows_linearly):
    def ask(n):
        heads = np.array(make(n))
        labels = np.resize(np.arange(7), len(heads))
        parts, space = LabelParts.of(LABELS), lambda: np.zeros(len(heads))
        return lambda: deprojectivized(lifted(heads), labels, parts, space)

    grows_linearly(ask)
