"""Searches in trees, all at once, against searches one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kernel.tokens.reattach import Search

from .strategies import trees


def below_breadth_first(heads, token):
    """What a search from the head of a token comes to, without the token and what hangs on it."""
    waiting = [heads[token]]
    for each in waiting if heads[token] != token else ():
        hanging = [i for i, head in enumerate(heads) if head == each and i not in (each, token)]
        yield from hanging
        waiting += hanging


@given(trees(20), st.data())
def test_the_first_token_below_the_head_that_has_the_name(heads, data):
    n = len(heads)
    names = data.draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))
    tokens = data.draw(st.lists(st.integers(0, n - 1), max_size=n)) if n else []
    wanted = data.draw(st.lists(st.integers(0, 3), min_size=len(tokens), max_size=len(tokens)))
    found = Search(np.array(heads, dtype=np.int64)).first_below(
        np.array(names, dtype=np.int64), np.array(tokens, dtype=np.int64), np.array(wanted, dtype=np.int64)
    )
    assert found.tolist() == [
        next((each for each in below_breadth_first(heads, token) if names[each] == name), -1)
        for token, name in zip(tokens, wanted, strict=True)
    ]
