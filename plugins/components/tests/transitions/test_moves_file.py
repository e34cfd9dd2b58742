"""The file of a transition system's moves, and the frequencies in it."""

import pytest
import srsly
from kernel_components.transitions.frequencies import checked_frequencies
from kernel_components.transitions.moves_file import moves_from_bytes, moves_to_bytes

from kernel.errors import DataError


def test_frequencies_come_back():
    frequencies = {"1": {"é": 2}, "2": {}}
    assert moves_from_bytes(moves_to_bytes(frequencies)) == frequencies


@pytest.mark.parametrize(
    "data", [b"", b"junk", b"\x93\x01", srsly.msgpack_dumps({}), srsly.msgpack_dumps({"moves": "{"})]
)
def test_other_files_are_told_by_their_size(data):
    with pytest.raises(DataError) as caught:
        moves_from_bytes(data)
    assert caught.value.message == (
        f"these {len(data)} bytes are no moves file, which has the actions of a transition system and their labels"
    )


def test_actions_may_be_numbers_or_texts():
    assert checked_frequencies({0: {"a": 1}, "1": {}}, "parser", ["X", "Y"]) == {0: {"a": 1}, 1: {}}


@pytest.mark.parametrize(
    ("frequencies", "message"),
    [
        ([1], "parser actions are a table of labels for each action, not [1]"),
        ({"7": {}}, "unknown parser actions ['7']: the actions are 0 (X) to 1 (Y)"),
        ({"1": {"a": "b"}}, "parser action 1 must have a frequency for each label, not {'a': 'b'}"),
    ],
)
def test_what_is_no_frequencies_is_told(frequencies, message):
    with pytest.raises(DataError) as caught:
        checked_frequencies(frequencies, "parser", ["X", "Y"])
    assert caught.value.message == message
