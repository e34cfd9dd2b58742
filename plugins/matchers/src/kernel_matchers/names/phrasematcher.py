"""The module `kernel.matcher.phrasematcher`."""

from kernel_matchers.phrase_matcher.matcher import PhraseMatcher

__all__ = ["PhraseMatcher"]
