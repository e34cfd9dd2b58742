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

from kernel.errors import UsageError, warn

_UNSET: Any = object()


class Extension(NamedTuple):
    """What was registered under a name: one of default, method, and getter with maybe a setter."""

    default: Any
    method: Callable[..., Any] | None
    getter: Callable[[Any], Any] | None
    setter: Callable[[Any, Any], None] | None


def name_of(key: Any) -> str:
    """What stands in user data under a key, for messages."""
    if isinstance(key, tuple) and len(key) > 1 and key[0] == "._.":
        return f"its extension attribute {key[1]!r}"
    return f"its user data {key!r}"


class Underscore:
    """The object behind `._`, and the tables of what is registered: name -> extension.

    extensions: one of the tables. owner: a Doc, Span or Token. start, end: its place in characters.
    """

    __slots__ = ("_doc", "_end", "_extensions", "_owner", "_start")

    doc_extensions: ClassVar[dict[str, Extension]] = {}
    span_extensions: ClassVar[dict[str, Extension]] = {}
    token_extensions: ClassVar[dict[str, Extension]] = {}

    def __init__(
        self,
        extensions: dict[str, Extension],
        owner: Any,
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        object.__setattr__(self, "_extensions", extensions)
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_doc", owner.doc)
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
        default, method, getter, _ = self._find(name)
        if getter is not None:
            return getter(self._owner)
        if method is not None:
            bound = partial(method, self._owner)
            bound.__doc__ = method.__doc__
            return bound
        key = ("._.", name, self._start, self._end)
        user_data = self._doc.user_data
        value = user_data.get(key, _UNSET)
        if value is not _UNSET:
            return value
        if isinstance(default, (dict, list, set)):
            # Each owner gets its own, so that one document's changes don't show in the next.
            default = user_data[key] = copy(default)
        return default

    def __setattr__(self, name: str, value: Any) -> None:
        _, method, getter, setter = self._find(name)
        if setter is not None:
            setter(self._owner, value)
        elif getter is not None:
            warn(f"the extension attribute {name!r} is computed and has no setter: what is set has no effect")
        elif method is not None:
            raise AttributeError(f"the extension attribute {name!r} is a method, and can't be set")
        else:
            self._doc.user_data["._.", name, self._start, self._end] = value

    def get(self, name: str) -> Any:
        return getattr(self, name)

    def set(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def has(self, name: str) -> bool:
        """Whether an extension of this name is registered."""
        return name in self._extensions


class Extensible:
    """Class methods to register extension attributes; a subclass names its table in `Underscore`."""

    __slots__ = ()
    extension_table: ClassVar[str] = ""

    @classmethod
    def extensions(cls) -> dict[str, Extension]:
        """The table of what is registered for this class."""
        table: dict[str, Extension] = getattr(Underscore, cls.extension_table)
        return table

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
        """Register an extension attribute: exactly one of default, getter and method.

        setter goes with getter. An existing name is an error unless `force`.
        """
        if name in cls.extensions() and not force:
            raise UsageError(
                f"{cls.__name__} has the extension {name!r} already", hint="use force=True to replace it"
            )
        ways = [default is not _UNSET, getter is not None, method is not None]
        if sum(ways) != 1:
            hint = "" if any(ways) else "default=None is what has no value at first."
            raise UsageError(f"extension {name!r}: give one of default, getter and method", hint=hint)
        if setter is not None and getter is None:
            raise UsageError(f"extension {name!r}: a setter needs a getter")
        for function in (getter, setter, method):
            if function is not None and not callable(function):
                raise UsageError(f"extension {name!r}: {function!r} can't be called")
        cls.extensions()[name] = Extension(None if default is _UNSET else default, method, getter, setter)

    @classmethod
    def get_extension(cls, name: str) -> Extension | None:
        """The registered extension: (default, method, getter, setter); None if there is none of this name."""
        return cls.extensions().get(name)

    @classmethod
    def has_extension(cls, name: str) -> bool:
        return name in cls.extensions()

    @classmethod
    def remove_extension(cls, name: str) -> Extension:
        """Unregister an extension and return it."""
        extension = existing(cls, name)
        del cls.extensions()[name]
        return extension


def existing(owner: type[Extensible], name: str) -> Extension:
    """An extension of Doc, Span or Token. `UsageError` if there is none of this name."""
    extension = owner.get_extension(name)
    if extension is None:
        raise UsageError(f"{owner.__name__} has no extension {name!r}")
    return extension


def registered() -> list[tuple[type[Extensible], str, Extension]]:
    """All extensions: (Doc, Span or Token; name; extension)."""
    owners = Extensible.__subclasses__()
    return [(owner, name, each) for owner in owners for name, each in owner.extensions().items()]


def register(extension: tuple[type[Extensible], str, Extension]) -> None:
    """Register one of what `registered` gives, unless there is one of its name."""
    owner, name, what = extension
    owner.extensions().setdefault(name, what)


@contextmanager
def restored() -> Iterator[None]:
    """Forget, at the end of the block, whatever extensions were registered or removed inside it."""
    before = {owner: dict(owner.extensions()) for owner in Extensible.__subclasses__()}
    try:
        yield
    finally:
        for owner in Extensible.__subclasses__():
            table = owner.extensions()
            table.clear()
            table.update(before.get(owner, {}))
