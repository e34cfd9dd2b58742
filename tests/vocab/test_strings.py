import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tokens import Doc
from kernel.vocab import StringStore, Vocab


def test_added_strings_resolve_both_ways():
    store = StringStore(["one"])
    number = store.add("two")
    assert store["two"] == number
    assert store[number] == "two"
    assert "two" in store and number in store
    assert list(store) == ["one", "two"]
    assert len(store) == 2


def test_a_number_can_be_asked_for_without_adding_the_string():
    store = StringStore()
    assert store["apple"] == 8566208034543834098
    assert "apple" not in store


def test_the_empty_string_and_symbols_are_built_in():
    store = StringStore()
    assert store[0] == "" and store[""] == 0
    assert store[92] == "NOUN" and store["NOUN"] == 92
    assert len(store) == 0


def test_an_unknown_number_is_a_key_error_that_explains():
    with pytest.raises(KeyError, match="never added, or it belonged to documents that are gone"):
        StringStore()[12345678901234567890]


@given(st.lists(st.text()))
def test_bytes_round_trip(texts):
    store = StringStore(texts)
    again = StringStore(["other"]).from_bytes(store.to_bytes())
    assert set(again) == set(store)
    assert again.to_bytes() == store.to_bytes()


def test_the_file_is_a_sorted_json_list(tmp_path):
    StringStore(["b", "a"]).to_disk(tmp_path / "strings.json")
    assert (tmp_path / "strings.json").read_text().split() == ["[", '"a",', '"b"', "]"]


def test_strings_of_a_document_live_as_long_as_its_generation():
    vocab = Vocab()
    doc = Doc(vocab, ["zyzzyva"], lemmas=["lemma-of-it"])
    word, lemma = doc[0].orth, doc[0].lemma
    vocab.new_generation()
    assert vocab.strings[word] == "zyzzyva"
    assert vocab.strings[lemma] == "lemma-of-it"
    del doc
    gc.collect()
    for number in (word, lemma):
        with pytest.raises(KeyError):
            vocab.strings[number]


def test_what_a_user_adds_outlives_the_generation():
    vocab = Vocab()
    number = vocab.strings.add("kept")
    doc = Doc(vocab, ["kept"])
    del doc
    vocab.new_generation()
    gc.collect()
    assert vocab.strings[number] == "kept"


def test_bytes_are_utf8():
    store = StringStore()
    number = store.add("größer".encode())
    assert store["größer"] == store["größer".encode()] == number and store[number] == "größer"


def test_the_store_as_a_table():
    store = StringStore(["one", "two"])
    assert store.values() == ["one", "two"] and store.keys() == [store["one"], store["two"]]
    assert store.items() == [("one", store["one"]), ("two", store["two"])]


def test_strings_may_be_added_as_bytes():
    strings = StringStore()
    assert strings[strings.add(b"tea")] == "tea"
    assert strings.add("tea") == strings.add(b"tea")
