"""Entities out of columns, against a reading token by token."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kernel.tokens.iob import BEGIN, INSIDE, IOB_STRINGS, MISSING, OUTSIDE, find_entities

TOKENS = st.lists(
    st.tuples(st.sampled_from([MISSING, INSIDE, OUTSIDE, BEGIN]), st.integers(0, 2)), max_size=10
)


def read(tokens, borders=()):
    found, before = [], None
    for i, (iob, label) in enumerate(tokens):
        if i in borders:
            before = None
        if iob not in (INSIDE, BEGIN) or not label:
            before = None
        elif iob == INSIDE and before == label:
            found[-1] = (found[-1][0], i + 1, label)
        else:
            found.append((i, i + 1, label))
            before = label
    return found


@given(TOKENS, st.data())
def test_entities_of_one_document_and_of_several(tokens, data):
    iob = np.array([one for one, _ in tokens], dtype=np.int8)
    types = np.array([label for _, label in tokens], dtype=np.uint64)
    assert find_entities(iob, types) == read(tokens)
    borders = sorted(data.draw(st.sets(st.integers(0, max(0, len(tokens) - 1))))) if tokens else []
    assert find_entities(iob, types, np.array(borders, dtype=int)) == read(tokens, borders)


def test_letters_stand_at_their_numbers():
    assert [IOB_STRINGS[number] for number in (MISSING, INSIDE, OUTSIDE, BEGIN)] == ["", "I", "O", "B"]
