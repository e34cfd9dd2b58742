"""What `kernel debug data` says of entity annotation."""

from collections import Counter
from collections.abc import Iterator, Sequence

from kernel.component import Finding
from kernel.training import Example
from kernel.vocab.attrs import intify

ENT_IOB, ENT_TYPE = intify("ENT_IOB"), intify("ENT_TYPE")
# An entity type with fewer entities is hardly learned.
FEW = 50
_OUTSIDE = 2


def findings(train: Sequence[Example], dev: Sequence[Example]) -> Iterator[Finding]:
    """Findings on both parts of the data, those on amounts only on the first."""
    yield from _amounts(train)
    for examples, part in ((train, "to train on"), (dev, "to evaluate on")):
        yield from _annotation(examples, part)
        yield from _spans(examples, part)


def _amounts(examples: Sequence[Example]) -> Iterator[Finding]:
    entities: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for example in examples:
        labels = [span.label_ for span in example.reference.ents if span.label_]
        entities.update(labels)
        documents.update(set(labels))
    for label, count in sorted(entities.items()):
        if count < FEW:
            entity = "entity" if count == 1 else "entities"
            yield Finding("warn", f"{label}: only {count} {entity} to train on; {FEW} or more are better")
        if documents[label] == len(examples):
            yield Finding(
                "warn",
                f"{label}: every document to train on has one; add documents without one, or the model will expect it everywhere",
            )


def _annotation(examples: Sequence[Example], part: str) -> Iterator[Finding]:
    without = missing = unnamed = 0
    for example in examples:
        iob = example.reference.to_array(ENT_IOB)
        if not iob.any():
            without += 1
            continue
        missing += int((iob == 0).sum())
        inside = (iob != 0) & (iob != _OUTSIDE)
        unnamed += int((inside & (example.reference.to_array(ENT_TYPE) == 0)).sum())
    if without and without == len(examples):
        yield Finding("fail", f"no document {part} has entity annotation")
    elif without:
        yield Finding("info", f"{without} of {len(examples)} documents {part} have no entity annotation")
    if missing:
        yield Finding(
            "info", f"{missing:,} tokens {part} have no entity annotation, in documents that have some"
        )
    if unnamed:
        yield Finding("fail", f"{unnamed} tokens {part} are in entities with an empty label")


def _spans(examples: Sequence[Example], part: str) -> Iterator[Finding]:
    blank: list[str] = []
    crossing: list[str] = []
    lost: list[str] = []
    for example in examples:
        spans = example.reference.ents
        blank += [repr(span.text) for span in spans if span[0].is_space or span[-1].is_space]
        crossing += [repr(span.text) for span in spans if any(token.is_sent_start for token in span[1:])]
        if not example.same_words:
            kept = {(span.start_char, span.end_char) for span in example.get_aligned_spans_y2x(spans)}
            lost += [repr(span.text) for span in spans if (span.start_char, span.end_char) not in kept]
    if blank:
        yield Finding("fail", f"{len(blank)} entities {part} start or end with whitespace", tuple(blank))
    if crossing:
        yield Finding("warn", f"{len(crossing)} entities {part} cross the end of a sentence", tuple(crossing))
    if lost:
        text = f"{len(lost)} entities {part} are lost: they start or end inside of a word"
        yield Finding("warn", text, tuple(lost))
