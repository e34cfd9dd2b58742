"""The BLAS threads of numpy: one inside our own calls, and the facts that a run records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy  # noqa: F401  (its BLAS must be loaded before the controller looks)
from threadpoolctl import ThreadpoolController


@cache
def _controller() -> Any:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """One BLAS thread for a while: matrices of our size gain nothing from more, and results don't depend on cores."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


def facts() -> list[dict[str, Any]]:
    """One entry a BLAS library: its name, version, kernel (architecture) and number of threads."""
    return [
        {
            "library": library["internal_api"],
            "version": library["version"],
            "kernel": library.get("architecture"),
            "threads": library["num_threads"],
        }
        for library in _controller().info()
        if library["user_api"] == "blas"
    ]
