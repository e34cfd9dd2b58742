"""Python's search for objects that nothing leads to, put off while many are made that stay."""

from __future__ import annotations

import gc


class PutOff:
    """`with PutOff():` around imports and loading. There the search would find nothing, and take a seventh of the time."""

    def __enter__(self) -> None:
        self.was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        # Of threads that do this at once, the one that came first turns it on again.
        if self.was_on:
            gc.enable()
