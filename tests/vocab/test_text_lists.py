"""Long lists of strings become arrays."""

import json
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.vocab import text_lists
from kernel.vocab.strings import StringStore, hash_strings
from kernel.vocab.symbols import SYMBOLS
from kernel.vocab.text_lists import texts_of_json

strings = st.lists(
    st.text() | st.sampled_from(["", "ORTH", "a,\n", '"', ",", "\n", "é" * 40, "\ud800"]), max_size=30
)


@given(strings, st.sampled_from([None, 0, 2]), st.booleans(), st.integers(1, 40))
def test_the_same_strings_as_in_a_dict(texts, indent, ascii, block):
    data = json.dumps(texts, indent=indent, ensure_ascii=ascii).encode("utf-8", "surrogatepass")
    with patch.object(text_lists, "_BLOCK", block), patch.object(text_lists, "_STRINGS", 3):
        made = texts_of_json(data)
    wanted = {text for text in texts if text and text not in SYMBOLS}
    assert dict(made.items()) == dict(zip(hash_strings(list(wanted)).tolist(), wanted, strict=True))
    assert sorted(made.numbers.tolist()) == made.numbers.tolist() and len(made) == len(wanted)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'"a"', b"[1]", b'["a",\n2]', b'["a"', b'["a",\n"b]', b'["a"]x', b"[" * 10_000]
)
def test_what_is_no_list_of_strings(data):
    with pytest.raises((ValueError, RecursionError)):
        texts_of_json(data)


def test_a_store_keeps_many_in_arrays(tmp_path):
    many = [f"word {number}" for number in range(30_000)]
    StringStore(many).to_disk(tmp_path / "strings.json")
    store = StringStore(["gone"]).from_disk(tmp_path / "strings.json")
    assert len(store) == 30_000 and "gone" not in store and "word 29999" in store
    assert store[store["word 5"]] == "word 5" and sorted(store) == sorted(many)
    store.add("word 5")
    assert len(store) == 30_000
    assert store.add("new") == store["new"] and len(store) == 30_001
    assert StringStore().from_bytes(store.to_bytes()).to_bytes() == store.to_bytes()
