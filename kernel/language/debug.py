"""What is notable or wrong in the data of a pipeline: its part of `kernel debug data`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.component import Finding
from kernel.errors import DataError, KernelError
from kernel.language.labels import learns_labels, unlabelled
from kernel.language.learn import trained_models
from kernel.language.stream import failure

if TYPE_CHECKING:
    from kernel.language.components import ComponentList
    from kernel.tokens.example import Example

# Documents to train on, or sentences where they are annotated: fewer can't work, more are better.
MINIMUM = 100
RECOMMENDED = 2000
MOST_COMMON = 10

Examples = Sequence["Example"]


def debug(nlp: ComponentList, train: Examples, dev: Examples) -> Iterator[tuple[str, Iterable[Finding]]]:
    """(topic, findings) in the order in which they are to be read."""
    yield "training", _training(nlp, train, dev)
    yield "words", _words(train, dev)
    yield "vectors", _vectors(nlp, train)
    trained = trained_models(nlp)
    without = unlabelled([slot for slot in nlp.slots if slot.name in trained], train, {})
    lacking = nlp.analyze_pipes()["problems"]
    for name, component in nlp.pipeline:
        findings = list(_component(name, component, train, dev))
        if lacking[name]:
            findings.append(
                Finding("warn", f"it requires {', '.join(lacking[name])}, which nothing before it assigns")
            )
        if name in without:
            findings.append(
                Finding("fail", f"no document to train on has a label; there are {without[name]}")
            )
        if findings:
            yield name, findings


def _training(nlp: ComponentList, train: Examples, dev: Examples) -> Iterator[Finding]:
    yield Finding("info", f"language {nlp.lang}, pipeline {', '.join(nlp.pipe_names) or 'empty'}")
    frozen = nlp.frozen_components
    if frozen:
        yield Finding("info", "frozen", tuple(frozen))
    copied = [slot.name for slot in nlp.slots if slot.enabled and slot.copied]
    if copied:
        yield Finding("info", "trained before", tuple(copied))
    size, sentences = f"{_documents(len(train))} to train on", _sentences(train)
    if sentences > len(train):
        size = f"{sentences:,} sentences to train on, in {_documents(len(train))},"
    if sentences < MINIMUM and not copied:
        yield Finding("fail", f"{size} are too few; {MINIMUM} is the minimum")
    elif sentences < RECOMMENDED and not copied:
        yield Finding("warn", f"{size} are few; {RECOMMENDED:,} or more are better")
    if not dev:
        yield Finding("fail", "no documents to evaluate on")
    texts = {example.reference.text for example in train}
    both = [repr(example.reference.text[:50]) for example in dev if example.reference.text in texts]
    if both:
        text = f"scores will be too high: {_documents(len(both))} to evaluate on {'is' if len(both) == 1 else 'are'} among those to train on"
        yield Finding("warn", text, tuple(both))
    elif dev:
        yield Finding("good", "no document is in both parts of the data")
    again = len(train) - len(texts)
    if again:
        yield Finding(
            "info", f"{_documents(again)} to train on {'repeats another' if again == 1 else 'repeat others'}"
        )
    contradicting = _contradicting(train)
    if contradicting:
        yield Finding(
            "warn",
            f"{len(contradicting):,} {'text to train on is' if len(contradicting) == 1 else 'texts to train on are'} annotated in several ways",
            contradicting,
        )


def _documents(number: int) -> str:
    return f"{number:,} document{'s' * (number != 1)}"


def _sentences(examples: Examples) -> int:
    """Sentences of the annotated documents; one whose sentences are not annotated counts as one."""
    docs = [example.reference for example in examples]
    return sum(len(list(doc.sents)) if doc.has_annotation("SENT_START") else 1 for doc in docs)


def _contradicting(examples: Examples) -> tuple[str, ...]:
    """Texts that have several annotations of a kind."""
    from kernel.tokens.biluo import doc_to_biluo_tags

    found: dict[str, dict[str, Any]] = {}
    wrong: dict[str, None] = {}
    counts = Counter(example.reference.text for example in examples)
    for example in examples:
        doc = example.reference
        if counts[doc.text] < 2:
            continue
        own: dict[str, Any] = {"categories": dict(doc.cats)} if doc.cats else {}
        if doc.has_annotation("ENT_IOB"):
            own["entities"] = doc_to_biluo_tags(doc)
        if doc.has_annotation("TAG"):
            own["tags"] = [token.tag_ for token in doc]
        known = found.setdefault(doc.text, own)
        if any(known.get(kind, value) != value for kind, value in own.items()):
            wrong[repr(doc.text[:50])] = None
    return tuple(wrong)


def _words(train: Examples, dev: Examples) -> Iterator[Finding]:
    from kernel.vocab.attrs import ORTH

    words, counts = _counted(train, ORTH)
    yield Finding("info", f"{counts.sum():,} words, {len(words):,} different ones")
    if len(words):
        strings = train[0].predicted.vocab.strings
        common = np.argsort(-counts, kind="stable")[:MOST_COMMON].tolist()
        items = tuple(f"{strings[int(words[place])]!r} ({counts[place]:,})" for place in common)
        yield Finding("info", "most common", items)
    for examples, part in ((train, "to train on"), (dev, "to evaluate on")):
        yield from _alignment(examples, part)


def _alignment(examples: Examples, part: str) -> Iterator[Finding]:
    misaligned = 0
    broken: list[str] = []
    for example in examples:
        if example.same_words:
            continue
        try:
            x2y, y2x = example.alignment.x2y, example.alignment.y2x
        except DataError as error:
            broken.append(str(error))
            continue
        single = x2y.lengths == 1
        alone = y2x.lengths[x2y.data[x2y.starts[:-1][single]]] == 1
        misaligned += len(example) - int(alone.sum())
    if broken:
        yield Finding("fail", f"{len(broken)} documents {part} have words of another text", tuple(broken))
    if misaligned:
        total = sum(map(len, examples))
        share = f"{misaligned:,} of {total:,} words ({misaligned / total:.1%})"
        yield Finding("warn", f"{share} {part} have other borders than the annotated words")


def _vectors(nlp: ComponentList, train: Examples) -> Iterator[Finding]:
    vectors = nlp.vocab.vectors
    if not vectors:
        yield Finding("info", "no word vectors")
        return
    if vectors.mode != "default":
        yield Finding("info", f"vectors of n-grams: {len(vectors):,} rows of width {vectors.width}")
        return
    yield Finding("info", f"{vectors.n_keys:,} keys, {len(vectors):,} vectors of width {vectors.width}")
    from kernel.vocab.attrs import intify

    words, counts = _counted(train, intify(vectors.attr))
    without = vectors.rows(words) < 0
    if without.any():
        share = f"{int(without.sum()):,} of {len(words):,} different words"
        yield Finding(
            "warn",
            f"{share} have no vector; they make {counts[without].sum() / counts.sum():.1%} of all words",
        )
    else:
        yield Finding("good", "every word has a vector")


def _counted(examples: Examples, attr: int) -> tuple[NDArray[np.uint64], NDArray[Any]]:
    """The distinct values of an attribute of the predicted tokens, and how often each occurs."""
    from kernel.tokens.features import token_features

    values = token_features([example.predicted for example in examples], [attr])[:, 0]
    return np.unique(values, return_counts=True)


def _component(name: str, component: Any, train: Examples, dev: Examples) -> Iterator[Finding]:
    """The component's own findings and those on its labels. What it can't read in the data is a finding too."""
    for look in (_labels, _own):
        try:
            yield from look(component, train, dev)
        except KernelError as error:
            yield Finding("fail", str(error))
        except Exception as error:
            raise failure(name, error, verb="failed to check the data") from error


def _own(component: Any, train: Examples, dev: Examples) -> Iterable[Finding]:
    look: Callable[..., Iterable[Finding]] | None = getattr(component, "debug", None)
    return look(train, dev) if look is not None else ()


def _labels(component: Any, train: Examples, dev: Examples) -> Iterator[Finding]:
    if not learns_labels(component) or getattr(component, "hide_labels", False):
        return
    counts, others = component.gold_labels(train), component.gold_labels(dev)
    known = getattr(component, "labels", ())
    if not counts and not others and not known:
        return
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    noun = "label" if len(ranked) == 1 else "labels"
    yield Finding("info", f"{len(ranked)} {noun}", tuple(f"{label} ({number:,})" for label, number in ranked))
    alike = _alike({*counts, *others})
    if alike:
        yield Finding("warn", "labels that differ only in case or blanks", alike)
    absent = sorted(set(known) - set(counts))
    if absent:
        yield Finding("warn", "no document to train on has these labels of the component", tuple(absent))
    new = sorted(set(others) - set(counts))
    if new:
        yield Finding("warn", "only documents to evaluate on have these labels", tuple(new))
    unscored = sorted(set(counts) - set(others))
    if unscored and dev:
        yield Finding("info", "no document to evaluate on has these labels", tuple(unscored))
    if not (absent or new or unscored):
        yield Finding("good", "all labels are in both parts of the data")


def _alike(labels: Iterable[str]) -> tuple[str, ...]:
    groups: dict[str, list[str]] = {}
    for label in sorted(labels):
        groups.setdefault("".join(label.casefold().split()), []).append(label)
    return tuple(" and ".join(map(repr, group)) for group in groups.values() if len(group) > 1)
