"""The module `kernel.matcher.levenshtein`."""

from kernel_matchers.token_patterns.fuzzy import levenshtein, levenshtein_compare

__all__ = ["levenshtein", "levenshtein_compare"]
