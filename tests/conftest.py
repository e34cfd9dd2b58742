"""Fixtures that tests of several folders take."""

from kernel.testing.plugin import box, fake_distribution

__all__ = ["box", "fake_distribution"]
