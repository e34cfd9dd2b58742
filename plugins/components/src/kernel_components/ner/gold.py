"""Gold entities of an Example as columns over its predicted tokens."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from kernel.errors import DataError
from kernel.tokens import Span
from kernel.training import Example
from kernel.vocab.attrs import intify
from kernel_components.biluo import MISSING, OUT, Gold, Moves

ENT_IOB = intify("ENT_IOB")
LETTERS = "MBILUO"


def has_gold(example: Example, negative_key: str | None) -> bool:
    """Whether anything is known about the entities of this example, be it only which spans are none."""
    iob = example.reference.columns.get(ENT_IOB)
    if iob is not None and bool(iob.any()):
        return True
    return bool(_negative_spans(example, negative_key))


def _negative_spans(example: Example, key: str | None) -> list[Span]:
    spans = example.reference.spans
    return list(spans[key]) if key is not None and key in spans else []


def count_labels(examples: Iterable[Example]) -> Counter[str]:
    """Tokens inside entities of each label in the reference documents."""
    counts: Counter[str] = Counter()
    for example in examples:
        for span in example.reference.ents:
            if span.label_:
                counts[span.label_] += len(span)
    return counts


def gold_labels(example: Example) -> tuple[str, ...]:
    """The labels of the reference document, looked up once."""
    return example.cached("ner.labels", lambda each: tuple(sorted(count_labels([each]))))


def encode(example: Example, moves: Moves, negative_key: str | None) -> Gold:
    """Gold actions by predicted token, made once per example and set of labels.

    Raises DataError for a span that is both an entity and known to be wrong, and for tags such as `!PER`.
    """
    return example.cached((moves.key, negative_key), lambda each: _encode(each, moves, negative_key))


def _encode(example: Example, moves: Moves, negative_key: str | None) -> Gold:
    entities, tags = example.get_aligned_ents_and_ner()
    codes = {tag: _code(tag, moves) for tag in set(tags)}
    pairs = [codes[tag] for tag in tags]
    gold = Gold(
        np.array([action for action, _ in pairs], dtype=np.int8),
        np.array([label for _, label in pairs], dtype=np.int64),
    )
    wrong = _negative_spans(example, negative_key)
    if wrong:
        true = {(span.start, span.end, span.label_) for span in entities}
        for span in example.get_aligned_spans_y2x(wrong, allow_overlap=True):
            if (span.start, span.end, span.label_) in true:
                raise DataError(
                    f"tokens {span.start} to {span.end} are annotated as {span.label_} and listed in "
                    f"spans['{negative_key}'] as not being {span.label_}",
                    document=example.described(),
                    hint="Take the span out of one of the two.",
                )
            if span.label_ in moves.index:
                gold.negative.append((span.start, span.end, moves.index[span.label_]))
    return gold


def _code(tag: str | None, moves: Moves) -> tuple[int, int]:
    if not tag or tag == "-":
        return MISSING, -1
    if tag == "O":
        return OUT, -1
    letter, _, label = tag.partition("-")
    if tag.startswith("!") or label.startswith("!"):
        raise DataError(
            f"entity tag {tag!r}: negative tags can't be read",
            hint="List spans that are known to be wrong in doc.spans, and name their key in `incorrect_spans_key`.",
        )
    if letter not in LETTERS or letter == "M":
        raise DataError(f"entity tag {tag!r} is not in BILUO form")
    if not label:
        return OUT, -1
    return LETTERS.index(letter), moves.index[label]
