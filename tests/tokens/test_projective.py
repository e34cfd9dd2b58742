"""Lifting arcs, block by block, against the definition."""

from hypothesis import given
from hypothesis import strategies as st

from kernel.tokens.projective import DELIMITER, projectivized


@st.composite
def trees(draw):
    """Heads of a few trees over mixed positions."""
    order = draw(st.permutations(range(draw(st.integers(0, 9)))))
    heads = list(range(len(order)))
    for place, index in enumerate(order[1:], 1):
        if draw(st.integers(0, 4)):
            heads[index] = order[draw(st.integers(0, place - 1))]
    return heads


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
    lifted, labels = projectivized(heads, [f"l{index}" for index in range(len(heads))])
    assert not any(crosses(lifted, index) for index in range(len(lifted)))
    for index, (old, new, label) in enumerate(zip(heads, lifted, labels, strict=True)):
        assert new in ancestors(heads, old)
        assert label == (f"l{index}" if new == old else f"l{index}{DELIMITER}l{old}")


@given(trees(), trees())
def test_texts_side_by_side_are_lifted_as_alone(left, right):
    both = [*left, *(head + len(left) for head in right)]
    alone = [projectivized(heads, [""] * len(heads))[0] for heads in (left, right)]
    assert projectivized(both, [""] * len(both))[0] == [*alone[0], *(head + len(left) for head in alone[1])]
