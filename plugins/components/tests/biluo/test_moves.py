import json

import pytest
import srsly
from kernel_components.biluo import Moves

from kernel.errors import DataError


def test_classes_come_by_action_then_by_frequency_then_by_label():
    moves = Moves.from_labels({"A": 2, "B": 2, "C": 9})
    assert moves.labels == ("C", "B", "A")
    assert moves.names[:3] == ["B-C", "B-B", "B-A"]
    assert moves.names[-2:] == ["U-", "O"]
    assert [moves.names[i] for i in (*moves.inside, *moves.last, *moves.unit)] == [
        f"{letter}-{label}" for letter in "ILU" for label in "CBA"
    ]
    assert (moves.names[moves.outside], moves.names[moves.blocked]) == ("O", "U-")


def test_labels_added_later_stay_behind_all_others_when_loaded():
    moves = Moves.from_labels({"A": 2})
    assert moves.add("Z") and moves.add("B") and not moves.add("A")
    assert moves.frequencies["1"] == {"A": 2, "Z": -1, "B": -2}
    assert moves.names[-8:] == [f"{letter}-{label}" for label in "ZB" for letter in "BILU"]
    loaded = Moves.from_bytes(moves.to_bytes())
    assert loaded.names == moves.names
    assert loaded.to_bytes() == moves.to_bytes()


def test_the_file_has_the_fields_form():
    message = srsly.msgpack_loads(Moves.from_labels(["A"]).to_bytes({"neg_key": "wrong"}))
    assert message["cfg"] == {"neg_key": "wrong"}
    assert json.loads(message["moves"])["4"] == {"": 1, "A": 1}


def test_numbers_follow_labels_that_are_added():
    moves = Moves.from_labels(["A"])
    key = moves.key
    assert len(moves.closed) == 3
    moves.add("B")
    assert moves.key != key
    assert (len(moves.closed), len(moves.open)) == (5, 4)
    assert moves.index == {"A": 0, "B": 1}


@pytest.mark.parametrize(
    ("frequencies", "message"),
    [
        ({"labels": {"A": 1}}, "unknown entity actions"),
        ({"1": ["A"]}, "must have a frequency for each label"),
        ({"1": {"A": 1}}, "'A' has no I, L, U action"),
    ],
)
def test_frequencies_that_make_no_sense_are_refused(frequencies, message):
    with pytest.raises(DataError, match=message):
        Moves(frequencies)


def test_a_file_that_is_none_is_refused():
    with pytest.raises(DataError, match="moves file"):
        Moves.from_bytes(b"\x93\x01")


def test_thousands_of_labels_added_one_by_one_are_those_given_together():
    moves = Moves()
    for number in range(20_000):
        moves.add(f"L{number}")
    assert moves.labels == tuple(f"L{number}" for number in range(20_000))
    assert moves.index["L19999"] == 19_999
    assert Moves.from_bytes(moves.to_bytes()).names == moves.names
    assert len(moves.key) < 100
