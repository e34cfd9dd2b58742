"""Callbacks of a run: registering them, checking them before any data is read, naming them when they fail.

Every run has a manager of its own; there is none for the process, so that installing a package changes no run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from difflib import get_close_matches
from functools import wraps
from time import perf_counter
from typing import Any

import pluggy

from kernel.errors import CallbackError, PluginLoadError
from kernel.registries.blame import describe
from kernel.training import events

hookimpl = pluggy.HookimplMarker("kernel")

_EVENTS: dict[str, frozenset[str]] = {
    name: frozenset(inspect.signature(spec).parameters)
    for name, spec in vars(events).items()
    if hasattr(spec, "kernel_spec")
}


class Hooks:
    """The callbacks of one run.

    `hooks.call.step_end(run=..., info=...)` calls every implementation of an event. `place` is a text that says
    where the run is ("at step 120"), for error messages. trace: gets a line about every call of a callback.
    """

    def __init__(self, trace: Callable[[str], None] | None = None) -> None:
        self._trace = trace
        self._manager = pluggy.PluginManager("kernel")
        self._manager.add_hookspecs(events)
        self._labels: list[str] = []
        self.place: Callable[[], str] = lambda: "before training"

    @property
    def call(self) -> Any:
        """The events as functions that take keyword arguments."""
        return self._manager.hook

    @property
    def names(self) -> list[str]:
        """Labels of the registered callbacks, in the order in which they are called."""
        return list(self._labels)

    def add_builtin(self, implementations: object) -> None:
        """Register the kernel's own implementations: called last, their errors are passed on as they are."""
        if self._trace is not None:
            methods = _implementations(implementations)
            implementations = _Guarded(
                {
                    name: self._timed("kernel", _event(name, method), method)
                    for name, method in methods.items()
                }
            )
        self._manager.register(implementations, name="kernel")

    def add(self, callbacks: list[tuple[str, object]]) -> None:
        """Register callbacks, (label, object) each, to be called in this order.

        A label names the callback in messages: "'acme.Slack.v1' (acme-nlp 1.2)". `PluginLoadError` names an unknown
        event or argument and the nearest right one.
        """
        # The manager calls the latest first.
        for number, (label, callback) in reversed(list(enumerate(callbacks))):
            methods = _implementations(callback)
            _check(label, callback, methods)
            guarded = {
                name: self._timed(label, event, self._guard(label, event, method))
                for name, method in methods.items()
                for event in [_event(name, method)]
            }
            self._manager.register(_Guarded(guarded), name=f"{number}: {label}")
        self._labels += [label for label, _ in callbacks]
        self._manager.check_pending()

    def _guard(self, label: str, event: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """The same method, whose errors say which callback failed where."""

        def blame(error: Exception) -> CallbackError:
            return CallbackError(f"callback {label} failed in {event} {self.place()}: {describe(error)}")

        @wraps(method)
        def call(*args: Any) -> Any:
            try:
                result = method(*args)
            except Exception as error:
                raise blame(error) from error
            if event == "should_stop" and not isinstance(result, str):
                # Others are asked unless the answer is a reason.
                return f"callback {label}" if result else None
            return result

        @wraps(method)
        def wrap(*args: Any) -> Generator[None, Any, Any]:
            inner = method(*args)
            passing: BaseException | None = None
            try:
                next(inner)
                try:
                    result = yield
                except BaseException as error:  # noqa: BLE001
                    # An error of whatever is wrapped only passes through and keeps its own name.
                    passing = error
                    inner.throw(error)
                else:
                    inner.send(result)
                raise RuntimeError("a wrapper yields exactly once")
            except StopIteration as stop:
                return stop.value
            except Exception as error:
                if error is passing:
                    raise
                raise blame(error) from error

        return wrap if inspect.isgeneratorfunction(method) else call

    def _timed(self, label: str, event: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """The same method, whose calls are traced if that was asked for."""
        trace = self._trace
        if trace is None:
            return method

        def line(start: float, note: str = "") -> str:
            return f"{perf_counter() - start:9.6f} s  {event}  {label}  {self.place()}{note}"

        @wraps(method)
        def call(*args: Any) -> Any:
            start = perf_counter()
            try:
                return method(*args)
            finally:
                trace(line(start))

        @wraps(method)
        def wrap(*args: Any) -> Generator[None, Any, Any]:
            start = perf_counter()
            try:
                return (yield from method(*args))
            finally:
                trace(line(start, ", with what it wraps"))

        return wrap if inspect.isgeneratorfunction(method) else call


class _Guarded:
    """The guarded methods of one callback, as the object that pluggy registers."""

    def __init__(self, methods: dict[str, Callable[..., Any]]) -> None:
        self.__dict__.update(methods)


def _implementations(callback: object) -> dict[str, Callable[..., Any]]:
    marked: dict[str, Callable[..., Any]] = {}
    for name in dir(callback):
        # Static first: getattr would run the properties of the object.
        if name.startswith("__") or isinstance(inspect.getattr_static(callback, name, None), property):
            continue
        member = getattr(callback, name, None)
        if inspect.isroutine(member) and hasattr(member, "kernel_impl"):
            marked[name] = member
    return marked


def _check(label: str, callback: object, methods: dict[str, Callable[..., Any]]) -> None:
    if not methods:
        raise PluginLoadError(
            f"callback {label} returned a {type(callback).__name__} that reacts to no event",
            hint="Mark its methods with @kernel.hookimpl.",
        )
    for name, method in methods.items():
        event = _event(name, method)
        if event not in _EVENTS:
            raise PluginLoadError(
                f"callback {label} implements the unknown event '{event}'",
                hint=_suggestion(event, _EVENTS) or f"There are: {', '.join(_EVENTS)}.",
            )
        for parameter in inspect.signature(method).parameters.values():
            if parameter.name not in _EVENTS[event]:
                known = ", ".join(sorted(_EVENTS[event]))
                raise PluginLoadError(
                    f"callback {label} asks for '{parameter.name}' in {event}, which passes {known}",
                    hint=_suggestion(parameter.name, _EVENTS[event]),
                )
            if parameter.kind is parameter.KEYWORD_ONLY or parameter.default is not parameter.empty:
                raise PluginLoadError(
                    f"callback {label} makes '{parameter.name}' in {event} keyword-only or gives it a default",
                    hint="Events pass plain parameters only; leave out the ones that you don't need.",
                )


def _event(name: str, method: Any) -> str:
    return method.kernel_impl.get("specname") or name


def _suggestion(name: str, known: Any) -> str:
    nearest = get_close_matches(name, known, 1)
    return f"Did you mean '{nearest[0]}'?" if nearest else ""
