"""Comparing things of one kind."""

import pytest

from kernel.vocab.ordered import Ordered


class Number(Ordered):
    def __init__(self, value):
        self.value = value

    def order(self):
        return self.value


def test_an_order_is_made_of_what_is_compared():
    one, two = Number(1), Number(2)
    assert one < two and one <= two and two > one and two >= one
    assert not one > two and not one >= two and one <= Number(1) and one >= Number(1)
    assert sorted([two, one]) == [one, two]


def test_nothing_comes_first():
    assert Number(1) > None and Number(1) >= None and not Number(1) < None and not Number(1) <= None


def test_other_kinds_do_not_compare():
    with pytest.raises(TypeError):
        Number(1) < 2  # noqa: B015
    with pytest.raises(NotImplementedError):
        Ordered().order()
