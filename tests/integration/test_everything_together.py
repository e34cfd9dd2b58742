"""Components of every kind in one pipeline: saved, packaged, in processes and threads, killed; documents of every shape."""

import json
import signal
import subprocess
import sys
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel import blank, load
from kernel.language import Language
from kernel.numeric.random import scope
from kernel.testing import Box, Result
from kernel.tokens import Doc, DocBin, Example

from .everything import (
    ATTRIBUTES,
    ENTITIES,
    EVERYTHING,
    LEARNING,
    SENTENCE,
    SPANS,
    annotation,
    example,
    learn,
    load_kb,
    made,
    own_vectors,
    scripts,
    sentences,
)

pytestmark = pytest.mark.needs(
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-languages",
    "kernel-nlp-linking",
    "kernel-nlp-matchers",
    "kernel-nlp-readers",
)


def pipeline() -> Language:
    nlp = made()
    learn(nlp, sentences(nlp), 40)
    return nlp


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline()


def some_texts(number: int = 30) -> list[str]:
    rng = np.random.default_rng(0)
    words = [*SENTENCE, "Bob", "Ada", "rained", "unbelievablyfarway"]
    return [" ".join(rng.choice(words, rng.integers(1, 30))) for _ in range(number)]


def test_every_component_has_something_to_say(nlp: Language) -> None:
    docs = list(nlp.pipe(some_texts()))
    assert all({"sc", "single", "found", "ruler"} == set(doc.spans) for doc in docs)
    for key in ("sc", "found", "ruler", "single"):
        assert any(len(doc.spans[key]) for doc in docs), key
    labels = {ent.label_ for doc in docs for ent in doc.ents}
    assert labels >= {"ANIMAL", "PERSON"}
    assert {ent.kb_id_ for doc in docs for ent in doc.ents} >= {"Q3", "NIL"}
    assert {ent.id_ for doc in docs for ent in doc.ents} >= {"dog"}
    assert any(token.text == "old dogs" for doc in docs for token in doc)
    assert any(token.text == "unbel" for doc in docs for token in doc)
    assert any(token.lemma_ == "rule" for doc in docs for token in doc)


SHAPES = {
    "nothing": [],
    "one": ["dogs"],
    "spaces": [" ", "\n\n", "\t", "   ", "\u3000"],
    "a space": [" "],
    "names": ["Ada", "Bob", "Ada"],
    "scripts": scripts()[::7],
}


def check(nlp: Language, words: list[str]) -> None:
    """A document goes through training, evaluation and prediction, alone and beside others."""
    one = example(nlp, words)
    losses = learn(nlp, [one])
    assert (sum(losses.values()) > 0) == bool(words)
    learn(nlp, [one, *sentences(nlp), one])
    nlp.evaluate([one])
    doc = nlp(Doc(nlp.vocab, words))
    assert doc.text == Doc(nlp.vocab, words).text
    assert sum(len(sent) for sent in doc.sents) == len(doc)
    assert all(doc.has_annotation(name) for name in ("TAG", "DEP", "SENT_START", "LEMMA", "ENT_IOB"))
    beside = list(nlp.pipe([Doc(nlp.vocab, SENTENCE), Doc(nlp.vocab, []), Doc(nlp.vocab, words)]))
    assert annotation(beside[-1]) == annotation(doc)
    kept = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert annotation(kept) == annotation(doc)


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


def many_words(number: int) -> list[str]:
    """Words with a name, a phrase of the rules, or neither."""
    place = {7: "Ada", 8: "old", 9: "dogs"}
    return [place.get(i % 50, f"w{i % 500}") for i in range(number)]


def seconds(nlp: Language, number: int) -> tuple[float, float]:
    """What an update and a prediction take of the processor, with so many tokens."""
    one = example(nlp, many_words(number))
    times = [time.process_time()]
    learn(nlp, [one])
    times.append(time.process_time())
    nlp(Doc(nlp.vocab, many_words(number)))
    times.append(time.process_time())
    return times[1] - times[0], times[2] - times[1]


@pytest.mark.slow
def test_time_is_linear_in_the_number_of_tokens() -> None:
    nlp = pipeline()
    seconds(nlp, 1000)
    short, medium, long = (seconds(nlp, number) for number in (5000, 20_000, 100_000))
    assert all(many < 4 * 2 * few for few, many in zip(short, medium, strict=True)), (short, medium)
    assert all(many < 20 * 2 * few for few, many in zip(short, long, strict=True)), (short, long)


@pytest.mark.slow
@pytest.mark.parametrize("enabled", [("tok2vec", name) for name in EVERYTHING] + [()], ids="-".join)
def test_a_document_of_100_000_tokens_takes_3_kb_each(nlp: Language, enabled: tuple[str, ...]) -> None:
    number = 100_000
    chosen = enabled or [name for name in nlp.pipe_names if not name.startswith("spancat")]
    if "entity_linker" in chosen or "merge_entities" in chosen:
        chosen = [
            *chosen[:1],
            "senter",
            "ner",
            *(name for name in chosen[1:] if name not in ("senter", "ner")),
        ]
    doc = Doc(nlp.vocab, many_words(number))
    with nlp.select_pipes(enable=[*dict.fromkeys(chosen)]):
        tracemalloc.start()
        try:
            nlp(doc)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3000 * number, peak / number


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_component_takes_every_shape_alone(name: str) -> None:
    before = {"entity_linker": ("senter", "ner"), "merge_entities": ("ner",)}.get(name, ())
    chosen = {other: EVERYTHING[other] for other in ("tok2vec", *before, name)}
    nlp = made(chosen)
    for words in SHAPES.values():
        one = example(nlp, words)
        learn(nlp, [one])
        nlp.evaluate([one])
        doc = nlp(Doc(nlp.vocab, words))
        beside = list(nlp.pipe([Doc(nlp.vocab, SENTENCE), Doc(nlp.vocab, []), Doc(nlp.vocab, words)]))
        assert annotation(beside[-1]) == annotation(doc)


def test_saved_in_processes_and_in_threads_it_finds_the_same(nlp: Language, tmp_path: Path) -> None:
    nlp = pipeline()
    texts = some_texts()
    alone = [annotation(nlp(text)) for text in texts]
    assert list(map(annotation, nlp.pipe(texts, batch_size=11))) == alone
    nlp.to_disk(tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert [annotation(loaded(text)) for text in texts] == alone
    # No label becomes a string of the vocab by saving and loading.
    assert loaded.to_bytes() == nlp.to_bytes()
    assert list(map(annotation, loaded.pipe(texts, batch_size=8, n_process=2))) == alone
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            batches = threads.map(
                lambda k: list(map(annotation, nlp.pipe(texts[k:], batch_size=30 - k))), range(0, 30, 3)
            )
            ones = threads.map(lambda text: annotation(nlp(text)), texts)
            assert list(ones) == alone
            assert list(batches) == [alone[k:] for k in range(0, 30, 3)]
    finally:
        sys.setswitchinterval(interval)


OWN = {name: own_vectors(settings) for name, settings in EVERYTHING.items() if name != "tok2vec"}
MERGING = ("senter", "ner", "merge_entities", "token_splitter")


@pytest.mark.parametrize("name", [name for name in OWN if name not in MERGING])
def test_each_component_learns_from_tokens_that_were_merged_before(name: str) -> None:
    nlp = made({other: OWN[other] for other in (*MERGING, name)})
    learn(nlp, sentences(nlp), 30)
    other = made({other: OWN[other] for other in (*MERGING, name)}).from_bytes(nlp.to_bytes())
    for each in (met := sentences(nlp)):
        # Somebody has compared the tokens before they were merged.
        assert each.alignment is not None
    with nlp.select_pipes(enable=MERGING):
        before = [Example(nlp(each.predicted.copy()), each.reference) for each in met]
    assert any(len(each.predicted) != len(each.reference) for each in before)
    with scope(seed=0):
        nlp.update(met, sgd=(optimizer := nlp.create_optimizer()), exclude=MERGING, annotates=MERGING)
    with scope(seed=0):
        other.update(before, sgd=other.create_optimizer(), exclude=MERGING)
    assert nlp.get_pipe(name).to_bytes() == other.get_pipe(name).to_bytes()
    for words in SHAPES.values():
        nlp.update([example(nlp, words), *sentences(nlp)], sgd=optimizer, annotates=MERGING)
        nlp.evaluate([example(nlp, words)])
    texts = some_texts(8)
    assert list(map(annotation, nlp.pipe(texts))) == [annotation(nlp(text)) for text in texts]


def test_copied_components_find_the_same_beside_others_or_alone(nlp: Language) -> None:
    texts = some_texts(6)
    for name in EVERYTHING:
        before = {"entity_linker": ("senter", "ner"), "merge_entities": ("ner",)}.get(name, ())
        names = [*dict.fromkeys(("tok2vec", *before, name))]
        copied = blank("xx")
        for each in names:
            copied.add_pipe(each, source=nlp)
        with nlp.select_pipes(enable=names):
            assert [annotation(copied(text)) for text in texts] == [annotation(nlp(text)) for text in texts]


def test_token_vectors_of_their_own_instead_of_shared_ones_change_nothing() -> None:
    nlp, texts = pipeline(), some_texts(6)
    before = [annotation(nlp(text)) for text in texts]
    for name in LEARNING:
        if name != "tok2vec":
            nlp.replace_listeners("tok2vec", name, ["model.tok2vec"])
    assert [annotation(nlp(text)) for text in texts] == before
    learn(nlp, sentences(nlp))


def test_what_every_component_sets_is_kept_in_a_file(nlp: Language) -> None:
    for number in range(1, len(nlp.pipe_names) + 1):
        with nlp.select_pipes(enable=nlp.pipe_names[:number]):
            for doc, place in nlp.pipe(
                [(text, place) for place, text in enumerate(some_texts(3))], as_tuples=True
            ):
                found = annotation(doc)
                assert doc.text == some_texts(3)[place]
                assert annotation(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == found
                assert annotation(next(DocBin(docs=[doc], store_user_data=True).get_docs(nlp.vocab))) == found
                # The scores of spans have no place in it.
                read = Doc(nlp.vocab).from_json(doc.to_json())
                assert [[*map(str, group)] for group in read.spans.values()] == [
                    [*map(str, group)] for group in doc.spans.values()
                ]
                assert [(ent.label_, ent.kb_id_, ent.id_, *ent.text) for ent in read.ents] == [
                    (ent.label_, ent.kb_id_, ent.id_, *ent.text) for ent in doc.ents
                ]


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
MORE = """
[initialize.components.entity_ruler.patterns]
@readers = "kernel.read_jsonl.v1"
path = "entities.jsonl"

[initialize.components.span_ruler.patterns]
@readers = "kernel.read_jsonl.v1"
path = "spans.jsonl"

[initialize.components.attribute_ruler.patterns]
@readers = "kernel.read_json.v1"
path = "attributes.json"

[training.callbacks.kill]
@callbacks = "test.kill.v1"
at = 0
"""
ANNOTATING = ("senter", "tagger", "attribute_ruler", "entity_ruler", "ner")
SMALL = {
    "paths.train": "train.spacy",
    "paths.dev": "train.spacy",
    "paths.kb": "kb",
    "components.tok2vec.model.encode.width": "16",
    "components.tok2vec.model.encode.depth": "1",
    "components.tok2vec.model.embed.rows": "[50, 50, 50, 50]",
    "components.spancat.model.reducer.hidden_size": "16",
    "components.spancat.threshold": "0.3",
    "components.spancat_singlelabel.spans_key": "single",
    "components.spancat_singlelabel.model.reducer.hidden_size": "16",
    "components.span_finder.spans_key": "found",
    "components.token_splitter.min_length": "12",
    "components.token_splitter.split_length": "5",
    "components.parser.min_action_freq": "0",
    "components.parser.update_with_oracle_cut_size": "5",
    "components.trainable_lemmatizer.min_tree_freq": "1",
    "training.max_steps": "5",
    "training.eval_frequency": "2",
    "training.shards": "4",
    "training.checkpoint.every_steps": "1",
    "training.annotating_components": json.dumps(ANNOTATING),
}
OVERRIDES = [word for name, value in SMALL.items() for word in (f"--{name}", value)]


class Runs:
    """A directory with the data and the config of a pipeline of everything, to train in."""

    def __init__(self, path: Path) -> None:
        self.box = Box(path)
        nlp = blank("xx")
        DocBin(docs=[one.reference for one in sentences(nlp)] * 6).to_disk(path / "train.spacy")
        load_kb(nlp.vocab).to_disk(path / "kb")
        for name, patterns in (("entities.jsonl", ENTITIES), ("spans.jsonl", SPANS)):
            self.box.file(name, "".join(f"{json.dumps(pattern)}\n" for pattern in patterns))
        self.box.file("attributes.json", json.dumps(ATTRIBUTES))
        self.box.code(KILL)
        self.do("init", "config", "config.cfg", "-l", "xx", "-p", ",".join(EVERYTHING))
        self.box.config((path / "config.cfg").read_text() + MORE)

    def do(self, *words: str, code: int = 0, **how: Any) -> Result:
        done = self.box.run(*words, **how)
        assert done.exit_code == code, done.stderr
        return done

    def train(self, output: str, *more: str, code: int = 0, **how: Any) -> None:
        words = ("train", "config.cfg", "-o", output, "--code", "functions.py", *OVERRIDES, *more)
        self.do(*words, code=code, **how)

    def files(self, output: str) -> dict[str, bytes]:
        """Weights, labels, patterns and all else that is the components' own, and the strings."""
        model = self.box.path / output / "model-last"
        found = {
            str(path.relative_to(model)): path.read_bytes()
            for name in (*EVERYTHING, "vocab")
            for path in (model / name).rglob("*")
            if path.is_file()
        }
        assert len(found) > 30
        return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the signal is POSIX's")
def test_a_run_that_was_killed_goes_on_to_equal_bytes(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.train("whole")
    runs.train("killed", "--training.callbacks.kill.at", "3", code=-signal.SIGKILL, subprocess=True)
    runs.train("killed", "--resume", "--allow-drift", "training.callbacks.kill.at")
    assert runs.files("killed") == runs.files("whole")


@pytest.mark.slow
@pytest.mark.needs("kernel-nlp-workers")
def test_two_workers_learn_the_same_bytes(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.train("alone")
    runs.train("pair", "--training.workers.count", "2", subprocess=True)
    assert runs.files("pair") == runs.files("alone")


INSTALLED = """
import json
import kernel

nlp = kernel.load("xx_everything")
texts = json.load(open("texts.json"))
docs = [*nlp.pipe(texts, n_process=2, batch_size=7)]
print(json.dumps([doc.to_json() for doc in docs]))
"""


@pytest.mark.slow
def test_packaged_installed_and_loaded_by_name_it_finds_the_same(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.train("out")
    nlp = load(tmp_path / "out" / "model-last")
    runs.do(
        "package", "out/model-last", "packages", "--name", "everything", "--version", "1.0.0", "-b", "wheel"
    )
    wheel = next((tmp_path / "packages").rglob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    pip += ["--disable-pip-version-check", "--target", str(tmp_path / "site"), str(wheel)]
    subprocess.run(pip, check=True)
    (tmp_path / "texts.json").write_text(json.dumps(some_texts()))
    environment = {**runs.box.env, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", INSTALLED],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = [doc.to_json() for doc in nlp.pipe(some_texts())]
    assert json.loads(done.stdout) == json.loads(json.dumps(expected))
