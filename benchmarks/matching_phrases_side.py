"""One side of matching_phrases.py: matchers of phrases and rulers over documents, in a process of its own.

Usage: matching_phrases_side.py SIDE FILE, SIDE is kernel or spacy, FILE has what `matching_phrases.make` writes. Reads commands, one a line, and
answers with a line of JSON: `build JOB` adds the phrases, `run JOB` finds them, `found JOB` gives what was found, sorted. Times are CPU
seconds; documents are made before them.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Library(NamedTuple):
    name: str
    blank: Any
    matcher: Any
    doc: Any


def library(side: str) -> Library:
    """The names that are needed of a side."""
    if side == "spacy":
        import spacy
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        return Library(side, spacy.blank, PhraseMatcher, Doc)
    from kernel.matcher import PhraseMatcher

    import kernel
    from kernel.tokens import Doc

    return Library(side, kernel.blank, PhraseMatcher, Doc)


def matcher(
    lib: Library, job: str, given: dict[str, Any]
) -> tuple[Any, Callable[[], float], Callable[[], Any]]:
    """What holds the phrases, a function that adds them and one that finds them."""
    nlp = lib.blank("xx")
    attr, _, batch = job.partition("-")
    made = lib.matcher(nlp.vocab, attr=attr.upper())
    docs = [lib.doc(nlp.vocab, words=words) for words in given["docs"]]
    phrases: dict[str, list[Any]] = {}
    for label, words in zip(given["labels"], given["phrases"], strict=True):
        phrases.setdefault(label, []).append(lib.doc(nlp.vocab, words=words))

    def add() -> float:
        began = time.process_time()
        for label, own in phrases.items():
            made.add(label, own)
        made(docs[0])
        return time.process_time() - began

    def run() -> tuple[float, list[Any]]:
        began = time.process_time()
        found = made.batch(docs) if batch else [made(doc) for doc in docs]
        return time.process_time() - began, found

    def read(found: list[Any]) -> list[Any]:
        return [sorted((start, end, nlp.vocab.strings[key]) for key, start, end in own) for own in found]

    return add, run, read


def ruler(lib: Library, job: str, given: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The same for a ruler."""
    nlp = lib.blank("xx")
    name, _, kind = job.partition("-")
    settings: dict[str, Any] = {"phrase_matcher_attr": "LOWER"} if name == "span_ruler" and not kind else {}
    if kind == "ents":
        settings = {"spans_key": None, "annotate_ents": True}
    made = nlp.add_pipe(name, config=settings)
    patterns = []
    for number, (label, words) in enumerate(zip(given["labels"], given["phrases"], strict=True)):
        as_tokens = kind == "mixed" and number % 400 == 0
        pattern = [{"ORTH": word} for word in words] if as_tokens else " ".join(words)
        patterns.append({"label": label, "pattern": pattern, **({"id": f"i{number}"} if number % 3 else {})})

    def split(text: str) -> Any:
        return lib.doc(nlp.vocab, words=text.split(" "))

    def fresh() -> list[Any]:
        return [lib.doc(nlp.vocab, words=words) for words in given["docs"]]

    def add() -> float:
        docs = fresh()[:1]
        began = time.process_time()
        made.add_patterns(patterns)
        made(docs[0])
        seconds = time.process_time() - began
        # Tokenizers of the two sides don't cut all phrases alike; for the comparison they are cut as the documents are.
        made.clear()
        nlp.tokenizer = split
        made.add_patterns(patterns)
        return seconds

    def run() -> tuple[float, list[Any]]:
        docs = fresh()
        gc.collect()
        began = time.process_time()
        found = list(made.pipe(docs, batch_size=256))
        return time.process_time() - began, found

    def read(found: list[Any]) -> list[Any]:
        own = [doc.spans["ruler"] if name == "span_ruler" and not kind else doc.ents for doc in found]
        return [[(span.start, span.end, span.label_, span.id_) for span in spans] for spans in own]

    return add, run, read


def main() -> None:
    side, path = sys.argv[1:]
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    lib = library(side)
    jobs: dict[str, Any] = {}
    for line in sys.stdin:
        command, job = line.split()
        if job not in jobs:
            jobs.clear()
            jobs[job] = (ruler if "ruler" in job else matcher)(lib, job, given)
            seconds = jobs[job][0]()
        _, run, read = jobs[job]
        if command == "build":
            print(json.dumps(seconds), flush=True)
            continue
        gc.collect()
        spent, found = run()
        print(json.dumps(read(found) if command == "found" else spent), flush=True)


if __name__ == "__main__":
    main()
