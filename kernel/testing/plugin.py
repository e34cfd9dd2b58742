"""The fixtures, as a pytest plugin: `pytest_plugins = ["kernel.testing"]`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kernel.testing import distributions
from kernel.testing.box import Box


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A directory with a home and an environment of its own, to run commands in."""
    folder = tmp_path / "box"
    folder.mkdir()
    return Box(folder)


@pytest.fixture
def fake_distribution() -> Iterator[Callable[..., Path]]:
    """`fake_distribution(name, version, requires=, entry_points=, modules=)`: installed until the test ends.

    Needs no installed plugin, and leaves neither modules nor names behind.
    """
    with ExitStack() as stack:

        def install(name: str, version: str = "1.0", **contents: Any) -> Path:
            return stack.enter_context(distributions.fake_distribution(name, version, **contents))

        yield install
