"""Plain data come back from JSON and arrays with their types and values."""

import json
from collections import Counter, OrderedDict, defaultdict, deque
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.training.encoding import Arrays, NotPlain, decode, encode

KEYS = st.one_of(
    st.text(max_size=5),
    st.integers(),
    st.booleans(),
    st.none(),
    st.tuples(st.integers(), st.text(max_size=3)),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=8),
        st.binary(max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.dictionaries(st.text(max_size=3), inner, max_size=3).map(OrderedDict),
        st.lists(inner, max_size=3).map(deque),
        st.sets(st.integers(), max_size=3),
        st.frozensets(st.text(max_size=3), max_size=3),
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=3).map(Counter),
    ),
    max_leaves=12,
)


def there_and_back(value: Any) -> Any:
    arrays = Arrays()
    text = json.dumps(encode(value, arrays), allow_nan=False)
    return decode(json.loads(text), arrays.copies)


def same(one: Any, other: Any) -> bool:
    """Equal in type and value, all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            same(*keys) and same(one[keys[0]], other[keys[1]]) for keys in zip(one, other, strict=True)
        )
    if isinstance(one, list | tuple | deque):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(VALUES)
def test_types_and_values_come_back(value: Any) -> None:
    assert same(there_and_back(value), value)


def test_numbers_that_json_lacks() -> None:
    assert isnan(there_and_back(float("nan")))
    assert there_and_back([float("inf"), -float("inf"), -0.0]) == [float("inf"), -float("inf"), 0.0]
    assert np.signbit(there_and_back(-0.0))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int64", "uint8", "bool", "complex64", "U3"])
def test_arrays_and_numbers_of_numpy(dtype: str) -> None:
    array = np.array([[1, 0], [3, 4]]).astype(dtype)
    back = there_and_back({"array": array, "number": array[0, 0]})
    assert back["array"].dtype == array.dtype and np.array_equal(back["array"], array)
    assert type(back["number"]) is type(array[0, 0]) and back["number"] == array[0, 0]


def test_an_array_is_copied_and_one_that_is_met_twice_stays_one() -> None:
    array, arrays = np.zeros(3), Arrays()
    written = encode([array, array, array[::-1]], arrays)
    array += 1
    one, same_one, other = decode(written, arrays.copies)
    assert one is same_one and not one.any() and other is not one


def test_what_else_dicts_and_deques_know() -> None:
    back = there_and_back({"a": defaultdict(list, {1: [2]}), "b": deque([1, 2], maxlen=2)})
    assert back["a"][5] == [] and back["a"][1] == [2]
    back["b"].append(3)
    assert list(back["b"]) == [2, 3]


def test_sets_are_written_in_one_order() -> None:
    assert encode({"b", "a", "c"}, Arrays()) == {"set": ["a", "b", "c"]}


class Text(str):
    """A text that is more than its letters."""


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1, object()]}, "a.1"),
        ((x for x in ()), ""),
        (np.array([object()]), ""),
        (Text("a"), ""),
        (defaultdict(lambda: 1), ""),
    ],
)
def test_what_is_not_plain_is_named(value: Any, place: str) -> None:
    with pytest.raises(NotPlain) as error:
        encode(value, Arrays())
    assert error.value.place == place


def test_a_list_that_holds_itself() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(NotPlain):
        encode(endless, Arrays())
