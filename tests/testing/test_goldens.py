"""Recorded outputs: what is kept of them, and when two are the same."""

import json

import numpy as np
import pytest

from kernel.testing.goldens import MOST, differences, plain, read, record


def test_outputs_as_json_holds_them():
    output = {1: (np.float32(0.1234567), True, None), "n": float("nan"), "i": np.int64(3)}
    assert plain(output) == {"1": [0.12346, True, None], "n": "nan", "i": 3}
    array = np.arange(12, dtype="f").reshape(3, 4) - 1
    summary = plain([array])[0]
    assert summary == {
        "shape": [3, 4],
        "dtype": "float32",
        "sum": 54.0,
        "size": 56.0,
        "first": [-1, 0, 1, 2, 3, 4],
    }
    assert "sum" not in plain(np.array([1, 2]))
    json.dumps(plain(output))


def test_a_file_is_sorted_and_keeps_the_other_outputs(tmp_path):
    file = tmp_path / "goldens.json"
    assert read(file) == {}
    for key, output in (("b", [1]), ("a", "é"), ("b", [2])):
        record(file, key, output)
    assert read(file) == {"a": "é", "b": [2]}
    assert file.read_text(encoding="utf-8") == '{\n"a": "é",\n"b": [2]\n}\n'


@pytest.mark.parametrize(
    ("one", "other", "is_equal"),
    [
        (1.0001, 1.0, True),
        (1.01, 1.0, False),
        (0.0001, 0.0, True),
        (2, 2.0, True),
        (2, 3, False),
        (True, 1.0, True),
        (0.5, True, False),
        ("a", "a", True),
        (None, 0.0, False),
        ([1.0, 2.0], [1.0], False),
        ({"a": 1.0}, {"b": 1.0}, False),
    ],
)
def test_a_tolerance_for_numbers_with_a_point(one, other, is_equal):
    assert (differences(one, other) == []) is is_equal


def test_differences_say_where_and_not_too_much():
    found = differences({"a": [1.0, {"b": 2}]}, {"a": [1.0, {"b": 3}]})
    assert found == ["output.a[1].b: recorded 3, now 2"]
    assert len(differences([0.0] * 20, [9.0] * 20)) == MOST
