"""The name that was meant by a wrong one, for reports with any number of problems."""

from __future__ import annotations

from collections.abc import Collection

# Names that one report compares with wrong ones: about a second's work.
MOST = 20_000


class Suggestions:
    """Finds names for the problems of one report; a report with very many has none for the last of them."""

    def __init__(self) -> None:
        self._left = MOST

    def near(self, name: str, names: Collection[str], *, besides: Collection[str] = ()) -> str | None:
        """The name among `names` that is most like a wrong one, None if there is none.

        besides: names that weren't meant.
        """
        from kernel.registries.registry import nearest_name

        if self._left <= 0:
            return None
        self._left -= len(names)
        return nearest_name(name, [other for other in names if other not in besides])
