"""Which arcs are lifted, against the definition."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.tokens.lifting import lift

from .strategies import trees


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


def lifted_one_by_one(heads):
    """The rule, with a look at all arcs before each step."""
    heads = list(heads)
    while crossing := [index for index in range(len(heads)) if crosses(heads, index)]:
        index = min(crossing, key=lambda each: (abs(each - heads[each]), each))
        heads[index] = heads[heads[index]]
    return heads


@given(trees())
@example([3, 3, 5, 5, 2, 5, 1])
def test_the_shortest_crossing_arc_is_lifted_until_there_is_none(heads):
    assert lift(heads) == lifted_one_by_one(heads)


@given(trees(40))
def test_larger_trees_too(heads):
    assert lift(heads) == lifted_one_by_one(heads)


@given(st.integers(0, 8), st.integers(0, 8), st.lists(st.integers(0, 8), max_size=12))
def test_arcs_that_go_up_a_chain_together(before, after, places):
    """A chain to the right, a token that hangs on its first one, and behind it tokens that hang on some of the chain."""
    chain = [max(0, index - 1) for index in range(before + after + 1)]
    heads = [*chain, before, *(min(place, before + after) for place in places)]
    assert lift(heads) == lifted_one_by_one(heads)


def test_a_cycle_is_told():
    with pytest.raises(DataError, match="cycle"):
        lift([0, 2, 1])
