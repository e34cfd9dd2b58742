"""Callbacks get back what they knew, by methods of their own or as the attributes that have changed."""

from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.errors import CallbackError, DataError, KernelWarning
from kernel.numeric.schedules import by_step
from kernel.training.callback_state import CallbackStates
from kernel.training.encoding import Arrays, decode, encode


class Plain:
    """Has no methods for its state."""

    def __init__(self, patience: int = 3) -> None:
        self.patience = patience
        self.path = Path("log")
        self.best: float | None = None
        self.seen: list[int] = []
        self.counts: Counter[str] = Counter()
        self.last = deque([0.0], maxlen=2)
        self.average = np.zeros(2)
        self._private = {("a", 1): {2}}


class Slotted:
    """Has its attributes in slots."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0


class Own:
    """Says its state itself."""

    def __init__(self) -> None:
        self.number = 0
        self.secret = object()

    def state(self) -> dict[str, int]:
        return {"number": self.number}

    def restore(self, state: dict[str, int]) -> None:
        self.number = state["number"]


def handed_over(states: list[tuple[str, Any]]) -> Any:
    arrays = Arrays()
    return decode(encode(states, arrays), arrays.copies)


def test_attributes_that_changed_come_back_and_settings_stay() -> None:
    one, slotted = Plain(), Slotted()
    states = CallbackStates([("'a'", one), ("'b'", slotted)])
    states.begun()
    one.best, one.average[0], slotted.number = 0.5, 4.0, 7
    one.seen.append(1)
    one.counts["x"] += 2
    one.last.append(1.0)
    one._private["a", 1].add(3)
    other, other_slotted = Plain(patience=9), Slotted()
    seen = other.seen
    restored = CallbackStates([("'a'", other), ("'b'", other_slotted)])
    restored.restore(handed_over(states.states()))
    assert (other.best, other.seen, other.counts, other_slotted.number) == (0.5, [1], {"x": 2}, 7)
    assert type(other.counts) is Counter and other.seen is seen, "in place: somebody else may have it"
    assert other.last == deque([0.0, 1.0]) and other.last.maxlen == 2
    assert other.average.tolist() == [4.0, 0.0] and other._private == {("a", 1): {2, 3}}
    assert other.patience == 9


def test_what_train_start_sets_and_a_step_sets_back_comes_back() -> None:
    one = Slotted()
    states = CallbackStates([("'a'", one)])
    one.number = 5
    states.begun()
    one.number = 0
    other = Slotted()
    restored = CallbackStates([("'a'", other)])
    other.number = 5
    restored.begun()
    restored.restore(handed_over(states.states()))
    assert other.number == 0


def test_a_state_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    one, other = Own(), Own()
    one.number = 3
    states = CallbackStates([("'a'", one)])
    with caplog.at_level("INFO", "kernel"):
        states.begun()
    CallbackStates([("'a'", other)]).restore(handed_over(states.states()))
    assert other.number == 3 and not caplog.messages


def test_what_can_not_be_kept_is_named(caplog: pytest.LogCaptureFixture) -> None:
    one = Slotted()
    one.number = object()  # type: ignore[assignment]
    with caplog.at_level("INFO", "kernel"):
        CallbackStates([("'a' (acme-nlp 1.2)", one)]).begun()
    assert caplog.messages == [
        "callback 'a' (acme-nlp 1.2) begins anew in a run that is resumed with number: state() and restore(state) would keep that"
    ]


def test_two_of_one_name_keep_their_order_and_others_are_told_of() -> None:
    first, second, third = Own(), Own(), Own()
    first.number, second.number = 1, 2
    states = CallbackStates([("'a'", first), ("'a'", second), ("'gone'", third)]).states()
    new = [Own(), Own(), Own()]
    with pytest.warns(KernelWarning) as all:
        CallbackStates([("'new'", new[0]), ("'a'", new[1]), ("'a'", new[2])]).restore(handed_over(states))
    assert [one.number for one in new] == [0, 1, 2]
    assert [str(one.message) for one in all] == [
        "callback 'new' was not in the run that is resumed: it begins anew",
        "callback 'gone' of the run that is resumed is gone, with what it knew",
    ]


class Broken:
    """Has a state that fails, or is none."""

    def __init__(self, what: Any = None) -> None:
        self.what = what

    def state(self) -> Any:
        if self.what is None:
            raise RuntimeError("no state today")
        return self.what

    def restore(self, state: Any) -> None:
        raise KeyError("lost")


def test_a_state_that_can_not_be_kept_is_an_error_that_names_the_callback() -> None:
    circle: list[Any] = []
    circle.append(circle)
    for what, message in (
        ({"a": [object()]}, "of callback 'a' can't be kept: a.0 holds an object of type object"),
        (circle, r"of callback 'a' can't be kept: (0\.)+\.{3} holds an object of type list"),
    ):
        with pytest.raises(DataError, match=message):
            CallbackStates([("'a'", Broken(what))]).check()


def test_errors_of_states_name_the_callback() -> None:
    with pytest.raises(
        CallbackError, match=r"state\(\) of callback 'a' failed: RuntimeError: no state today"
    ):
        CallbackStates([("'a'", Broken())]).states()
    with pytest.raises(CallbackError, match=r"restore\(\) of callback 'a' failed: KeyError: 'lost'"):
        CallbackStates([("'a'", Broken())]).restore([("'a'", 1)])


def test_variables_of_a_function_are_kept_or_named(caplog: pytest.LogCaptureFixture) -> None:
    def made() -> tuple[Callable[..., None], Callable[[], tuple[int, list[int]]]]:
        number, seen, limit, names = 0, [1], 3, iter("abc")

        def count(*args: Any) -> None:
            nonlocal number
            number += limit
            seen.append(number)
            next(names)

        return count, lambda: (number, seen)

    (count, _), (fresh, look) = made(), made()
    states, others = (CallbackStates([("training.before_update", each)]) for each in (count, fresh))
    with caplog.at_level("INFO", "kernel"):
        states.begun()
    assert len(caplog.messages) == 1 and "with names: state()" in caplog.messages[0]
    count()
    others.restore(states.states())
    assert look() == (3, [1, 3])


class Priced:
    """A callback that asks a schedule."""

    def __init__(self) -> None:
        self.price = by_step(iter([1.0, 2.0, 3.0]))


def test_a_schedule_of_a_callback_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    one, other = Priced(), Priced()
    states, others = (CallbackStates([("'priced'", each)]) for each in (one, other))
    with caplog.at_level("INFO", "kernel"):
        states.begun()
    assert not caplog.messages
    assert [one.price(step) for step in range(2)] == [1.0, 2.0]
    others.restore(states.states())
    assert other.price.state() == one.price.state()
    assert other.price(2) == 3.0


class HoldsCorpus:
    """A callback that has something whose state nobody may ask for at any moment."""

    def __init__(self) -> None:
        self.corpus = Early()
        self.count = 0


class Early:
    def state(self) -> int:
        raise RuntimeError("no pass has begun")

    def restore(self, state: int) -> None:
        raise RuntimeError("not yours")


def test_what_a_callback_holds_is_not_asked_for_its_state(caplog: pytest.LogCaptureFixture) -> None:
    one, other = HoldsCorpus(), HoldsCorpus()
    states, others = (CallbackStates([("'holds'", each)]) for each in (one, other))
    with caplog.at_level("INFO", "kernel"):
        states.begun()
    assert len(caplog.messages) == 1 and "with corpus: state()" in caplog.messages[0]
    one.count = 2
    others.restore(states.states())
    assert other.count == 2
