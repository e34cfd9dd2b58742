"""What `kernel debug data` says of trees."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from kernel.component import Finding
from kernel.tokens.columns import values_of
from kernel.tokens.projective import crossed_parts
from kernel.training import Example
from kernel_components.parser.gold import (
    DEP,
    HEAD,
    count_labels,
    count_own_labels,
    has_gold,
    own_label,
    reference_tree,
)

# A label with fewer arcs is hardly learned.
FEW = 20
# With fewer sentences a document, little is learned of where sentences end.
SENTENCES = 1.1


def findings(train: Sequence[Example], dev: Sequence[Example], min_action_freq: int = 0) -> Iterator[Finding]:
    """Findings on both parts of the data, those on amounts only on the first."""
    yield from _amounts(train, min_action_freq)
    for examples, part in ((train, "to train on"), (dev, "to evaluate on")):
        yield from _annotation(examples, part)
        yield from _trees(examples, part)


def _amounts(examples: Sequence[Example], min_action_freq: int) -> Iterator[Finding]:
    known = [example for example in examples if has_gold(example)]
    if not known:
        return
    left, right, breaks = count_labels(known)
    sentences, tokens = len(known) + breaks, sum(len(example.reference) for example in known)
    yield Finding(
        "info", f"{sentences:,} sentences to train on, of {tokens / sentences:.1f} tokens on average"
    )
    if sentences / len(known) < SENTENCES:
        yield Finding(
            "warn",
            f"{sentences / len(known):.2f} sentences in a document to train on: little is learned of where sentences end; "
            "put several into a document (kernel convert --n-sents)",
        )
    for label, count in sorted(count_own_labels(known).items()):
        if count < FEW:
            arc = "arc" if count == 1 else "arcs"
            yield Finding("warn", f"{label}: only {count} {arc} to train on; {FEW} or more are better")
    rare = sorted(
        f"{name} to the {side} ({count})"
        for side, counts in (("left", left), ("right", right))
        for name, count in counts.items()
        if count < min_action_freq and name == own_label(name)
    )
    if rare:
        text = f"{len(rare)} kinds of arcs are learned as 'dep', because there are fewer than min_action_freq = {min_action_freq}"
        yield Finding("warn", text, tuple(rare))


def _annotation(examples: Sequence[Example], part: str) -> Iterator[Finding]:
    without = sum(not has_gold(example) for example in examples if len(example.predicted))
    if without and without == len(examples):
        yield Finding("fail", f"no document {part} has dependencies")
        return
    if without:
        yield Finding("info", f"{without} of {len(examples)} documents {part} have no dependencies")
    missing = sum(int((reference_tree(each).heads < 0).sum()) for each in examples if has_gold(each))
    if missing:
        yield Finding("info", f"{missing:,} tokens {part} have no known head, in documents that have some")


def _trees(examples: Sequence[Example], part: str) -> Iterator[Finding]:
    arcs = lifted = lost = 0
    crossing: list[str] = []
    roots: Counter[str] = Counter()
    for example in examples:
        if not has_gold(example):
            continue
        doc, tree = example.reference, reference_tree(example)
        tokens = np.arange(len(doc))
        arcs += int((tree.labels >= 0).sum())
        lifted += tree.n_lifted
        if crossed_parts(np.where(tree.heads < 0, tokens, tree.heads)):
            crossing.append(example.described())
        deps = values_of(doc, DEP)
        for number in deps[(values_of(doc, HEAD) == 0) & (deps != 0)].tolist():
            roots[doc.vocab.strings[number]] += 1
        if not example.same_words:
            x2y, y2x = example.alignment.x2y, example.alignment.y2x
            its_gold = x2y.data[x2y.starts[:-1][x2y.lengths == 1]]
            its_gold = its_gold[tree.heads[its_gold] >= 0]
            lost += len(example.predicted) - int((y2x.lengths[tree.heads[its_gold]] == 1).sum())
    if lifted:
        share = f"{lifted / max(arcs, 1):.1%}"
        yield Finding(
            "info",
            f"{lifted:,} arcs {part} ({share}) cross others; they are lifted, and put back by their labels",
        )
    if crossing:
        text = f"{len(crossing)} documents {part} have trees that run through each other: some of their arcs can't be learned"
        yield Finding("warn", text, tuple(crossing))
    if len(roots) > 1:
        shown = tuple(f"{label} ({count:,})" for label, count in roots.most_common())
        yield Finding("warn", f"roots {part} have several labels, and the parser gives ROOT to all", shown)
    if lost:
        yield Finding(
            "info",
            f"{lost:,} tokens {part} teach nothing, because they or their heads fall on no single token",
        )
