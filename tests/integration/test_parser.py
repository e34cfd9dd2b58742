"""A parser in runs with all that goes with them: shards, given sentence starts, resumed runs, processes and threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kernel import load
from kernel.config import Config
from kernel.language import Language
from kernel.tokens import Doc, DocBin
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.resume import check, find
from kernel.training.run import Run
from kernel.vocab import Vocab

from .transfer import config, factory_block

pytestmark = pytest.mark.needs(
    "kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-batchers", "kernel-nlp-readers"
)

SUBJECTS, VERBS, OBJECTS = ["Ada", "Nobody", "She"], ["saw", "likes", "drew"], ["ham", "maps", "Rome"]
SENTENCES = [
    [subject, verb, one, "and", "old", other, "."]
    for number, (subject, verb, one, other) in enumerate(
        (subject, verb, one, other)
        for subject in SUBJECTS
        for verb in VERBS
        for one in OBJECTS
        for other in OBJECTS
    )
    if number % 3 == 0
]
HEADS = [1, 1, 1, 5, 5, 2, 1]
DEPS = ["nsubj", "ROOT", "obj", "cc", "amod", "conj", "punct"]
TEXTS = [" ".join(first + second) for first, second in pairwise(SENTENCES)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of two sentences each."""
    vocab, folder = Vocab(), tmp_path_factory.mktemp("trees")
    docs = [
        Doc(vocab, first + second, heads=[*HEADS, *(head + 7 for head in HEADS)], deps=DEPS * 2)
        for first, second in zip(SENTENCES[::2], SENTENCES[1::2], strict=False)
    ]
    DocBin(docs=docs).to_disk(folder / "trees.spacy")
    return folder / "trees.spacy"


Make = Callable[..., Run]


@pytest.fixture
def make(data: Path) -> Make:
    """A run of a few steps that is ready for its first one."""

    def made(output: Path | None = None, *, before: dict[str, Any] | None = None, **training: Any) -> Run:
        blocks = {**(before or {}), "tok2vec": factory_block("tok2vec"), "parser": factory_block("parser")}
        blocks["parser"]["update_with_oracle_cut_size"] = 6
        settings = {"max_steps": 4, "eval_frequency": 4, "dropout": 0.1, "seed": 3, **training}
        settings["batcher"] = {"@batchers": "kernel.batch_by_words.v1", "size": 60}
        settings["optimizer"] = {"@optimizers": "Adam.v1", "learn_rate": 0.01}
        paths = dict.fromkeys(("train", "dev"), str(data))
        return prepare(Config({**config(blocks, **settings), "paths": paths}), output=output)

    return made


def test_as_many_parts_same_weights(make: Make) -> None:
    shards, accumulated = make(shards=4), make(accumulate_gradient=4)
    for run in (shards, accumulated):
        list(train(run))
    assert shards.parameters.weights.tobytes() == accumulated.parameters.weights.tobytes()


def test_a_resumed_run_equals_one_without_a_break(make: Make, tmp_path: Path) -> None:
    every_step = {"every_steps": 1, "every_minutes": 0, "at_evaluation": False}
    for _ in train(make(tmp_path / "straight", shards=2, checkpoint=every_step)):
        pass
    with closing(train(make(tmp_path / "left", shards=2, checkpoint=every_step))) as steps:
        next(steps)
        next(steps)
    run = make(tmp_path / "left", shards=2, checkpoint=every_step)
    left = find(tmp_path / "left", resume=True)
    assert left is not None and left.step == 2
    check(run, left)
    assert [info.step for info in train(run)] == [3, 4]
    for name in ("parser/cfg", "parser/moves", "parser/model", "tok2vec/model"):
        one, other = (
            (tmp_path / folder / "model-last" / name).read_bytes() for folder in ("straight", "left")
        )
        assert one == other


@pytest.mark.parametrize("frozen", [True, False])
def test_sentences_that_another_component_finds_are_kept(make: Make, frozen: bool) -> None:
    run = make(
        before={"sentencizer": {"factory": "sentencizer"}},
        annotating_components=["sentencizer"],
        frozen_components=["sentencizer"] if frozen else [],
        max_steps=30,
        eval_frequency=30,
    )
    for _ in train(run):
        pass
    scores = run.pipeline.evaluate(run.dev_examples)
    assert scores["sents_f"] == 1.0 and scores["dep_las"] > 0.9
    # A boundary in the middle of what the parser takes for one sentence.
    doc = run.pipeline(Doc(run.pipeline.vocab, ["Ada", "saw", ".", "ham", "and", "old", "maps", "."]))
    assert [len(sent) for sent in doc.sents] == [3, 5]
    assert all(token.head.sent.start == token.sent.start for token in doc)


def columns(doc: Doc) -> list[tuple[int, str, bool | None]]:
    return [(token.head.i, token.dep_, token.is_sent_start) for token in doc]


def test_processes_and_threads_find_what_one_finds(make: Make, tmp_path: Path) -> None:
    run = make(tmp_path, max_steps=12, eval_frequency=12)
    for _ in train(run):
        pass
    nlp = load(tmp_path / "model-last")
    alone = [columns(nlp(text)) for text in TEXTS]
    assert len({str(each) for each in alone}) > 1
    assert [columns(doc) for doc in nlp.pipe(TEXTS)] == alone
    assert [columns(doc) for doc in nlp.pipe(TEXTS, n_process=2, batch_size=4)] == alone
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda text: columns(nlp(text)), TEXTS * 2)) == alone * 2
    copied = Language.from_config(nlp.config).from_bytes(nlp.to_bytes())
    assert [columns(doc) for doc in copied.pipe(TEXTS)] == alone
