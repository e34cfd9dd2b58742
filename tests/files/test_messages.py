"""A failed load leaves Python's garbage collector as it was."""

import gc
from collections.abc import Callable

import pytest
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
