"""Whole processes: peak memory, growth over a million documents, start-up.

Usage: process.py SIDE JOB [ARGUMENT ...]; prints one JSON object. SIDE is kernel or spacy.
Jobs: `inference MODEL TEXTS N_WORDS`, `training MODEL CORPUS N_WORDS`, `growth MODEL N_DOCS`.
"""

from __future__ import annotations

import json
import random
import resource
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasks import load_texts
from worker import kernel_side, spacy_side


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def inference(lib: Any, model: str, texts: str, n_words: int) -> dict[str, float]:
    nlp = lib.load(model)
    documents = load_texts(texts)

    def repeated() -> Iterator[str]:
        words = 0
        while words < n_words:
            for text in documents:
                words += text.count(" ") + 1
                yield text

    entities = words = 0
    for doc in nlp.pipe(repeated()):
        words += len(doc)
        entities += sum(1 for ent in doc.ents if ent.label_)
    return {"words": words, "entities": entities, "peak MB": peak_mb()}


def training(lib: Any, model: str, corpus: str, n_words: int) -> dict[str, float]:
    nlp = lib.load(model)
    examples, words = [], 0
    for doc in lib.DocBin().from_disk(corpus).get_docs(nlp.vocab):
        examples.append(lib.Example(nlp.make_doc(doc.text), doc))
        words += len(doc)
        if words >= n_words:
            break
    update = lib.updater(nlp, shards=1, drop=0.1)
    batch: list[Any] = []
    for example in examples:
        batch.append(example)
        if sum(map(len, batch)) >= 900:
            update(batch)
            batch = []
    return {"words": words, "peak MB": peak_mb()}


def growth(lib: Any, model: str, n_docs: int) -> dict[str, Any]:
    nlp = lib.load(model)
    draw = random.Random(0)

    def texts() -> Iterator[str]:
        for _ in range(n_docs):
            yield " ".join("".join(draw.choices(string.ascii_lowercase, k=8)) for _ in range(10))

    seen = []
    for number, doc in enumerate(nlp.pipe(texts()), start=1):
        len(doc.ents)
        if number % 100_000 == 0:
            seen.append(round(resident_mb(), 1))
            print(f"{number} documents: {seen[-1]} MB", file=sys.stderr, flush=True)
    return {"resident MB": seen, "peak MB": peak_mb()}


if __name__ == "__main__":
    side = kernel_side() if sys.argv[1] == "kernel" else spacy_side(matmul=False)
    arguments = [int(a) if a.isdigit() else a for a in sys.argv[3:]]
    print(json.dumps(globals()[sys.argv[2]](side, *arguments)))
