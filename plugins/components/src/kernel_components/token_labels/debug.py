"""What `kernel debug data` says of labels of single tokens."""

from collections.abc import Iterator, Mapping
from math import log

from kernel.component import Finding


def findings(counts: Mapping[str, int]) -> Iterator[Finding]:
    """How even the labels are. counts: label -> number of tokens."""
    present = [count for count in counts.values() if count]
    if not present:
        yield Finding("fail", "no token to train on has a label")
    elif len(present) == 1:
        yield Finding("warn", "there is only one label, so there is nothing to learn")
    else:
        yield Finding(
            "info", f"normalized entropy {entropy(present):.2f} (1: all labels are equally frequent)"
        )


def entropy(counts: list[int]) -> float:
    """The entropy of a distribution as a share of the highest that so many classes can have; 0 for one class."""
    if len(counts) < 2:
        return 0.0
    total = sum(counts)
    return -sum(count / total * log(count / total) for count in counts) / log(len(counts))
