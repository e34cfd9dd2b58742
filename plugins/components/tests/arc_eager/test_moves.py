import json

import numpy as np
import pytest
import srsly
from kernel_components.arc_eager import BREAK, LEFT, REDUCE, RIGHT, SHIFT, Moves

from kernel.errors import DataError


def test_classes_come_by_action_then_by_frequency_then_by_label():
    moves = Moves.from_counts({"nsubj": 4, "det": 4, "dep": 0}, {"obj": 3, "dep": 0})
    assert moves.names == ["S", "D", "L-nsubj", "L-det", "L-dep", "R-obj", "R-dep", "B-ROOT"]
    assert moves.labels == ("nsubj", "det", "dep", "obj")
    assert moves.action.tolist() == [SHIFT, REDUCE, LEFT, LEFT, LEFT, RIGHT, RIGHT, BREAK]
    assert moves.label.tolist() == [-1, -1, 0, 1, 2, 3, 2, -1]
    assert moves.left.tolist() == [2, 3, 4, -1]
    assert moves.right.tolist() == [-1, -1, 6, 5]


def test_labels_added_later_stay_behind_all_others_when_loaded():
    moves = Moves.from_counts({"dep": 0}, {"dep": 0, "obj": 2})
    key = moves.key
    assert moves.add("obj") and moves.add("acl") and not moves.add("obj")
    assert moves.key != key
    assert moves.names[-3:] == ["L-obj", "L-acl", "R-acl"]
    assert moves.labels == ("dep", "obj", "acl")
    loaded = Moves.from_bytes(moves.to_bytes())
    assert loaded.names == moves.names
    assert loaded.labels == moves.labels
    assert loaded.to_bytes() == moves.to_bytes()


def test_what_init_labels_writes_is_read_back():
    moves = Moves.from_counts({"nsubj": 40, "dep": 0}, {"dep": 0}, breaks=7)
    assert moves.frequencies == {
        "0": {"": 1},
        "1": {"": 1},
        "2": {"nsubj": 40, "dep": 0},
        "3": {"dep": 0},
        "4": {"ROOT": 7},
    }
    assert Moves(json.loads(json.dumps(moves.frequencies))).names == moves.names


def test_the_file_has_the_fields_form():
    message = srsly.msgpack_loads(Moves.from_counts({"dep": 0}, {"dep": 0}).to_bytes({"neg_key": None}))
    assert message["cfg"] == {"neg_key": None}
    assert json.loads(message["moves"])["4"] == {"ROOT": 1}


def test_only_neighbours_may_be_parts_of_one_word():
    moves = Moves.from_counts({"dep": 1, "subtok": 1}, {"dep": 1})
    assert np.flatnonzero(moves.subtoken).tolist() == [moves.names.index("L-subtok")]


@pytest.mark.parametrize(
    ("frequencies", "message"),
    [
        ({"labels": {"A": 1}}, "unknown parser actions"),
        ({"2": ["A"]}, "must have a frequency for each label"),
        ({"3": {"": 1}}, "needs a label that is not empty"),
    ],
)
def test_frequencies_that_make_no_sense_are_refused(frequencies, message):
    with pytest.raises(DataError, match=message):
        Moves(frequencies)


def test_a_label_is_a_string():
    with pytest.raises(DataError, match="not empty, not ''"):
        Moves().add("")


def test_a_file_that_is_none_is_refused():
    with pytest.raises(DataError, match="moves file"):
        Moves.from_bytes(b"\x93\x01")
