"""The manager of a run's callbacks: order, checks before anything runs, errors that say whose they are."""

from types import SimpleNamespace
from typing import Any

import pytest

from kernel import hookimpl
from kernel.errors import CallbackError, KernelWarning, PluginLoadError
from kernel.training.hooks import Call, Hooks, implementations

LABEL = "'acme.Slack.v1' (acme-nlp 1.2)"


def hooks_with(*callbacks: object) -> Hooks:
    hooks = Hooks()
    hooks.add([(LABEL, callback) for callback in callbacks])
    return hooks


class Stop:
    def __init__(self, reason: str | None) -> None:
        self.reason = reason

    @hookimpl
    def should_stop(self, run: Any) -> str | None:
        return self.reason


def test_callbacks_are_called_in_their_order() -> None:
    called: list[str] = []

    class Note:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def train_start(self) -> None:
            called.append(self.name)

    hooks_with(Note("a"), Note("b"), Note("c")).call.train_start(run=None)
    assert called == ["a", "b", "c"]


def test_first_result_in_order_wins_and_the_builtin_comes_last() -> None:
    hooks = Hooks()
    hooks.add_builtin(Stop("builtin"))
    assert hooks.call.should_stop(run=None) == "builtin"
    hooks.add([(LABEL, Stop(None)), (LABEL, Stop("first")), (LABEL, Stop("second"))])
    assert hooks.call.should_stop(run=None) == "first"


def test_managers_share_nothing() -> None:
    hooks_with(Stop("now"))
    assert Hooks().call.should_stop(run=None) is None


def test_misspelt_event_names_the_nearest() -> None:
    class Callback:
        @hookimpl
        def step_ended(self, run: Any) -> None: ...

    with pytest.raises(
        PluginLoadError, match=r"acme.Slack.v1.*unknown event 'step_ended'\nDid you mean 'step_end'"
    ):
        hooks_with(Callback())


def test_misspelt_argument_names_the_nearest() -> None:
    class Callback:
        @hookimpl
        def step_end(self, infos: Any) -> None: ...

    with pytest.raises(
        PluginLoadError, match=r"'infos' in step_end, which passes info, run\nDid you mean 'info'"
    ):
        hooks_with(Callback())


def test_argument_with_default_is_refused() -> None:
    class Callback:
        @hookimpl
        def step_end(self, run: Any, info: Any = None) -> None: ...

    with pytest.raises(PluginLoadError, match="'info' in step_end keyword-only or gives it a default"):
        hooks_with(Callback())


def test_object_without_events_is_refused() -> None:
    with pytest.raises(PluginLoadError, match="returned a SimpleNamespace that reacts to no event"):
        hooks_with(SimpleNamespace())


def test_properties_are_not_run() -> None:
    class Callback(Stop):
        @property
        def broken(self) -> None:
            raise RuntimeError

    assert hooks_with(Callback("end")).call.should_stop(run=None) == "end"


def test_error_names_callback_event_and_step() -> None:
    class Callback:
        @hookimpl
        def step_end(self, run: Any) -> None:
            raise OSError("no space left")

    hooks = hooks_with(Callback())
    hooks.place = lambda: "at step 120"
    with pytest.raises(CallbackError) as caught:
        hooks.call.step_end(run=None, info=None)
    assert str(caught.value) == f"callback {LABEL} failed in step_end at step 120: OSError: no space left"
    assert isinstance(caught.value.__cause__, OSError)


class Wrapper:
    """Adds one to the loss; fails before or after if told so."""

    def __init__(self, fail: str = "") -> None:
        self.fail = fail
        self.seen: BaseException | None = None

    @hookimpl(wrapper=True)
    def update(self, run: Any) -> Any:
        if self.fail == "before":
            raise ValueError("before")
        try:
            losses = yield
        except BaseException as error:
            self.seen = error
            raise
        if self.fail == "after":
            raise ValueError("after")
        return {name: loss + 1 for name, loss in losses.items()}


class Update:
    @hookimpl
    def update(self, run: Any) -> dict[str, float]:
        if run == "broken":
            raise ZeroDivisionError("in the pipeline")
        return {"ner": 1.0}


def wrapped(fail: str = "") -> tuple[Hooks, Wrapper]:
    hooks, wrapper = Hooks(), Wrapper(fail)
    hooks.add_builtin(Update())
    hooks.add([(LABEL, wrapper)])
    return hooks, wrapper


def test_wrapper_changes_the_result() -> None:
    hooks, _ = wrapped()
    assert hooks.call.update(run="fine", batch=[]) == {"ner": 2.0}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_error_in_a_wrapper_is_named(moment: str) -> None:
    hooks, _ = wrapped(moment)
    with pytest.raises(
        CallbackError, match=f"acme.Slack.v1.*failed in update before training: ValueError: {moment}"
    ):
        hooks.call.update(run="fine", batch=[])


def test_error_under_a_wrapper_keeps_its_own_name() -> None:
    hooks, wrapper = wrapped()
    with pytest.raises(ZeroDivisionError) as caught:
        hooks.call.update(run="broken", batch=[])
    assert wrapper.seen is caught.value


def test_implementation_may_have_a_name_of_its_own() -> None:
    class Callback:
        @hookimpl(specname="should_stop")
        def enough(self) -> str:
            return "enough"

    assert hooks_with(Callback()).call.should_stop(run=None) == "enough"


class Note:
    """Writes its name down at every event."""

    def __init__(self, name: str, called: list[str]) -> None:
        self.name = name
        self.called = called

    @hookimpl
    def train_start(self) -> None:
        self.called.append(self.name)

    @hookimpl(wrapper=True)
    def evaluate(self) -> Any:
        self.called.append(self.name)
        return (yield)


def test_callbacks_added_later_are_called_later_and_the_kernels_own_last() -> None:
    called: list[str] = []
    hooks = Hooks()
    hooks.add([("a", Note("a", called)), ("same", Note("b", called))])
    hooks.add_builtin(Note("builtin", called))
    hooks.add([("same", Note("c", called))])
    hooks.add([])
    assert hooks.names == ["a", "same", "same"]
    hooks.call.train_start(run=None)
    hooks.call.evaluate(run=None)
    assert called == ["a", "b", "c", "builtin"] * 2


def test_a_callback_that_is_refused_leaves_the_others_as_they_were() -> None:
    called: list[str] = []
    hooks = Hooks()
    hooks.add([("a", Note("a", called))])
    with pytest.raises(PluginLoadError, match="reacts to no event"):
        hooks.add([("b", Note("b", called)), ("c", SimpleNamespace())])
    hooks.call.train_start(run=None)
    assert (hooks.names, called) == (["a"], ["a"])


def test_a_class_is_no_callback() -> None:
    with pytest.raises(PluginLoadError, match="returned the class Note\nReturn an object of it"):
        hooks_with(Note)


def test_everybody_hears_of_an_error_even_if_others_fail_on_it() -> None:
    heard: list[str] = []

    class Close:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def train_error(self) -> None:
            heard.append(self.name)
            raise OSError(self.name)

    hooks = hooks_with(Close("one"), Close("two"))
    with pytest.warns(
        KernelWarning, match="after the error below: .*failed in train_error.*OSError: (one|two)"
    ):
        hooks.call.train_error(run=None, error=ValueError())
    assert heard == ["one", "two"]


def test_a_monitor_hears_of_events_and_of_every_call() -> None:
    calls: list[Call] = []
    hooks = Hooks(calls.append)
    hooks.add_builtin(Update())
    hooks.add([(LABEL, Wrapper())])
    hooks.place = lambda: "at step 3"
    hooks.call.update(run="fine", batch=[1])
    hooks.call.train_start(run=None)
    with pytest.raises(ZeroDivisionError):
        hooks.call.update(run="broken", batch=[])
    assert [(call.event, call.label, call.wraps) for call in calls] == [
        ("update", "", False), ("update", "kernel", False), ("update", LABEL, True),
        ("train_start", "", False),
        ("update", "", False), ("update", "kernel", False), ("update", LABEL, True),
    ]  # fmt: skip
    assert calls[0].arguments == {"run": "fine", "batch": [1]} and calls[1].arguments == {"run": "fine"}
    assert {call.place for call in calls} == {"at step 3"}
    assert calls[2].seconds >= calls[1].seconds >= 0.0 == calls[0].seconds


def test_implementations_are_what_is_marked() -> None:
    assert list(implementations(Note("a", []))) == ["evaluate", "train_start"]
    assert implementations(lambda: None) == implementations(SimpleNamespace()) == {}
