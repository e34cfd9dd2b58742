"""Callbacks of a run: registering them, checking them before any data is read, naming them when they fail.

Every run has a manager of its own; there is none for the process, so that installing a package changes no run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import wraps
from time import perf_counter
from typing import Any

import pluggy

from kernel.errors import CallbackError, ConfigError, PluginLoadError, keep, warn
from kernel.registries.blame import describe_error
from kernel.training import events

hookimpl = pluggy.HookimplMarker("kernel")

_EVENTS: dict[str, frozenset[str]] = {
    name: frozenset(inspect.signature(spec).parameters)
    for name, spec in vars(events).items()
    if hasattr(spec, "kernel_spec")
}


@dataclass(frozen=True)
class Call:
    """What a monitor is told: an event that comes, or an implementation of it that is done.

    label: of the callback, "kernel" for the kernel's own; "" before anybody is asked. arguments: of the event.
    place: where the run is. seconds: that the implementation took. wraps: whether those of what it wraps count too.
    """

    event: str
    arguments: Mapping[str, Any]
    place: str
    label: str = ""
    seconds: float = 0.0
    wraps: bool = False


class Hooks:
    """The callbacks of one run.

    `hooks.call.step_end(run=..., info=...)` calls every implementation of an event. `place` is a text that says
    where the run is ("at step 120"), for error messages. monitor: gets a `Call` for every event before anybody is asked
    and for every implementation when it is done.
    """

    def __init__(self, monitor: Callable[[Call], None] | None = None) -> None:
        self._monitor = monitor
        self._manager = pluggy.PluginManager("kernel")
        self._manager.add_hookspecs(events)
        if monitor is not None:
            self._manager.add_hookcall_monitoring(self._announce, _nothing)
        # In the order of the calls.
        self._added: list[tuple[str, object]] = []
        self._builtin: list[object] = []
        self.objects: list[tuple[str, object]] = []
        """(label, callback) of everything that was added, those of the kernel too, in the order of the calls."""
        self.place: Callable[[], str] = lambda: "before training"

    @property
    def call(self) -> Any:
        """The events as functions that take keyword arguments."""
        return self._manager.hook

    @property
    def names(self) -> list[str]:
        """Labels of the registered callbacks, in the order in which they are called."""
        return [label for label, _ in self._added]

    def add_builtin(self, callback: object) -> None:
        """Register implementations of the kernel's own: called last, their errors are passed on as they are."""
        own = {
            name: self._timed("kernel", _event(name, method), method)
            for name, method in implementations(callback).items()
        }
        self._register(self._added, [*self._builtin, _Methods(own)])
        self.objects.append(("kernel", callback))

    def add(self, callbacks: list[tuple[str, object]]) -> None:
        """Register callbacks, (label, object) each, to be called in this order, after those that were added before.

        A label names the callback in messages: "'acme.Slack.v1' (acme-nlp 1.2)". `PluginLoadError` names an unknown
        event or argument and the nearest right one.
        """
        added = []
        for label, callback in callbacks:
            methods = implementations(callback)
            _check(label, callback, methods)
            guarded = {
                name: self._timed(label, event, self._guard(label, event, method))
                for name, method in methods.items()
                for event in [_event(name, method)]
            }
            added.append((label, _Methods(guarded)))
        self._register([*self._added, *added], self._builtin)
        self.objects += callbacks

    def _register(self, added: list[tuple[str, object]], builtin: list[object]) -> None:
        for methods in [*(methods for _, methods in self._added), *self._builtin]:
            self._manager.unregister(methods)
        self._added, self._builtin = added, builtin
        # The manager calls the latest first.
        for methods in reversed([*(methods for _, methods in added), *builtin]):
            self._manager.register(methods)
        self._manager.check_pending()

    def _announce(self, event: str, methods: object, arguments: Mapping[str, Any]) -> None:
        if self._monitor is not None:
            self._monitor(Call(event, arguments, self.place()))

    def _guard(self, label: str, event: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """The same method, whose errors say which callback failed where."""

        def blame(error: Exception) -> CallbackError:
            what = f"callback {label} failed in {event} {self.place()}"
            return keep(CallbackError(f"{what}: {describe_error(error)}"), error)

        @wraps(method)
        def call(*args: Any) -> Any:
            try:
                result = method(*args)
            except Exception as error:
                if event == "train_error":
                    # Everybody is to close what is open, and the first error is the one to be seen.
                    warn(f"after the error below: {blame(error).message}")
                    return None
                if (
                    isinstance(error, ConfigError)
                    and error.problems
                    and all(one.path for one in error.problems)
                ):
                    # It says which setting is wrong.
                    raise
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
        """The same method, whose calls the monitor hears of, if there is one."""
        monitor = self._monitor
        if monitor is None:
            return method
        names = list(inspect.signature(method).parameters)

        def done(args: tuple[Any, ...], start: float, *, wraps: bool) -> None:
            seconds = perf_counter() - start
            arguments = dict(zip(names, args, strict=True))
            monitor(Call(event, arguments, self.place(), label, seconds, wraps))

        @wraps(method)
        def call(*args: Any) -> Any:
            start = perf_counter()
            try:
                return method(*args)
            finally:
                done(args, start, wraps=False)

        @wraps(method)
        def wrap(*args: Any) -> Generator[None, Any, Any]:
            start = perf_counter()
            try:
                return (yield from method(*args))
            finally:
                done(args, start, wraps=True)

        return wrap if inspect.isgeneratorfunction(method) else call


class _Methods:
    """The methods of one callback, as the object that pluggy registers."""

    def __init__(self, methods: dict[str, Callable[..., Any]]) -> None:
        self.__dict__.update(methods)


def _nothing(*ignored: Any) -> None: ...


def implementations(callback: object) -> dict[str, Callable[..., Any]]:
    """Name -> method of everything in an object that is marked `@hookimpl`; empty if the object is no callback."""
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
    if inspect.isclass(callback):
        raise PluginLoadError(
            f"callback {label} returned the class {callback.__name__}", hint="Return an object of it."
        )
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
