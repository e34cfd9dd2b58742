"""Tests that take more than the distribution they belong to say so, and are skipped where that isn't installed.

`pytestmark = pytest.mark.needs("kernel-nlp-languages")`; `make isolated` runs every distribution's tests without the
others.
"""

from __future__ import annotations

import pytest

from kernel import plugins


def pytest_runtest_setup(item: pytest.Item) -> None:
    wanted = {name for marker in item.iter_markers("needs") for name in marker.args}
    missing = sorted(name for name in wanted if plugins.installed_version(name) is None)
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
