"""What all tests share: marks for what a test needs, and Ctrl-C.

A test that takes more than the distribution it belongs to says so, and is skipped where that is not installed:
`pytestmark = pytest.mark.needs("kernel-nlp-languages")`; `make isolated` runs every distribution's tests without the
others.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

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
    _be_patient()


def _be_patient() -> None:
    """Let no test with made-up data fail because the machine is slow."""
    try:
        from hypothesis import HealthCheck, settings
    except ImportError:
        return
    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")


@pytest.fixture
def steps() -> Callable[[Callable[[], Any]], int]:
    """Counts the instructions of Python that a function takes: how work grows, without a clock."""

    def count(function: Callable[[], Any]) -> int:
        taken = 0

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal taken
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            taken += event == "opcode"
            return trace

        former = sys.gettrace()
        # What others do when garbage is collected is no work of the function.
        gc.disable()
        sys.settrace(trace)
        try:
            function()
        finally:
            sys.settrace(former)
            gc.enable()
        return taken

    return count


@pytest.fixture
def grows_linearly(steps: Callable[[Callable[[], Any]], int]) -> Callable[..., None]:
    """Asserts that what a size adds to the work is the same at every size, whatever the work on nothing is."""

    def check(make: Callable[[int], Callable[[], Any]], size: int = 20) -> None:
        make(size)()
        few, twice, many = (steps(make(times * size)) for times in (1, 2, 8))
        # Of linear work the eightfold takes 6 times as much more than the double as that takes more than the single; of
        # quadratic work 20 times.
        assert many - twice <= 9 * (twice - few), (few, twice, many)

    return check
