"""The module `kernel.matcher`."""

from kernel_matchers.dependency_matcher.matcher import DependencyMatcher
from kernel_matchers.matcher.matcher import Matcher
from kernel_matchers.names.levenshtein import levenshtein
from kernel_matchers.phrase_matcher.matcher import PhraseMatcher

__all__ = ["DependencyMatcher", "Matcher", "PhraseMatcher", "levenshtein"]
