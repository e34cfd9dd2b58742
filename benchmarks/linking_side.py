"""One side of linking.py: the timed jobs, and whole trainings.

Usage: linking_side.py kernel|spacy DATA SEED UPDATES prints the scores as JSON.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

Run = Callable[[], int]
BATCH, WORDS = 32, 900
NAME = "entity_linker"


def read(data: str) -> Any:
    return json.loads(Path(data).read_text(encoding="utf-8"))


def module(lib: Any, name: str) -> Any:
    """A module of the library: both have the same names."""
    return import_module(f"{lib.blank.__module__.partition('.')[0]}.{name}")


def make_doc(lib: Any, nlp: Any, text: Any, *, linked: bool) -> Any:
    """A document with sentences and entities, and their links or not."""
    span, starts = module(lib, "tokens").Span, set(text["starts"])
    words = text["words"]
    doc = lib.Doc(nlp.vocab, words=words, sent_starts=[place in starts for place in range(len(words))])
    doc.ents = [
        span(doc, start, end, label="PERSON", kb_id=kb_id if linked else "")
        for start, end, kb_id in text["links"]
    ]
    return doc


def examples(lib: Any, nlp: Any, texts: Sequence[Any]) -> list[Any]:
    return [
        lib.Example(make_doc(lib, nlp, text, linked=False), make_doc(lib, nlp, text, linked=True))
        for text in texts
    ]


def pipeline(lib: Any, data: Any) -> Any:
    """An untrained pipeline with the knowledge base of the data."""
    nlp = lib.blank("en")
    linker = nlp.add_pipe(NAME)

    def load(vocab: Any) -> Any:
        entities = data["entities"]
        kb = module(lib, "kb").InMemoryLookupKB(vocab, len(entities[0]["vector"]))
        kb.set_entities(
            [each["id"] for each in entities],
            [each["freq"] for each in entities],
            [each["vector"] for each in entities],
        )
        for alias, priors in data["aliases"].items():
            kb.add_alias(alias, list(priors), list(priors.values()))
        return kb

    linker.set_kb(load)
    nlp.initialize(lambda: examples(lib, nlp, data["train"][:10]))
    return nlp


def batches(items: Sequence[Any], n_words: int) -> list[list[Any]]:
    """Batches of so many words."""
    found: list[list[Any]] = [[]]
    for item in items:
        if sum(map(len, found[-1])) >= n_words:
            found.append([])
        found[-1].append(item)
    return found


def training(lib: Any, *, data: str, n_updates: int) -> Run:
    """Whole updates; returns words."""
    content = read(data)
    nlp = pipeline(lib, content)
    own = batches(examples(lib, nlp, content["train"][:1500]), WORDS)[:n_updates]
    update = lib.updater(nlp, shards=1, drop=0.1)

    def run() -> int:
        for batch in own:
            update(batch)
        return sum(len(example.reference) for batch in own for example in batch)

    return run


def read_links(docs: Any) -> int:
    words = 0
    for doc in docs:
        words += len(doc)
        [(ent.text, ent.kb_id_) for ent in doc.ents]
    return words


def inference(lib: Any, *, data: str, limit: int = 500) -> Run:
    """`nlp.pipe` over documents with entities and sentences."""
    content = read(data)
    nlp = pipeline(lib, content)
    docs = [make_doc(lib, nlp, text, linked=False) for text in content["test"][:limit]]
    return lambda: read_links(nlp.pipe(docs, batch_size=256))


def single_calls(lib: Any, *, data: str, limit: int) -> Run:
    """A call of `nlp` for each document."""
    content = read(data)
    nlp = pipeline(lib, content)
    docs = [make_doc(lib, nlp, text, linked=False) for text in content["test"][:limit]]
    return lambda: read_links(nlp(doc) for doc in docs)


TASKS: dict[str, Callable[..., Run]] = {
    "linking_training": training,
    "linking_inference": inference,
    "linking_single_calls": single_calls,
}


def scores(lib: Any, seed_all: Callable[[int], None], data: str, seed: int, updates: int) -> dict[str, float]:
    """A whole training, and the scores on the test part: of the component, and of the prior probabilities alone."""
    content = read(data)
    seed_all(seed)
    nlp = pipeline(lib, content)
    learnt = examples(lib, nlp, content["train"])
    update, draw = lib.updater(nlp, shards=1, drop=0.1), random.Random(seed)
    done = 0
    while done < updates:
        draw.shuffle(learnt)
        for first in range(0, len(learnt) - BATCH + 1, BATCH):
            if done == updates:
                break
            update(learnt[first : first + BATCH])
            done += 1
    found = {"nel_micro_f": nlp.evaluate(examples(lib, nlp, content["test"]))["nel_micro_f"]}
    nlp.get_pipe(NAME).incl_context = False
    found["prior"] = nlp.evaluate(examples(lib, nlp, content["test"]))["nel_micro_f"]
    return found


if __name__ == "__main__":
    from worker import kernel_side, spacy_side

    _, side, data, seed, updates = sys.argv
    if side == "kernel":
        from kernel.numeric.random import seed_all
    else:
        from spacy.util import fix_random_seed as seed_all
    lib = kernel_side() if side == "kernel" else spacy_side(matmul=False)
    print(json.dumps(scores(lib, seed_all, data, int(seed), int(updates))))
