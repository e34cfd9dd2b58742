"""The timed jobs, written once for both libraries: their public interfaces are the same.

A task is a function `task(lib, **settings) -> run`; `run()` does the job once and returns how many units
(words, updates) it did. What a user would read from the results is read inside the timed loop.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import linking_side
import spacy_pipelines_side

Run = Callable[[], int]


def load_texts(path: str) -> list[str]:
    """The documents of a text file in which a blank line ends a document."""
    return [text for text in Path(path).read_text(encoding="utf-8").split("\n\n") if text.strip()]


def read_everything(task: str, docs: Iterable[Any]) -> int:
    """Read from `docs` what a user of such a pipeline reads; return the number of words."""
    words = 0
    for doc in docs:
        words += len(doc)
        if task == "ner":
            [(ent.label_, ent.start_char, ent.end_char) for ent in doc.ents]
        elif task == "tagger":
            [token.tag_ for token in doc]
        elif task == "parser":
            [(token.head.i, token.dep_) for token in doc]
        elif task == "tagger, parser, ner":
            [(token.tag_, token.head.i, token.dep_) for token in doc]
            [(ent.label_, ent.start_char, ent.end_char) for ent in doc.ents]
        elif task == "morphologizer":
            [(token.pos_, str(token.morph)) for token in doc]
        elif task == "senter":
            [(sent.start, sent.end) for sent in doc.sents]
        elif task == "trainable_lemmatizer":
            [token.lemma_ for token in doc]
        elif task == "spancat":
            [(span.label_, span.start_char, span.end_char) for span in doc.spans["sc"]]
        elif task == "span_finder":
            [(span.start_char, span.end_char) for span in doc.spans["sc"]]
        else:
            dict(doc.cats)
    return words


def inference(lib: Any, *, task: str, model: str, texts: str, batch_size: int = 256) -> Run:
    """`nlp.pipe` over many documents."""
    nlp = lib.load(model)
    documents = load_texts(texts)
    return lambda: read_everything(task, nlp.pipe(documents, batch_size=batch_size))


def single_calls(lib: Any, *, task: str, model: str, texts: str, limit: int = 1000) -> Run:
    """One call of `nlp` for every document."""
    nlp = lib.load(model)
    documents = load_texts(texts)[:limit]
    return lambda: read_everything(task, (nlp(text) for text in documents))


def training(
    lib: Any,
    *,
    model: str,
    corpus: str,
    batch_words: int = 900,
    n_updates: int = 25,
    shards: int = 1,
    drop: float = 0.1,
    padded: bool = False,
) -> Run:
    """Whole updates (forward, loss, backward, optimizer) of batches of about `batch_words` words.

    padded: a batch has documents of about one length, and so many words if all were as long as the longest one.
    """
    nlp = lib.load(model)
    reference = list(lib.DocBin().from_disk(corpus).get_docs(nlp.vocab))
    examples = [lib.Example(nlp.make_doc(doc.text), doc) for doc in reference]
    random.Random(0).shuffle(examples)
    batches = (padded_batches if padded else word_batches)(examples, batch_words)[:n_updates]
    update = lib.updater(nlp, shards=shards, drop=drop)

    def run() -> int:
        for batch in batches:
            update(batch)
        return sum(len(example) for batch in batches for example in batch)

    return run


def word_batches(examples: list[Any], batch_words: int) -> list[list[Any]]:
    """Batches of so many words or a few more."""
    batches: list[list[Any]] = [[]]
    for example in examples:
        if sum(map(len, batches[-1])) >= batch_words:
            batches.append([])
        batches[-1].append(example)
    return batches


def padded_batches(examples: list[Any], batch_words: int, buffer: int = 256) -> list[list[Any]]:
    """Batches as `batch_by_padded` makes them: each buffer is sorted by length, and its batches come in any order."""
    batches: list[list[Any]] = []
    for start in range(0, len(examples), buffer):
        found: list[list[Any]] = [[]]
        for example in sorted(examples[start : start + buffer], key=len):
            if found[-1] and len(example) * (len(found[-1]) + 1) > batch_words:
                found.append([])
            found[-1].append(example)
        random.Random(start).shuffle(found)
        batches += found
    return batches


def loading(lib: Any, *, model: str) -> Run:
    """Loads of a pipeline, where the library is imported already."""
    lib.load(model)

    def run() -> int:
        lib.load(model)
        return 1

    return run


def tokenizer_warm(lib: Any, *, texts: str) -> Run:
    """The tokenizer over text whose words it has met."""
    nlp = lib.blank("en")
    documents = load_texts(texts)
    return lambda: sum(len(doc) for doc in nlp.tokenizer.pipe(documents))


def tokenizer_cold(lib: Any, *, texts: str) -> Run:
    """A fresh tokenizer's first pass over text."""
    documents = load_texts(texts)
    fresh = [lib.blank("en")]

    def run() -> int:
        nlp = fresh.pop() if fresh else lib.blank("en")
        return sum(len(doc) for doc in nlp.tokenizer.pipe(documents))

    return run


TASKS: dict[str, Callable[..., Run]] = {
    "inference": inference,
    "single_calls": single_calls,
    "training": training,
    "loading": loading,
    "tokenizer_warm": tokenizer_warm,
    "tokenizer_cold": tokenizer_cold,
    **linking_side.TASKS,
    **spacy_pipelines_side.TASKS,
}
