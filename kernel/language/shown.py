"""Lists and tables that show something of a pipeline: whoever tries to change one is told how that is done."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Self, TypeVar

from kernel.errors import UsageError

T = TypeVar("T")


class ShownList(list[T]):
    """A list that can't be changed. what: what it shows. advice: how to change that."""

    def __init__(self, items: Iterable[T], what: str, advice: str) -> None:
        super().__init__(items)
        self._what, self._advice = what, advice

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise UsageError(f"{self._what} shows how the pipeline is, and can't be changed", hint=self._advice)

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)

    def __copy__(self) -> list[T]:
        return list(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[T]:
        return [copy.deepcopy(item, memo) for item in self]


class ShownDict(dict[str, Any]):
    """A table that can't be changed, nor can what is in it; a copy of it can. what, advice: as of `ShownList`.

    only: the keys that are meant; the others can be changed.
    """

    def __init__(
        self, items: Mapping[str, Any], what: str, advice: str, *, only: Iterable[str] | None = None
    ) -> None:
        self._what, self._advice = what, advice
        self._only = None if only is None else frozenset(only)
        super().__init__({key: self._shown(key, value) for key, value in items.items()})

    def _shown(self, key: str, value: Any) -> Any:
        if self._only is not None and key not in self._only:
            return value
        if isinstance(value, Mapping):
            return ShownDict(value, f"{self._what}[{key!r}]", self._advice)
        return ShownList(value, f"{self._what}[{key!r}]", self._advice) if isinstance(value, list) else value

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise UsageError(f"{self._what} shows how the pipeline is, and can't be changed", hint=self._advice)

    def __setitem__(self, key: str, value: Any) -> None:
        if self._only is None or key in self._only:
            self._refuse()
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        if self._only is None or key in self._only:
            self._refuse()
        super().__delitem__(key)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """As that of a dict, key by key."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: str, default: Any = None) -> Any:
        """As that of a dict."""
        if key not in self:
            self[key] = default
        return self[key]

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]
        self.update(other)
        return self

    pop = popitem = clear = _refuse

    def copy(self) -> dict[str, Any]:
        """A plain table that can be changed, with what is in it."""
        return copy.deepcopy(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (copy.deepcopy(self),)

    def __copy__(self) -> dict[str, Any]:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {key: copy.deepcopy(value, memo) for key, value in self.items()}
