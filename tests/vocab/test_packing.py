"""Values as msgpack."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import srsly
from hypothesis import given
from hypothesis import strategies as st

from kernel.vocab.packing import pack, unpack

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_packed_is_unpacked_and_reads_elsewhere(value):
    assert unpack(pack(value)) == value == srsly.msgpack_loads(pack(value))


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
