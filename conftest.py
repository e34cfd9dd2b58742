"""What all tests share: marks for what a test needs, and Ctrl-C.

A test that takes more than the distribution it belongs to says so, and is skipped where that is not installed:
`pytestmark = pytest.mark.needs("kernel-nlp-languages")`; `make isolated` runs every distribution's tests without the
others.
"""

from __future__ import annotations

import signal

import pytest

from kernel.discovery import scan


def pytest_runtest_setup(item: pytest.Item) -> None:
    wanted = {name for marker in item.iter_markers("needs") for name in marker.args}
    missing = sorted(name for name in wanted if scan.installed_version(name) is None)
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")


def pytest_configure() -> None:
    """Take Ctrl-C again where a shell that runs jobs in the background has it ignored: children inherit that."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
