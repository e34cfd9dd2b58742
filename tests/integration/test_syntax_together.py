"""Tags, morphology, sentences, trees and lemmas in one pipeline: documents of every shape, runs that are killed, threads."""

import signal
import sys
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel import blank, load
from kernel.language import Language
from kernel.numeric.random import scope
from kernel.testing import Box
from kernel.tokens import Doc, DocBin, Example

from .transfer import EMBEDDING, LISTENER, MODELS

pytestmark = pytest.mark.needs(
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-languages",
    "kernel-nlp-matchers",
    "kernel-nlp-readers",
)

TAGGER = {"model": {**MODELS["tagger"], "tok2vec": LISTENER}}
SETTINGS: dict[str, dict[str, Any]] = {
    "tok2vec": {"model": EMBEDDING},
    "senter": TAGGER,
    "tagger": TAGGER,
    "morphologizer": TAGGER,
    "parser": {"model": {**MODELS["parser"], "tok2vec": LISTENER}, "min_action_freq": 0},
    "trainable_lemmatizer": {**TAGGER, "min_tree_freq": 1},
    "attribute_ruler": {},
    "lemmatizer": {"mode": "lookup", "overwrite": True},
}
RULES = [
    {
        "patterns": [[{"LOWER": "dogs"}], [{"TAG": "NOUN"}, {"DEP": "x"}]],
        "attrs": {"LEMMA": "rule"},
        "index": 0,
    }
]
COLUMNS = ["ORTH", "TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START"]
SENTENCE = ["we", "see", "old", "dogs", "run", "."]


def gold(words: list[str], heads: list[int]) -> dict[str, Any]:
    """Annotation of every kind. heads: positions."""
    n = len(words)
    return {
        "tags": [("NOUN", "VERB", "OTHER")[i % 3] for i in range(n)],
        "pos": [("NOUN", "VERB", "X")[i % 3] for i in range(n)],
        "morphs": ["Number=Plur" if i % 2 else "" for i in range(n)],
        "lemmas": [word.lower().rstrip("s") or word for word in words],
        "heads": heads,
        "deps": [f"l{i % 5}" if heads[i] != i else "ROOT" for i in range(n)],
    }


def example(nlp: Language, words: list[str], heads: list[int] | None = None) -> Example:
    heads = heads or [max(i - 1, 0) for i in range(len(words))]
    return Example(
        Doc(nlp.vocab, words), Doc(nlp.vocab, words, **gold(words, heads)) if words else Doc(nlp.vocab, [])
    )


def sentences(nlp: Language) -> list[Example]:
    return [
        example(nlp, SENTENCE * 2, [1, 1, 4, 4, 1, 1, 7, 7, 10, 10, 7, 7]),
        example(nlp, SENTENCE[:3], [1, 1, 0]),
    ]


def pipeline() -> Language:
    nlp = blank("xx")
    for name, settings in SETTINGS.items():
        nlp.add_pipe(name, config=settings)
    nlp.get_pipe("attribute_ruler").add_patterns(RULES)
    nlp.config["initialize"]["components"]["lemmatizer"] = {"lookups": {"lemma_lookup": {"see": "looked up"}}}
    with scope(seed=0):
        nlp.initialize(lambda: sentences(nlp))
    learn(nlp, sentences(nlp), 5)
    return nlp


def learn(nlp: Language, examples: list[Example], steps: int = 1) -> dict[str, float]:
    optimizer, losses = nlp.create_optimizer(), dict[str, float]()
    for step in range(steps):
        with scope(seed=0, step=step):
            losses = nlp.update(examples, sgd=optimizer, losses={}, annotates=["senter", "tagger"])
    assert all(np.isfinite(loss) for loss in losses.values())
    return losses


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline()


def annotation(docs: Iterator[Doc] | list[Doc]) -> list[bytes]:
    return [doc.to_array(COLUMNS).tobytes() for doc in docs]


def scripts() -> list[str]:
    """A character of every 32 that are assigned, all that join, reverse, separate or control, and every mark on a letter."""
    words, last = [], -1
    for code in range(1, sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        if category in ("Cn", "Co", "Cs"):
            continue
        if code // 32 != last or category in ("Cf", "Zs", "Zl", "Zp", "Cc"):
            words.append(character)
            last = code // 32
        if unicodedata.combining(character):
            words.append(f"a{character}{character}")
    return [*words, "\u202eאבג", "a\u200db", "\U0010ffff"]


SHAPES = {
    "nothing": [],
    "one": ["dogs"],
    "spaces": [" ", "\n\n", "\t", "   ", "\u3000"],
    "a space": [" "],
    "scripts": scripts()[::7],
}


def check(nlp: Language, words: list[str], heads: list[int] | None = None) -> None:
    """A document goes through training, evaluation and prediction, alone and beside others."""
    one = example(nlp, words, heads)
    losses = learn(nlp, [one])
    assert (sum(losses.values()) > 0) == bool(words)
    learn(nlp, [one, *sentences(nlp), one])
    nlp.evaluate([one])
    doc = nlp(Doc(nlp.vocab, words))
    assert sum(len(sent) for sent in doc.sents) == len(words)
    assert all(doc.has_annotation(name) for name in ("TAG", "DEP", "SENT_START", "LEMMA"))
    beside = nlp.pipe([Doc(nlp.vocab, SENTENCE), Doc(nlp.vocab, []), Doc(nlp.vocab, words)])
    assert annotation(beside)[-1] == annotation([doc])[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_documents_of_every_shape(nlp: Language, shape: str) -> None:
    check(nlp, SHAPES[shape])


def test_text_of_every_script(nlp: Language) -> None:
    for text in (" ".join(SHAPES["scripts"]), "".join(SHAPES["scripts"]), " \n\t ", ""):
        doc = nlp(text)
        assert doc.text == text
        assert sum(len(sent) for sent in doc.sents) == len(doc)


@pytest.mark.slow
def test_every_script_in_full(nlp: Language) -> None:
    check(nlp, scripts())


def chain(kind: str, n: int) -> list[int]:
    """Heads, each of another: the next token, the one before, all of one, or from either end to the middle."""
    if kind == "left":
        return [min(i + 1, n - 1) for i in range(n)]
    if kind == "right":
        return [max(i - 1, 0) for i in range(n)]
    if kind == "star":
        return [n // 2] * n
    return [0 if i == 0 else n - i if i < n - i else n - 1 - i for i in range(n)]


KINDS = ("left", "right", "star", "inwards")


@pytest.mark.parametrize("kind", KINDS)
def test_chains(nlp: Language, kind: str) -> None:
    check(nlp, [f"w{i % 50}" for i in range(600)], chain(kind, 600))


def seconds(nlp: Language, kind: str, n: int) -> tuple[float, float]:
    """What an update and a prediction take of the processor, with a tree of n tokens."""
    words = [f"w{i % 500}" for i in range(n)]
    one = example(nlp, words, chain(kind, n))
    times = [time.process_time()]
    learn(nlp, [one])
    times.append(time.process_time())
    doc = nlp(Doc(nlp.vocab, words))
    assert sum(len(sent) for sent in doc.sents) == n
    assert max(len(list(doc[0].subtree)), sum(1 for _ in doc[n - 1].ancestors)) <= n
    times.append(time.process_time())
    return times[1] - times[0], times[2] - times[1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_time_is_linear_in_the_length_of_a_chain(nlp: Language, kind: str) -> None:
    seconds(nlp, kind, 1000)
    short, long = seconds(nlp, kind, 5000), seconds(nlp, kind, 20_000)
    assert all(many < 4 * 2 * few for few, many in zip(short, long, strict=True)), (short, long)


@pytest.mark.slow
def test_a_document_of_100_000_tokens(nlp: Language) -> None:
    assert sum(seconds(nlp, "right", 100_000)) < 20 * 2 * sum(seconds(nlp, "right", 5000))


def test_saved_in_processes_and_in_threads_it_finds_the_same(tmp_path: Path) -> None:
    nlp = pipeline()
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice([*SENTENCE, "Cats", "cat"], rng.integers(1, 40))) for _ in range(30)]
    alone = annotation([nlp(text) for text in texts])
    assert annotation(nlp.pipe(texts, batch_size=11)) == alone
    nlp.to_disk(tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert annotation([loaded(text) for text in texts]) == alone
    # No label becomes a string of the vocab by saving and loading.
    assert loaded.to_bytes() == nlp.to_bytes()
    assert annotation(loaded.pipe(texts, batch_size=8, n_process=2)) == alone
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            # Several documents are parsed side by side, a few one after the other: both at the same time.
            batches = threads.map(
                lambda k: annotation(nlp.pipe(texts[k:], batch_size=30 - k)), range(0, 30, 3)
            )
            ones = threads.map(lambda text: annotation([nlp(text)])[0], texts)
            assert list(ones) == alone
            assert list(batches) == [alone[k:] for k in range(0, 30, 3)]
    finally:
        sys.setswitchinterval(interval)


KILL = """
import os, signal
import kernel

@kernel.registry.callbacks("test.kill.v1")
def kill(at: int):
    class Kill:
        @kernel.hookimpl
        def step_end(self, run):
            if run.step == at:
                os.kill(os.getpid(), signal.SIGKILL)

    return Kill()
"""
TRAIN = (
    *("--paths.train", "train.spacy", "--paths.dev", "train.spacy", "--code", "functions.py"),
    *("--components.tok2vec.model.encode.width", "16", "--components.tok2vec.model.encode.depth", "1"),
    *(
        "--components.tok2vec.model.embed.rows",
        "[50, 50, 50, 50]",
        "--components.parser.min_action_freq",
        "0",
    ),
    *(
        "--components.trainable_lemmatizer.min_tree_freq",
        "1",
        "--components.parser.update_with_oracle_cut_size",
        "5",
    ),
    *("--training.max_steps", "5", "--training.eval_frequency", "2", "--training.shards", "4"),
    *("--training.checkpoint.every_steps", "1", "--training.annotating_components", '["senter"]'),
)
NAMES = "tok2vec,senter,tagger,morphologizer,parser,trainable_lemmatizer"


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is POSIX's")
def test_a_run_that_was_killed_goes_on_to_equal_bytes(tmp_path: Path) -> None:
    box = Box(tmp_path)
    nlp = blank("xx")
    DocBin(docs=[one.reference for one in sentences(nlp)] * 6).to_disk(tmp_path / "train.spacy")
    box.code(KILL)
    assert box.run("init", "config", "config.cfg", "-l", "xx", "-p", NAMES).exit_code == 0
    config = (
        tmp_path / "config.cfg"
    ).read_text() + '\n[training.callbacks.kill]\n@callbacks = "test.kill.v1"\nat = 0\n'
    box.config(config)

    def train(output: str, *more: str, killed: bool = False) -> None:
        done = box.run("train", "config.cfg", "-o", output, *TRAIN, *more, subprocess=killed)
        assert done.exit_code == (-signal.SIGKILL if killed else 0), done.stderr

    train("whole")
    train("killed", "--training.callbacks.kill.at", "3", killed=True)
    train("killed", "--resume", "--allow-drift", "training.callbacks.kill.at")
    models = [tmp_path / output / "model-last" for output in ("whole", "killed")]
    found = [
        {
            str(path.relative_to(model)): path.read_bytes()
            for name in (*NAMES.split(","), "vocab")
            for path in (model / name).rglob("*")
            if path.is_file()
        }
        for model in models
    ]
    assert len(found[0]) > 12
    assert found[0] == found[1]
