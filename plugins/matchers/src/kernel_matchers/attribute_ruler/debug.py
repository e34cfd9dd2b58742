"""What `kernel debug data` says of rules for attributes."""

from collections.abc import Iterator, Sequence

import numpy as np

from kernel.component import Finding
from kernel.tokens import Doc
from kernel_matchers.token_patterns.matcher import TokenMatcher


def findings(matcher: TokenMatcher, docs: Sequence[Doc], shown: Sequence[str]) -> Iterator[Finding]:
    """How many rules there are, and which of them match nothing. docs: with gold annotations. shown: each rule for people."""
    if not len(matcher):
        yield Finding("warn", "there are no rules, so the component does nothing")
        return
    found = np.zeros(len(matcher), dtype=bool)
    found[matcher.matches(docs, shortest=~found).rules] = True
    unused = tuple(shown[number] for number in np.flatnonzero(~found).tolist())
    yield Finding(
        "info", f"{len(matcher)} rules, of which {int(found.sum())} match something in the training data"
    )
    if unused:
        yield Finding("info", f"{len(unused)} rules match nothing in the training data", unused)
