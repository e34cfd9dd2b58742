"""The module `kernel.matcher.matcher`."""

from kernel_matchers.matcher.matcher import Matcher

__all__ = ["Matcher"]
