"""A failed load leaves Python's garbage collector as it was."""

import gc
from collections.abc import Callable

import pytest
from srsly import msgpack
from thinc.api import Linear

import kernel
from kernel.errors import DataError
from kernel.files.messages import message_from_bytes
from kernel.numeric.bytes import model_from_bytes


def test_a_message() -> None:
    assert message_from_bytes(b"\x81\xa1a\x92\x01\xc4\x01x") == {"a": [1, b"x"]}


LOADS: dict[str, Callable[[bytes], object]] = {
    "message": message_from_bytes,
    "pipeline": lambda data: kernel.blank("en").from_bytes(data),
    "tokenizer": lambda data: kernel.blank("en").tokenizer.from_bytes(data),
    "component": lambda data: kernel.blank("en").add_pipe("sentencizer").from_bytes(data),
    "ner": lambda data: kernel.blank("en").add_pipe("ner").files()["moves"].read(data),
    "model": lambda data: model_from_bytes(Linear(2, 2), data),
}


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x82\xa1a"])
@pytest.mark.parametrize("name", LOADS)
def test_the_garbage_collector_stays_as_it_was(name: str, data: bytes, enabled: bool) -> None:
    gc.enable() if enabled else gc.disable()
    try:
        with pytest.raises((DataError, ValueError)):
            LOADS[name](data)
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


def test_equal_arrays_are_one_tuple_if_they_are_shared() -> None:
    data = msgpack.dumps({"a": ["x"], "b": ["x"], "c": [["x"], 1]})
    found = message_from_bytes(data, shared=True)
    assert found == {"a": ("x",), "b": ("x",), "c": (("x",), 1)}
    assert found["a"] is found["b"] is found["c"][0]
    with pytest.raises(ValueError, match="can't be compared"):
        message_from_bytes(msgpack.dumps([{"a": 1}]), shared=True)
