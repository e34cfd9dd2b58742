"""The module `kernel.matcher.dependencymatcher`."""

from kernel_matchers.dependency_matcher.matcher import DependencyMatcher

__all__ = ["DependencyMatcher"]
