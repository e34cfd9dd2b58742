"""What `kernel debug data` says of groups of spans."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from kernel.component import Finding
from kernel.errors import KernelError
from kernel.tokens import Span
from kernel.training import Example
from kernel_components.spancat.distinctiveness import distinctiveness
from kernel_components.spancat.gold import count_labels
from kernel_components.spancat.suggested import Suggest, compare

# A label with fewer spans is hardly learned.
FEW = 50
# Lengths are told up to the one that covers this share of the spans.
COVERED = 0.9
# A label whose words, or whose borders, are less distinct from other text is hard to learn (divergence, in nats).
DISTINCT = 1.0


def findings(
    train: Sequence[Example], dev: Sequence[Example], key: str, suggest: Suggest
) -> Iterator[Finding]:
    """key: of the group. suggest: what gives the spans that are looked at."""
    if train and not any(key in example.reference.spans for example in train):
        others = sorted({other for example in train for other in example.reference.spans})
        text = f"no document to train on has the group '{key}'" + ("; there are the groups" if others else "")
        yield Finding("fail", text, tuple(others))
        return
    yield from _amounts(train, key)
    yield from _distinct(train, key)
    for examples, part in ((train, "to train on"), (dev, "to evaluate on")):
        yield from _annotation(examples, key, part)
        yield from _suggested(examples, key, part, suggest)


def _spans(example: Example, key: str) -> Sequence[Span]:
    return list(example.reference.spans.get(key, ()))


def _amounts(examples: Sequence[Example], key: str) -> Iterator[Finding]:
    counts = count_labels(examples, key)
    documents: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    for example in examples:
        spans = _spans(example, key)
        documents.update({span.label_ for span in spans})
        lengths.update(len(span) for span in spans)
    total = counts.total()
    if total:
        covered = np.cumsum([lengths[length] for length in sorted(lengths)])
        most = sorted(lengths)[int(np.searchsorted(covered, COVERED * total))]
        yield Finding(
            "info",
            f"{total:,} spans in the group '{key}'; {COVERED:.0%} of them have up to {most} token{'s' * (most != 1)}, the longest has {max(lengths)}",
        )
    for label, count in sorted(counts.items()):
        if count < FEW:
            span = "span" if count == 1 else "spans"
            yield Finding("warn", f"{label}: only {count} {span} to train on; {FEW} or more are better")
        if documents[label] == len(examples):
            yield Finding(
                "warn",
                f"{label}: every document to train on has one; add documents without one, or the model will expect it everywhere",
            )


def _distinct(examples: Sequence[Example], key: str) -> Iterator[Finding]:
    for label, (words, borders) in sorted(distinctiveness(examples, key).items()):
        said = [
            f"{what} ({value:.2f})"
            for what, value in (("its words", words), ("the words beside it", borders))
            if value < DISTINCT
        ]
        if said:
            yield Finding(
                "warn",
                f"{label}: {' and '.join(said)} are hardly distinct from other text; it may be hard to learn",
            )
        else:
            yield Finding(
                "info", f"{label}: distinctiveness of its words {words:.2f}, of those beside it {borders:.2f}"
            )


def _annotation(examples: Sequence[Example], key: str, part: str) -> Iterator[Finding]:
    without = sum(key not in example.reference.spans for example in examples)
    if without:
        verb = "has" if without == 1 else "have"
        yield Finding(
            "info",
            f"{without} of {len(examples)} documents {part} {verb} no group '{key}'; in training that means no spans, in evaluation they are left out",
        )
    blank: list[str] = []
    unnamed = 0
    lost: list[str] = []
    for example in examples:
        spans = _spans(example, key)
        unnamed += sum(not span.label_ for span in spans)
        blank += [repr(span.text) for span in spans if len(span) and (span[0].is_space or span[-1].is_space)]
        if not example.same_words:
            kept = {
                (span.start_char, span.end_char)
                for span in example.get_aligned_spans_y2x(spans, allow_overlap=True)
            }
            lost += [repr(span.text) for span in spans if (span.start_char, span.end_char) not in kept]
    if unnamed:
        yield Finding("fail", f"{unnamed} spans {part} have an empty label")
    if blank:
        yield Finding("warn", f"{len(blank)} spans {part} start or end with whitespace", tuple(blank))
    if lost:
        text = f"{len(lost)} spans {part} are lost: they start or end inside of a word"
        yield Finding("warn", text, tuple(lost))


def _suggested(examples: Sequence[Example], key: str, part: str, suggest: Suggest) -> Iterator[Finding]:
    """What the suggester misses can be neither learnt nor found."""
    try:
        counts = compare(examples, key, suggest)
    except KernelError as error:
        yield Finding("info", f"it can't be told here what is suggested {part}: {error}")
        return
    suggested, gold, missed = counts.suggested, counts.right, [repr(text) for text in counts.missed]
    if suggested:
        yield Finding(
            "info", f"{suggested:,} spans are suggested {part}, {gold / suggested:.2%} of them are gold"
        )
        if gold == suggested:
            yield Finding(
                "warn", f"every span that is suggested {part} is gold: the model will expect one everywhere"
            )
    if missed:
        verb = "is" if len(missed) == 1 else "are"
        yield Finding(
            "warn",
            f"{len(missed)} gold spans {part} {verb} not suggested, and will never be found",
            tuple(missed),
        )
