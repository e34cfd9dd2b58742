"""Values as msgpack."""

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import numpy as np
import pytest
import srsly
from hypothesis import given
from hypothesis import strategies as st

from kernel.vocab import packing
from kernel.vocab.packing import pack, pack_bytes_head, pack_map_head, store_type, unpack

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_packed_is_unpacked_and_reads_elsewhere(value):
    assert unpack(pack(value)) == value == srsly.msgpack_loads(pack(value))


@pytest.mark.parametrize("size", [0, 255, 256, 65535, 65536])
def test_heads_are_those_of_whole_messages(size):
    assert pack(b"x" * size) == pack_bytes_head(size) + b"x" * size
    many = {str(number): number for number in range(size % 16)}
    assert pack(many) == pack_map_head(len(many)) + b"".join(pack(key) + pack(many[key]) for key in many)


def test_bytes_that_msgpack_can_not_hold():
    with pytest.raises(OverflowError):
        pack_bytes_head(1 << 32)


def test_lists_may_become_tuples():
    assert unpack(pack([1, [2]]), use_list=False) == (1, (2,))


@pytest.mark.parametrize("dtype", ["float32", "uint64", "int8", "bool"])
def test_arrays_keep_type_and_shape(dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    found = unpack(pack({"a": array}))["a"]
    assert found.dtype == array.dtype and found.tolist() == array.tolist()


def test_lone_surrogates_survive():
    assert unpack(pack("a\ud800b")) == "a\ud800b"


def test_a_value_that_cannot_be_packed_leaves_nothing_behind():
    with pytest.raises(TypeError):
        pack(["x" * 100, object()])
    assert pack([1]) == srsly.msgpack_dumps([1])


def test_threads_do_not_share_a_packer():
    values = [["x" * number] * 50 for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert [unpack(data) for data in pool.map(pack, values)] == values


class Shout:
    def __init__(self, text):
        self.text = text


def test_values_of_a_class_can_be_stored_once_somebody_says_how():
    with pytest.raises(TypeError):
        pack([Shout("hey")])
    store_type("test.Shout", Shout, lambda value: value.text.encode(), lambda data: Shout(data.decode()))
    data = pack({"a": [Shout("hey"), 1]})
    assert unpack(data)["a"][0].text == "hey"
    # Where nobody has said so, it is a dict that is written again as it was.
    elsewhere = srsly.msgpack_loads(data)
    assert elsewhere["a"][0] == {"__type__": "test.Shout", "__data__": b"hey"}
    assert pack(elsewhere) == data
    for name in ("test.Unknown", ["a"], {"b": 1}):
        unknown = {"__type__": name, "__data__": b""}
        assert unpack(pack(unknown)) == unknown


@given(st.dictionaries(st.integers(0, 2**64 - 1), st.integers(-5, 2**40), max_size=40), st.integers(1, 9))
def test_maps_of_numbers_as_arrays(pairs, block):
    with patch.object(packing, "_PAIRS", block):
        keys, values = packing.unpack_numbers(packing.pack(pairs))
    assert dict(zip(keys.tolist(), values.tolist(), strict=True)) == pairs


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xdf\xff\xff\xff\xff",
        b"\x81\x01",
        b"\x81\xa1a\x01",
        b"\x90",
        b"\x80\x04",
        b"\x81\x01\xc3",
        b"\x81\x01\xcb" + bytes(8),
    ],
)
def test_what_is_no_map_of_numbers(data):
    with pytest.raises(ValueError, match=r"it |[Hh]eader|type"):
        packing.unpack_numbers(data)
