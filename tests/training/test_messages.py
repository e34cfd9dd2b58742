"""Values that go from process to process."""

from collections import OrderedDict

import numpy as np
import pytest

from kernel.errors import TrainingError
from kernel.training.messages import joined, read, split, written


@pytest.mark.parametrize(
    "value",
    [
        None,
        {1: (2, 3.5), "a": [None, True], (0, "b"): {"c"}},
        {"ents_f": np.float32(0.1), "loss": float("inf"), "table": np.arange(6.0).reshape(2, 3)},
        OrderedDict([("b", b"\n\n"), ("a", "\n")]),
        [],
    ],
)
def test_values_come_back_equal_in_type_and_value(value):
    data = written(value)
    found = read(data)
    assert repr(found) == repr(value) and type(found) is type(value)
    assert written(found) == data


def test_what_is_no_plain_data_is_named():
    with pytest.raises(TrainingError, match=r"scores\.1 is object and no plain data, which alone goes"):
        written({"scores": [1, object()]})


def test_pieces_are_joined_and_split():
    for pieces in ([], [b""], [b"a", b"", b"\n" * 300]):
        assert split(joined(pieces)) == pieces
