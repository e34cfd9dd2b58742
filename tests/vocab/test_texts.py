"""Strings in arrays."""

import copy

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kernel.vocab import StringStore
from kernel.vocab.hashing import murmur_many
from kernel.vocab.symbols import SYMBOLS
from kernel.vocab.texts import texts_of


def made(strings):
    numbers = murmur_many(strings)
    order = np.argsort(numbers)
    return texts_of(numbers[order], [strings[place] for place in order.tolist()])


@given(st.sets(st.text(min_size=1).filter(lambda text: text not in SYMBOLS)))
def test_strings_are_found_by_their_numbers(strings):
    texts = made(sorted(strings))
    numbers = murmur_many(sorted(strings))
    assert [texts.find(number) for number in numbers.tolist()] == sorted(strings)
    assert texts.has(numbers).all() and len(texts) == len(strings)
    assert {text for _, text in texts.items()} == strings
    assert texts.find(12345) is None and not texts.has(np.array([12345, 1 << 63], dtype=np.uint64)).any()


def test_an_unknown_string_and_a_symbol_are_not_there():
    texts = texts_of(np.array([5, 92, 200], dtype=np.uint64), [None, "NOUN", "x"])
    assert [texts.find(number) for number in (5, 92, 200)] == [None, None, "x"]
    assert texts.has(np.array([5, 92, 200], dtype=np.uint64)).tolist() == [False, False, True]
    assert len(texts) == 1 and list(texts.items()) == [(200, "x")]
    assert texts.some(np.array([True, True, True])) == ["x"]


def test_a_store_sees_through_to_attached_strings():
    store = StringStore(["one", "two"])
    texts = made(["two", "three", "four"])
    store.attach(texts)
    store.attach(texts)
    assert len(store) == 4 and sorted(store) == ["four", "one", "three", "two"]
    assert store["three"] in store and "three" in store and store[store["four"]] == "four"
    assert "five" not in store
    assert store.add("three") == store["three"] and len(store) == 4
    assert store.add_many(["three", "five", "five", "NOUN"]).tolist() == [
        store[t] for t in ("three", "five", "five", "NOUN")
    ]
    assert len(store) == 5 == len(store.keys()) == len(store.values())
    assert dict(store.items()) == {text: store[text] for text in store}


def test_equal_strings_of_two_that_are_attached_count_once():
    store = StringStore(["x"])
    store.attach(made(["a", "b"]))
    store.attach(made(["b", "c", "x"]))
    assert len(store) == 4 and sorted(store) == ["a", "b", "c", "x"]
    assert StringStore().from_bytes(store.to_bytes()).to_bytes() == store.to_bytes()
    assert store.to_bytes(without=made(["a", "x"]).has).split() == [b"[", b'"b",', b'"c"', b"]"]


def test_reading_replaces_what_was_attached_and_a_copy_keeps_it():
    store = StringStore()
    store.attach(made(["a"]))
    other = copy.deepcopy(store)
    other.add("b")
    assert sorted(other) == ["a", "b"] and list(store) == ["a"]
    store.from_bytes(StringStore(["c"]).to_bytes())
    assert list(store) == ["c"] and "a" not in store


def test_a_number_that_no_string_has_is_unknown():
    texts = texts_of(murmur_many(["a"]), ["a"])
    assert texts.find(-1) is None and texts.find(1 << 70) is None
