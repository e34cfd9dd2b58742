"""What `kernel debug data` says of spans that are to be found."""

from collections.abc import Iterator, Sequence

import numpy as np

from kernel.component import Finding
from kernel.training import Example
from kernel_components.span_finder.gold import UNKNOWN, encode, gold_spans


def findings(
    train: Sequence[Example], dev: Sequence[Example], *, key: str, shortest: int, longest: int | None
) -> Iterator[Finding]:
    """key: the span group. shortest, longest: tokens of spans that the component finds."""
    groups = [gold_spans(example.reference, key) for example in train]
    sizes = np.concatenate([np.diff(each, axis=1)[:, 0] for each in groups]) if groups else np.zeros(0, int)
    if not len(sizes):
        yield Finding(
            "fail", f"no document to train on has spans in the group '{key}'", _other_groups(train, key)
        )
        return
    yield Finding(
        "info",
        f"{len(sizes):,} spans in the group '{key}' of {sum(len(each) > 0 for each in groups):,} documents, "
        f"of {sizes.min()} to {sizes.max()} tokens",
    )
    limit = sizes.max() if longest is None else longest
    outside = int(((sizes < shortest) | (sizes > limit)).sum())
    if outside:
        lengths = f"{shortest} to {limit}" if longest is not None else f"{shortest} or more"
        yield Finding(
            "warn",
            f"{outside:,} of these are not found because of their length: only spans of {lengths} tokens are (min_length, max_length)",
        )
    unknown = sum(int((encode(example, key) == UNKNOWN).sum()) for example in train)
    if unknown:
        yield Finding(
            "warn", f"{unknown:,} beginnings and ends of spans lie inside of tokens, and are not learnt"
        )
    if not any(len(gold_spans(example.reference, key)) for example in dev):
        yield Finding("warn", f"no document to evaluate on has spans in the group '{key}'")


def _other_groups(examples: Sequence[Example], key: str) -> tuple[str, ...]:
    """Groups that there are: the setting may name another one."""
    names = {name for example in examples for name in example.reference.spans}
    return tuple(f"there is the group '{name}'" for name in sorted(names - {key}))
