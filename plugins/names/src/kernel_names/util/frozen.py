"""Lists and dicts that refuse to be changed."""

from functools import partial
from typing import Any, NoReturn

_REFUSAL = "this can't be changed: make a copy of your own with {}(...)"


class SimpleFrozenList(list[Any]):
    """A list that raises NotImplementedError when it is changed. error: what it says then."""

    def __init__(self, *args: Any, error: str = _REFUSAL.format("list")) -> None:
        self.error = error
        super().__init__(*args)

    def _refuse(self, *args: Any, **settings: Any) -> NoReturn:
        raise NotImplementedError(self.error)

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy is made whole: it can't be filled.
        return partial(type(self), error=self.error), (list(self),)

    append = clear = extend = insert = pop = remove = reverse = sort = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


class SimpleFrozenDict(dict[Any, Any]):
    """A dict that raises NotImplementedError when it is changed. error: what it says then."""

    def __init__(self, *args: Any, error: str = _REFUSAL.format("dict"), **items: Any) -> None:
        self.error = error
        super().__init__(*args, **items)

    def _refuse(self, *args: Any, **settings: Any) -> NoReturn:
        raise NotImplementedError(self.error)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), error=self.error), (dict(self),)

    clear = pop = popitem = setdefault = update = _refuse
    __setitem__ = __delitem__ = __ior__ = _refuse
