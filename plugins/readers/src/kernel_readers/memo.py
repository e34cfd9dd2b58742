"""What a function says of strings, kept for the strings of a file that come again and again."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_MOST = 20_000


class Memo(dict[str, T]):
    """`memo[text]` is `function(text)`, computed once. It forgets everything when it has grown large."""

    def __init__(self, function: Callable[[str], T]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> T:
        if len(self) >= _MOST:
            self.clear()
        value = self[text] = self._function(text)
        return value
