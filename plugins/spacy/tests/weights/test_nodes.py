"""Models of thinc as bytes: what is read, and that nothing else is."""

import numpy as np
import pytest
import srsly
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_spacy.weights import read_nodes, write_nodes
from thinc.api import Linear, Maxout, Model, Softmax, chain

from kernel.errors import DataError


def model():
    made = chain(Maxout(4, 3, nP=2), Linear(2, 4), Softmax(5, 2))
    made.initialize()
    made.set_ref("output", made.layers[2])
    made.attrs["threshold"] = 0.5
    return made


def test_what_thinc_writes_is_read():
    theirs = model()
    nodes = read_nodes(theirs.to_bytes(), "component 'x'")
    assert [node.name for node in nodes] == [node.name for node in theirs.walk()]
    assert nodes[0].refs == {"output": 3} and nodes[0].attrs["threshold"] == 0.5
    assert nodes[1].dims == {"nO": 4, "nI": 3, "nP": 2}
    np.testing.assert_array_equal(nodes[1].params["W"], theirs.layers[0].get_param("W"))


def test_thinc_reads_what_is_written():
    theirs, other = model(), model()
    data = write_nodes(read_nodes(theirs.to_bytes(), "x"))
    assert data == theirs.to_bytes()
    other.from_bytes(data)
    np.testing.assert_array_equal(other.layers[1].get_param("W"), theirs.layers[1].get_param("W"))


DATA = model().to_bytes()
ARRAY = {b"nd": True, b"type": "<f4", b"kind": b"", b"shape": [2], b"data": b"\0" * 8}


def with_array(**changes):
    array = {**ARRAY, **{key.encode(): value for key, value in changes.items()}}
    node = {"index": 0, "name": "linear", "dims": {}, "refs": {}}
    return srsly.msgpack_dumps({"nodes": [node], "attrs": [{}], "params": [{"W": array}], "shims": [[]]})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"\xc1",
        DATA[:100],
        srsly.msgpack_dumps([1, 2]),
        srsly.msgpack_dumps({"nodes": [], "attrs": [], "params": []}),
        srsly.msgpack_dumps({"nodes": [{}], "attrs": [{}], "params": [{}], "shims": [[]]}),
        srsly.msgpack_dumps({"nodes": [], "attrs": [{}], "params": [], "shims": []}),
        with_array(type="O"),
        with_array(type="<M8[s]"),
        with_array(type=[["a", "O"]]),
        with_array(type="nonsense"),
        with_array(type="<f4,<f4"),
        with_array(shape=[3]),
        with_array(shape=[-2, -1]),
        with_array(shape=[1 << 40]),
        with_array(shape=[1] * 200),
        with_array(shape="2"),
        with_array(data="text"),
        with_array(nd=False),
        b"\xdd\xff\xff\xff\xff",
        b"\x91" * 5000,
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(DataError, match="component 'x'"):
        read_nodes(data, "component 'x'")


def test_arrays_of_other_numbers_are_read():
    [node] = read_nodes(with_array(type="<i8", shape=[1]), "x")
    assert node.params["W"].dtype == np.int64


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(DATA) - 1), st.integers(0, 255)), max_size=4),
    st.integers(0, len(DATA)),
)
def test_damage_is_an_error_or_harmless(changes, length):
    damaged = bytearray(DATA)
    for place, byte in changes:
        damaged[place] = byte
    try:
        read_nodes(bytes(damaged[:length]), "component 'x'")
    except DataError as error:
        assert "component 'x'" in str(error)


def test_attributes_that_mean_nothing_here_are_left_out():
    made: Model = model()
    nodes = read_nodes(made.to_bytes(), "x")
    nodes[0].packed_attrs["odd"] = b"\xc1"
    assert "odd" not in read_nodes(write_nodes(nodes), "x")[0].attrs
