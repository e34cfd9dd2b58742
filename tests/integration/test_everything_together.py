"""Components of every kind in one pipeline: saved, packaged, in processes and threads, killed; documents of every shape."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kernel import load
from kernel.language import Language
from kernel.numeric.random import scope
from kernel.tokens import Doc, Example

from .everything import (
    EVERYTHING,
    SENTENCE,
    annotation,
    example,
    learn,
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
