"""What `kernel debug data` says of categories."""

from collections.abc import Iterator, Sequence

from kernel.component import Finding
from kernel.training import Example
from kernel_components.textcat.gold import count_labels


def findings(train: Sequence[Example], dev: Sequence[Example], *, exclusive: bool) -> Iterator[Finding]:
    """exclusive: whether one category of a document holds, or any number."""
    labels = {label for example in train for label in example.reference.cats}
    if exclusive and len(labels) == 1:
        text = f"there is only one category: use textcat_multilabel, or add the opposite of '{next(iter(labels))}'"
        yield Finding("fail", text)
    elif not labels:
        yield Finding("fail", "no document has categories")
    yield from _values(train, "to train on")
    yield from _values(dev, "to evaluate on")
    several, others = _several(train), _several(dev)
    if exclusive:
        for count, part in ((several, "to train on"), (others, "to evaluate on")):
            if count:
                text = f"{_with_several(count, part)}; these need textcat_multilabel"
                yield Finding("fail", text)
    elif labels and not several:
        if others:
            text = f"{_with_several(others, 'to evaluate on')}, but none to train on"
            yield Finding("fail", text)
        else:
            yield Finding("warn", "no document has several categories: textcat may do better")
    yield from _unused(train, labels, "to train on")
    yield from _unused(dev, labels, "to evaluate on")


def _with_several(number: int, part: str) -> str:
    one = number == 1
    return f"{number} document{'' if one else 's'} {part} {'has' if one else 'have'} several categories"


def _several(examples: Sequence[Example]) -> int:
    return sum(sum(value > 0 for value in example.reference.cats.values()) > 1 for example in examples)


def _values(examples: Sequence[Example], part: str) -> Iterator[Finding]:
    pairs = (pair for example in examples for pair in example.reference.cats.items())
    wrong = [(label, value) for label, value in pairs if value not in (0, 1)]
    if wrong:
        items = tuple(f"{label} {value!r}" for label, value in wrong)
        yield Finding("fail", f"{len(wrong)} values of categories {part} are neither 0 nor 1", items)
    without = sum(not example.reference.cats for example in examples)
    if without:
        yield Finding("info", f"{without} of {len(examples)} documents {part} have no categories")


def _unused(examples: Sequence[Example], labels: set[str], part: str) -> Iterator[Finding]:
    counts = count_labels(examples)
    never = sorted(label for label in labels if label in counts and not counts[label])
    if never:
        yield Finding("warn", f"no document {part} has these categories", tuple(never))
