"""What a checkpoint may keep of an object."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kernel.errors import TrainingError
from kernel.state import copied, is_stateful


def test_a_copy_shares_nothing_with_the_original() -> None:
    numbers = np.arange(3)
    state = {"a": [1, 2.5, None, (True, "x")], 3: {"numbers": numbers}}
    copy = copied(state, "it")
    numbers[0] = 9
    state["a"].append(4)  # type: ignore[attr-defined]
    assert copy["a"] == [1, 2.5, None, (True, "x")]
    assert copy[3]["numbers"].tolist() == [0, 1, 2]


def test_numbers_of_numpy_keep_their_precision() -> None:
    assert copied(np.float32(0.1), "it").dtype == np.float32


@pytest.mark.parametrize("wrong", [object(), {1, 2}, np.array([object()]), lambda: 1])
def test_what_is_no_plain_data_is_refused_and_its_owner_named(wrong: Any) -> None:
    with pytest.raises(TrainingError) as caught:
        copied({"a": [wrong]}, "training.batcher")
    assert f"the state of training.batcher holds an object of type {type(wrong).__qualname__}" in str(
        caught.value
    )


def test_known_objects_may_stand_in_a_state() -> None:
    one = [1]
    state = copied({"a": (one, [1])}, "it", lambda thing: "one" if thing is one else None)
    assert state == {"a": ("one", [1])}


def test_both_methods_make_a_state() -> None:
    assert is_stateful(SimpleNamespace(state=lambda: None, restore=lambda state: None))
    assert not is_stateful(SimpleNamespace(state=lambda: None))
    assert not is_stateful(SimpleNamespace(state="a word", restore=lambda state: None))
