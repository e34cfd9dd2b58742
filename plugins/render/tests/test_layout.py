"""Rows of spans and heights of arcs, against a look at every place."""

from hypothesis import given
from hypothesis import strategies as st
from kernel_render.arcs import levels
from kernel_render.rows import rows

SPANS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda each: (each[0], sum(each))), max_size=25
)
ARCS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda each: (each[0], sum(each))), max_size=30
)


@given(SPANS)
def test_spans_in_a_row_don_t_overlap_and_there_are_no_more_rows_than_needed(spans):
    found = rows(spans)
    crowded = max((sum(start <= place < end for start, end in spans) for place in range(30)), default=0)
    assert (max(found) + 1 if found else 0) == crowded
    for place in range(30):
        here = [row for row, (start, end) in zip(found, spans, strict=True) if start <= place < end]
        assert len(here) == len(set(here))


def test_longer_spans_are_nearer_to_the_words():
    assert rows([(2, 3), (0, 5), (0, 2)]) == [1, 0, 1]


def test_an_empty_span_takes_a_place():
    assert sorted(rows([(1, 1), (1, 1), (2, 3)])) == [0, 0, 1]


def slowly(arcs):
    """The same heights, place by place."""
    heights, found = [0] * 50, [0] * len(arcs)
    for index in sorted(range(len(arcs)), key=lambda i: (arcs[i][1] - arcs[i][0], i)):
        start, end = arcs[index]
        found[index] = max(heights[start:end]) + 1
        heights[start:end] = [found[index]] * (end - start)
    return found


@given(ARCS)
def test_heights_are_those_of_the_slow_way(arcs):
    found = levels(arcs)
    assert found == slowly(arcs)
    for one in range(len(arcs)):
        for other in range(one):
            if max(arcs[one][0], arcs[other][0]) < min(arcs[one][1], arcs[other][1]):
                assert found[one] != found[other], "two arcs lie on each other"


@st.composite
def trees(draw):
    """Arcs of a tree without crossing arcs: a bracket in which others lie."""
    arcs = []

    def fill(start, end):
        if end - start < 1 or not draw(st.booleans()):
            return
        arcs.append((start, end))
        middle = draw(st.integers(start, end))
        fill(start, middle)
        fill(middle, end)

    fill(0, 30)
    return list(dict.fromkeys(arcs))


@given(trees())
def test_without_crossing_arcs_heights_are_as_small_as_can_be(arcs):
    def deep(arc):
        inner = [each for each in arcs if each != arc and arc[0] <= each[0] and each[1] <= arc[1]]
        return 1 + max(map(deep, inner), default=0)

    assert levels(arcs) == [deep(arc) for arc in arcs]


def test_work_does_not_grow_with_the_widths():
    # Each arc as wide as all words: place by place this would be 100 million steps.
    number = 10_000
    assert levels([(0, end) for end in range(1, number)]) == list(range(1, number))
