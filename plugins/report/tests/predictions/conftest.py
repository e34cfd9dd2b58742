"""Random documents, annotated at random on both sides, with other words on one of them."""

import contextlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kernel
from kernel import Config
from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.resume import check, find

LABELS = ("ORG", "PER", "LOC", "<b>")
WORDS = ("Ann", "saw", "a", "cat", "in", "Rome", ".", "isn't", "שלום", "e\u0301")


@pytest.fixture(scope="session")
def vocab():
    return kernel.blank("en").vocab


@pytest.fixture
def make_example(vocab) -> Callable[[random.Random], Example]:
    """A function of random numbers that gives an example with annotations of all kinds, some of them missing."""

    def make(numbers: random.Random) -> Example:
        words = [numbers.choice(WORDS) for _ in range(numbers.randint(1, 14))]
        spaces = [True] * len(words)
        reference = Doc(vocab, words=words, spaces=spaces)
        others, gaps = [], []
        for word in words:
            if len(word) > 2 and numbers.random() < 0.15:
                others += [word[:2], word[2:]]
                gaps += [False, True]
            elif numbers.random() < 0.1 and others and gaps[-1] is False:
                others.append(word)
                gaps.append(True)
            else:
                others.append(word)
                gaps.append(True)
        predicted = Doc(vocab, words=others, spaces=gaps)
        for doc, is_gold in ((predicted, False), (reference, True)):
            _annotate(doc, numbers, is_gold)
        return Example(predicted, reference)

    return make


def _annotate(doc: Doc, numbers: random.Random, is_gold: bool) -> None:
    # Of some gold documents a kind of annotation is missing.
    def has() -> bool:
        return not is_gold or numbers.random() < 0.85

    if has():
        ents = _spans(doc, numbers, overlap=False)
        taken = {token for span in ents for token in range(span.start, span.end)}
        missing = (
            []
            if not is_gold
            else [
                Span(doc, place, place + 1)
                for place in range(len(doc))
                if place not in taken and numbers.random() < 0.1
            ]
        )
        doc.set_ents(ents, missing=missing)
    if has():
        doc.spans["sc"] = _spans(doc, numbers, overlap=True)
    for token in doc:
        if numbers.random() < 0.9:
            token.tag_ = numbers.choice(("NN", "VB", "DT"))
        if numbers.random() < 0.9:
            token.pos_ = numbers.choice(("NOUN", "VERB", "DET"))
        if numbers.random() < 0.9:
            token.lemma_ = numbers.choice(("be", "cat"))
        if numbers.random() < 0.8:
            token.set_morph(
                numbers.choice(("Case=Nom|Number=Sing", "Case=Acc", "Number=Plur|Case=Acc,Nom", "_", ""))
            )
    if has():
        for place, token in enumerate(doc):
            token.is_sent_start = place == 0 or numbers.random() < 0.3
    doc.cats = (
        {
            label: float(numbers.random() < 0.4) if is_gold else numbers.random()
            for label in LABELS
            if numbers.random() < 0.8
        }
        if has()
        else {}
    )


def _spans(doc: Doc, numbers: random.Random, *, overlap: bool) -> list[Span]:
    found, place = [], 0
    while place < len(doc):
        if numbers.random() < 0.35:
            end = min(len(doc), place + numbers.randint(1, 3))
            found.append(Span(doc, place, end, label=numbers.choice(LABELS)))
            if not overlap:
                place = end
                continue
        place += 1
    unique = {(span.label_, span.start, span.end): span for span in found}
    return list(unique.values())


HOSTILE = ('<script>alert("x")</script>', '"><img src=x onerror=alert(1)>', "bidi\u202eevil\x1b[31m")

CONFIG = """
[paths]
train = "train.jsonl"
dev = "dev.jsonl"

[nlp]
lang = "en"
pipeline = ["ner"]

[components.ner]
factory = "ner"

[components.ner.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
width = 16
depth = 1
embed_size = 200
pretrained_vectors = null
window_size = 1
maxout_pieces = 2
subword_features = true

[training]
max_steps = 2
eval_frequency = 1

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.02

[training.logger]
@loggers = "kernel.ConsoleLogger.v3"
console_output = false
progress_bar = null

[training.callbacks.report]
@callbacks = "kernel.Report.v1"
"""


@pytest.fixture
def hostile() -> tuple[str, ...]:
    """Labels, and parts of texts, that a careless page would obey."""
    return HOSTILE


def write_corpora(folder: Path) -> None:
    """Texts of which each has one hostile label, and has it in its words too."""
    for name, number in (("train", 24), ("dev", 9)):
        rows = []
        for place in range(number):
            label = HOSTILE[place % 3]
            text = f"In {name} {place} Ann saw {label} today."
            start = text.index(label)
            rows.append(
                {"text": text, "spans": [{"start": start, "end": start + len(label), "label": label}]}
            )
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def run_in(folder: Path, name: str, *, resume: bool = False, **changes: Any) -> Path:
    """Train in a folder with corpora. name: of the output; changes: of the config, with two underscores for a dot."""
    config = Config.from_str(CONFIG)
    for key, value in changes.items():
        *sections, setting = key.split("__")
        part: Any = config
        for section in sections:
            part = part[section]
        part[setting] = value
    with contextlib.chdir(folder):
        made = prepare(config, output=folder / name)
        if resume:
            left = find(folder / name, resume=True)
            assert left is not None
            check(made, left, ["training.max_steps"])
        for _ in train(made):
            pass
    return folder / name


@pytest.fixture(scope="session")
def two_runs(tmp_path_factory) -> Path:
    """A folder with corpora and the outputs of two runs that are equal but for the callback: `kept`, and `bare` without it."""
    folder = tmp_path_factory.mktemp("runs")
    write_corpora(folder)
    steps = {"training__max_steps": 24, "training__eval_frequency": 8}
    run_in(folder, "kept", **steps)
    run_in(folder, "bare", training__callbacks={}, **steps)
    return folder


@pytest.fixture
def runs(two_runs, tmp_path, monkeypatch) -> Path:
    """A copy of that folder, which is the current one."""
    shutil.copytree(two_runs, tmp_path / "runs")
    monkeypatch.chdir(tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def trained(tmp_path) -> Callable[..., Path]:
    """A function that trains for two steps, with an evaluation after each, and returns the output; see `run_in`."""
    write_corpora(tmp_path)

    def run(name: str = "out", **changes: Any) -> Path:
        return run_in(tmp_path, name, **changes)

    return run
