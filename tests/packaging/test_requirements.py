"""What a package requires."""

import pytest

from kernel.packaging.requirements import compatible


@pytest.mark.parametrize(
    ("version", "requirement"),
    [
        ("1.2.0", "a~=1.2.0"),
        ("5", "a~=5.0"),
        ("1.2rc1", "a~=1.2rc1"),
        ("2.1+cpu", "a~=2.1"),
        ("?", "a===?"),
        ("", "a"),
    ],
)
def test_compatible_releases(version, requirement):
    assert compatible("a", version) == requirement
