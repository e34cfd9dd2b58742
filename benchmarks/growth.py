"""How the cost of a job grows with its size: CPU seconds, and the exponent between sizes (1 is linear, 2 quadratic).

    python benchmarks/growth.py [ROW ...] [--most N] [--write]

Rows: words in a stream, labels of a component, components of a pipeline, tokens of one document, documents of a corpus. Networks have
first weights: what they find is nonsense, which costs as much. A word is one of 5,000 made ones. The exponent of a row is that of the
upper half of its sizes, because fixed costs hide it below. `--most` leaves larger sizes out.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import kernel
from kernel.config import resolve
from kernel.tokens import Doc, DocBin
from kernel.training import Example

Job = Callable[[], Any]
# Sizes -> a function of a size, which makes the job that is timed.
Row = tuple[tuple[int, ...], Callable[[int], Job]]
STREAM = (10_000, 100_000, 1_000_000, 10_000_000)
LABELS = (10, 100, 1_000, 10_000)
COMPONENTS = (1, 2, 4, 8, 12)
LENGTHS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
# What is worse than linear by more than this is marked: caches of the processor, and noise.
TOLERATED = 1.15
TEXT_WORDS = 150
TEXTCATS = ("textcat", "textcat_multilabel")
BAG = {"@architectures": "kernel.TextCatBOW.v3", "ngram_size": 1, "length": 4096, "no_output_layer": False}

_draw = random.Random(0)
WORDS = ["".join(_draw.choices("abcdefghijklmnopqrstuvwxyz", k=_draw.randint(2, 9))) for _ in range(5_000)]


def text(words: int, seed: int = 0) -> str:
    """Sentences of ten words."""
    draw = random.Random(seed)
    chosen = draw.choices(WORDS, k=words)
    return " ".join(f"{word}." if number % 10 == 9 else word for number, word in enumerate(chosen))


def pipeline(*names: str, labels: int = 10) -> Any:
    """Components with so many labels and first weights, each with token vectors of its own."""
    nlp = kernel.blank("en")
    for number, name in enumerate(names):
        # 10,000 labels times the usual 262,144 rows would be 10 GB.
        config = {"model": {**BAG, "exclusive_classes": name == "textcat"}} if name in TEXTCATS else {}
        component = nlp.add_pipe(name, f"{name}{number}", config=config)
        if hasattr(component, "add_label") and name != "senter":
            for label in range(labels):
                component.add_label(f"L{label}")
    doc = nlp.make_doc(text(20))
    gold = doc.copy()
    for token in gold:
        token.is_sent_start = token.i % 10 == 0
    nlp.initialize(lambda: [Example(doc, gold)])
    return nlp


def stream(name: str) -> Callable[[int], Job]:
    nlp = pipeline(name)

    def texts(words: int) -> Iterator[str]:
        for number in range(max(1, words // TEXT_WORDS)):
            yield text(TEXT_WORDS, number % 500)

    def make(words: int) -> Job:
        return lambda: sum(len(doc) for doc in nlp.pipe(texts(words)))

    return make


def example_of(name: str, nlp: Any, labels: int) -> Any:
    """A document of ten sentences in which some of the labels occur."""
    doc = nlp.make_doc(text(100))
    gold = Doc(
        nlp.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc]
    )
    chosen = [f"L{(7 * place) % labels}" for place in range(len(gold))]
    if name == "tagger":
        for token, label in zip(gold, chosen, strict=True):
            token.tag_ = label
    elif name == "ner":
        gold.ents = [(label, place, place + 1) for place, label in enumerate(chosen) if place % 5 == 0]  # type: ignore[misc]
    else:
        gold.cats = {f"L{label}": float(label == 0) for label in range(labels)}
    return Example(doc, gold)


def predicting(name: str) -> Callable[[int], Job]:
    def make(labels: int) -> Job:
        nlp = pipeline(name, labels=labels)
        texts = [text(TEXT_WORDS, number) for number in range(4)]
        list(nlp.pipe(texts))
        return lambda: list(nlp.pipe(texts))

    return make


def updating(name: str) -> Callable[[int], Job]:
    def make(labels: int) -> Job:
        nlp = pipeline(name, labels=labels)
        optimizer = nlp.create_optimizer()
        examples = [example_of(name, nlp, labels)]
        nlp.update(examples, sgd=optimizer, losses={})
        return lambda: nlp.update(examples, sgd=optimizer, losses={})

    return make


def adding(name: str) -> Callable[[int], Job]:
    return lambda labels: lambda: pipeline(name, labels=labels)


def loading(labelled: bool) -> Callable[[int], Job]:
    """Load a pipeline with so many labels, or components."""
    folder = Path(tempfile.mkdtemp(prefix="growth-"))

    def make(size: int) -> Job:
        path = folder / str(size)
        nlp = pipeline("tagger", labels=size) if labelled else pipeline(*["tagger"] * size)
        nlp.to_disk(path)
        kernel.load(path)
        return lambda: kernel.load(path)

    return make


def calling(size: int) -> Job:
    nlp = pipeline(*["tagger"] * size)
    short = text(12)
    nlp(short)
    return lambda: [nlp(short) for _ in range(10)]


def document(name: str) -> Callable[[int], Job]:
    nlp = pipeline(name)
    nlp.max_length = 100_000_000
    nlp(" ".join(WORDS))

    def make(tokens: int) -> Job:
        long = text(tokens)
        return lambda: nlp(long)

    return make


def learning(name: str) -> Callable[[int], Job]:
    """An update with one document."""

    def make(tokens: int) -> Job:
        nlp = pipeline(name)
        optimizer = nlp.create_optimizer()
        doc = nlp.make_doc(text(tokens))
        gold = doc.copy()
        if name == "tagger":
            for token in gold:
                token.tag_ = f"L{token.i % 10}"
        else:
            gold.ents = [(f"L{place % 10}", place, place + 1) for place in range(0, len(gold), 5)]
        examples = [Example(doc, gold)]
        nlp.update(examples, sgd=optimizer, losses={})
        return lambda: nlp.update(examples, sgd=optimizer, losses={})

    return make


def storing(reads: bool) -> Callable[[int], Job]:
    """A file of documents: writing it, or reading it as a corpus."""
    nlp = kernel.blank("en")
    file = Path(tempfile.mkdtemp(prefix="growth-")) / "docs.spacy"

    def make(words: int) -> Job:
        docs = list(nlp.pipe(text(TEXT_WORDS, number % 500) for number in range(max(1, words // TEXT_WORDS))))

        def write() -> None:
            DocBin(docs=docs).to_disk(file)

        write()
        reader = resolve({"@readers": "kernel.Corpus.v1", "path": str(file)})
        return (lambda: sum(1 for _ in reader(nlp))) if reads else write

    return make


def evaluating(words: int) -> Job:
    nlp = pipeline("ner")
    docs = list(nlp.pipe(text(TEXT_WORDS, number % 500) for number in range(max(1, words // TEXT_WORDS))))
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    return lambda: nlp.evaluate(examples)


# Functions that make the rows, so that only those are prepared that are asked for.
ROWS: dict[str, Callable[[], Row]] = {
    "words, nlp.pipe, ner": lambda: (STREAM, stream("ner")),
    "words, nlp.pipe, tagger": lambda: (STREAM, stream("tagger")),
    "words, nlp.evaluate, ner": lambda: (STREAM[:3], evaluating),
    "words, writing a .spacy file": lambda: (STREAM[:3], storing(reads=False)),
    "words, reading it as a corpus": lambda: (STREAM[:3], storing(reads=True)),
    "labels, prediction, ner": lambda: (LABELS, predicting("ner")),
    "labels, prediction, tagger": lambda: (LABELS, predicting("tagger")),
    "labels, prediction, textcat_multilabel": lambda: (LABELS, predicting("textcat_multilabel")),
    "labels, an update, ner": lambda: (LABELS, updating("ner")),
    "labels, an update, tagger": lambda: (LABELS, updating("tagger")),
    "labels, an update, textcat_multilabel": lambda: (LABELS, updating("textcat_multilabel")),
    "labels, adding them, ner": lambda: (LABELS, adding("ner")),
    "labels, adding them, tagger": lambda: (LABELS, adding("tagger")),
    "labels, loading, tagger": lambda: (LABELS, loading(labelled=True)),
    "components, loading": lambda: (COMPONENTS, loading(labelled=False)),
    "components, ten short calls": lambda: (COMPONENTS, calling),
    "components, making the pipeline": lambda: (
        COMPONENTS,
        lambda size: lambda: pipeline(*["tagger"] * size),
    ),
    **{
        f"tokens of a document, {name}": lambda name=name: (LENGTHS, document(name))  # type: ignore[misc]
        for name in ("ner", "tagger", "parser", "senter", "sentencizer", "textcat")
    },
    "tokens of a document, an update, ner": lambda: (LENGTHS[:5], learning("ner")),
    "tokens of a document, an update, tagger": lambda: (LENGTHS[:5], learning("tagger")),
}


def seconds(job: Job) -> float:
    """CPU seconds, the best of as many runs as fit into half a second."""
    best, spent = math.inf, 0.0
    while spent < 0.5:
        start = process_time()
        job()
        taken = process_time() - start
        best, spent = min(best, taken), spent + max(taken, 1e-4)
    return best


def measured(row: Row, most: int) -> dict[int, float]:
    sizes, make = row
    return {size: seconds(make(size)) for size in sizes if size <= most}


def exponents(found: dict[int, float]) -> list[float]:
    """Between each size and the next."""
    sizes = list(found)
    return [
        math.log(found[large] / found[small]) / math.log(large / small) for small, large in pairwise(sizes)
    ]


def of_row(found: dict[int, float]) -> float:
    """The exponent of the upper half of the sizes."""
    sizes = list(found)
    middle, last = sizes[len(sizes) // 2 - (len(sizes) % 2 == 0)], sizes[-1]
    if middle == last:
        return math.nan
    return math.log(found[last] / found[middle]) / math.log(last / middle)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", help="parts of names of rows; by default all")
    parser.add_argument("--most", type=int, default=max(STREAM), help="leave larger sizes out")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    given = parser.parse_args()
    lines = [
        "| what grows, and what is timed | CPU seconds by size | exponents | of the upper half |",
        "|---|---|---|---|",
    ]
    worse = 0
    print("\n".join(lines))
    for name, make in ROWS.items():
        if given.rows and not any(part in name for part in given.rows):
            continue
        found = measured(make(), given.most)
        whole = of_row(found)
        worse += whole > TOLERATED
        costs = ", ".join(f"{size:,}: {taken:.3g}" for size, taken in found.items())
        each = ", ".join(f"{value:.2f}" for value in exponents(found))
        lines.append(
            f"| {name} | {costs} | {each} | {whole:.2f}{' (worse than linear)' if whole > TOLERATED else ''} |"
        )
        print(lines[-1], flush=True)
    if given.write:
        from page import put_section

        put_section("How cost grows", "\n".join(["By `python benchmarks/growth.py --write`.", "", *lines]))
    return int(worse > 0)


if __name__ == "__main__":
    sys.exit(main())
