"""The place of a pass of the corpus reader: another reader goes on from it exactly, also amid what an augmenter made."""

import json
import random

import numpy as np
import pytest
from kernel_readers.corpus import Corpus

from kernel.errors import DataError
from kernel.numeric.random import seed_all
from kernel.state import copied
from kernel.training import Example


class Several:
    """An augmenter that makes up to three examples by chance, and numbers those that it was given."""

    def __init__(self):
        self.seen = 0

    def __call__(self, nlp, example):
        self.seen += 1
        for _ in range(np.random.randint(4)):
            text = f"{example.reference.text} {self.seen} {np.random.randint(100)} {random.randrange(100)}"
            yield Example(nlp.make_doc(text), nlp.make_doc(text))

    def state(self):
        return {"seen": self.seen}

    def restore(self, state):
        self.seen = state["seen"]


@pytest.fixture
def folder(tmp_path):
    for name in "abc":
        records = [{"text": f"{name} {n}. And so on."} for n in range(4)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    sentences = "".join(f"Ada B-PERSON\nd{n} O\n\n" for n in range(15))
    (tmp_path / "d.iob").write_text(sentences, encoding="utf-8")
    return tmp_path


def pulled(examples, epoch, first=0, last=None):
    """Texts; each example is pulled under a seed of its own, as a run does."""
    found = []
    for place in range(first, 1000 if last is None else last):
        seed_all(1, epoch, place)
        example = next(examples, None)
        if example is None:
            break
        found.append(example.reference.text)
    return found


@pytest.mark.parametrize("augments", [False, True])
@pytest.mark.parametrize("settings", [{}, {"gold_preproc": True}, {"limit": 12}, {"max_length": 15}])
def test_a_pass_goes_on_from_any_place(nlp, folder, settings, augments):
    # Only files of sentences can be cut into such.
    path = folder / "d.iob" if settings.get("gold_preproc") else folder

    def make():
        return Corpus(path, **settings, augmenter=Several() if augments else None)

    corpus = make()
    straight = [pulled(corpus(nlp), epoch) for epoch in range(2)]
    assert len(straight[0]) >= 12
    for cut in range(1, len(straight[0]) + 1):
        corpus = make()
        before = pulled(corpus(nlp), 0, last=cut)
        state = copied(corpus.state(), "the corpus")
        other = make()
        other.restore(state)
        assert before + pulled(other(nlp), 0, cut) == straight[0]
        assert pulled(other(nlp), 1) == straight[1]


def test_after_the_end_of_a_pass_the_next_one_begins(nlp, folder):
    corpus = Corpus(folder, augmenter=Several())
    first, second = (pulled(corpus(nlp), epoch) for epoch in range(2))
    corpus = Corpus(folder, augmenter=Several())
    assert pulled(corpus(nlp), 0) == first
    other = Corpus(folder, augmenter=Several())
    other.restore(copied(corpus.state(), "the corpus"))
    assert pulled(other(nlp), 1) == second


def test_files_that_were_given_are_not_read_again(nlp, folder, monkeypatch):
    corpus = Corpus(folder)
    pulled(corpus(nlp), 0, last=10)
    other = Corpus(folder)
    other.restore(corpus.state())
    seen, batch = [], type(nlp.tokenizer).batch
    monkeypatch.setattr(
        type(nlp.tokenizer), "batch", lambda self, texts: batch(self, seen.extend(texts) or texts)
    )
    list(other(nlp))
    # Once as references, and what was not given before once more.
    assert seen[:-2] == [f"c {n}. And so on." for n in (0, 1, 2, 3, 2, 3)]


def test_data_that_have_changed_are_refused(nlp, folder):
    corpus = Corpus(folder)
    pulled(corpus(nlp), 0, last=2)
    (folder / "a.jsonl").write_text('{"text": "another"}', encoding="utf-8")
    other = Corpus(folder)
    other.restore(corpus.state())
    with pytest.raises(DataError, match="the data have changed"):
        next(other(nlp))


def test_a_state_is_small_but_amid_what_an_augmenter_made(nlp, folder):
    corpus = Corpus(folder)
    pulled(corpus(nlp), 0, last=5)
    assert len(json.dumps(corpus.state())) < 300
