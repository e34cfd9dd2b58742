"""Extension attributes: `doc._.name`, `span._.name`, `token._.name`.

An extension has a default value, a getter (and maybe a setter), or a method. Values live in `doc.user_data`
under the key ("._.", name, start, end), start and end being character offsets (None for a Doc; end is None
for a Token), so that they travel with the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from typing import Any, ClassVar, NamedTuple

from kernel.errors import UsageError

_UNSET: Any = object()


class Extension(NamedTuple):
    """What was registered under a name: one of default, method, and getter with maybe a setter."""

    default: Any
    method: Callable[..., Any] | None
    getter: Callable[[Any], Any] | None
    setter: Callable[[Any, Any], None] | None


class Underscore:
    """The object behind `._`."""

    __slots__ = ("_end", "_extensions", "_owner", "_start", "_user_data")

    def __init__(
        self,
        extensions: dict[str, Extension],
        owner: Any,
        user_data: dict[Any, Any],
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        object.__setattr__(self, "_extensions", extensions)
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_user_data", user_data)
        object.__setattr__(self, "_start", start)
        object.__setattr__(self, "_end", end)

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *self._extensions])

    def _find(self, name: str) -> Extension:
        extension: Extension | None = self._extensions.get(name)
        if extension is None:
            kind = type(self._owner).__name__
            raise AttributeError(
                f"no extension attribute {name!r}: register it with {kind}.set_extension({name!r}, ...)"
            )
        return extension

    def __getattr__(self, name: str) -> Any:
        extension = self._find(name)
        if extension.getter is not None:
            return extension.getter(self._owner)
        if extension.method is not None:
            return partial(extension.method, self._owner)
        key = ("._.", name, self._start, self._end)
        value = self._user_data.get(key, _UNSET)
        if value is not _UNSET:
            return value
        default = extension.default
        if isinstance(default, (dict, list, set)):
            # Each owner gets its own, so that one document's changes don't show in the next.
            default = self._user_data[key] = copy(default)
        return default

    def __setattr__(self, name: str, value: Any) -> None:
        extension = self._find(name)
        if extension.setter is not None:
            extension.setter(self._owner, value)
        elif extension.getter is not None or extension.method is not None:
            raise AttributeError(f"the extension attribute {name!r} has no setter")
        else:
            self._user_data["._.", name, self._start, self._end] = value

    def get(self, name: str) -> Any:
        return getattr(self, name)

    def set(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def has(self, name: str) -> bool:
        """Whether an extension of this name is registered."""
        return name in self._extensions


class Extensible:
    """Class methods to register extension attributes; a subclass brings its own table."""

    __slots__ = ()
    _extensions: ClassVar[dict[str, Extension]] = {}

    @classmethod
    def set_extension(
        cls,
        name: str,
        *,
        default: Any = _UNSET,
        getter: Callable[[Any], Any] | None = None,
        setter: Callable[[Any, Any], None] | None = None,
        method: Callable[..., Any] | None = None,
        force: bool = False,
    ) -> None:
        """Register an extension attribute: exactly one of default, getter and method, or nothing (None).

        setter goes with getter. An existing name is an error unless `force`.
        """
        if name in cls._extensions and not force:
            raise UsageError(
                f"{cls.__name__} has the extension {name!r} already", hint="use force=True to replace it"
            )
        ways = [default is not _UNSET, getter is not None, method is not None]
        if sum(ways) > 1:
            raise UsageError(f"extension {name!r}: give one of default, getter and method")
        if setter is not None and getter is None:
            raise UsageError(f"extension {name!r}: a setter needs a getter")
        for function in (getter, setter, method):
            if function is not None and not callable(function):
                raise UsageError(f"extension {name!r}: {function!r} can't be called")
        cls._extensions[name] = Extension(None if default is _UNSET else default, method, getter, setter)

    @classmethod
    def get_extension(cls, name: str) -> Extension:
        """The registered extension: (default, method, getter, setter)."""
        if name not in cls._extensions:
            raise UsageError(f"{cls.__name__} has no extension {name!r}")
        return cls._extensions[name]

    @classmethod
    def has_extension(cls, name: str) -> bool:
        return name in cls._extensions

    @classmethod
    def remove_extension(cls, name: str) -> Extension:
        """Unregister an extension and return it."""
        extension = cls.get_extension(name)
        del cls._extensions[name]
        return extension


def registered() -> list[tuple[type[Extensible], str, Extension]]:
    """All extensions: (Doc, Span or Token; name; extension)."""
    owners = Extensible.__subclasses__()
    return [(owner, name, each) for owner in owners for name, each in owner._extensions.items()]


def register(extension: tuple[type[Extensible], str, Extension]) -> None:
    """Register one of what `registered` gives, unless there is one of its name."""
    owner, name, what = extension
    owner._extensions.setdefault(name, what)


@contextmanager
def restored() -> Iterator[None]:
    """Forget, at the end of the block, whatever extensions were registered or removed inside it."""
    before = {owner: dict(owner._extensions) for owner in Extensible.__subclasses__()}
    try:
        yield
    finally:
        for owner in Extensible.__subclasses__():
            owner._extensions.clear()
            owner._extensions.update(before.get(owner, {}))
