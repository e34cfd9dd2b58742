"""One long document in a process of its own: CPU time and growth of the peak memory, by the token.

Usage: syntax_side.py SIDE JOB MODEL CORPUS N_TOKENS; prints one JSON object. SIDE is kernel or spacy.
Jobs: `predict` and `learn` with text of the corpus; `predict_chain`, `read_chain` and `learn_chain` with a parser of their own that has learnt
that every token hangs on the one before it.
"""

from __future__ import annotations

import ctypes
import gc
import json
import random
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from worker import kernel_side, spacy_side


def measured(n_tokens: int, job: Callable[[], Any]) -> dict[str, float]:
    """Microseconds and kB a token: how much more is resident at a time than before the job. Written for Linux."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # What was freed before would be used again, and not be seen.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # The peak begins anew.
    resident, started = resident_kb(), time.process_time()
    job()
    seconds, grown = time.process_time() - started, resident_kb("VmHWM") - resident
    return {"microseconds": seconds / n_tokens * 1e6, "kB": grown / n_tokens}


def resident_kb(what: str = "VmRSS") -> int:
    """VmRSS is what is resident now, VmHWM the peak."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def long_doc(lib: Any, nlp: Any, corpus: str, n_tokens: int) -> Any:
    """Documents of the corpus, again and again if need be, joined to one of about so many tokens."""
    docs, size = [], 0
    for doc in cycle(list(lib.DocBin().from_disk(corpus).get_docs(nlp.vocab))):
        docs.append(doc)
        size += len(doc)
        if size >= n_tokens:
            break
    return lib.Doc.from_docs(docs)


def chain(lib: Any, nlp: Any, n_tokens: int) -> Any:
    """A document whose tokens hang on the one before them."""
    draw = random.Random(n_tokens)
    words = [draw.choice(("alpha", "beta", "gamma", "delta")) for _ in range(n_tokens)]
    heads = [0, *range(n_tokens - 1)]
    return lib.Doc(nlp.vocab, words=words, heads=heads, deps=["ROOT", *(["dep"] * (n_tokens - 1))])


def chain_parser(lib: Any) -> tuple[Any, Callable[[list[Any]], None]]:
    """A pipeline that has learnt chains, and what updates it."""
    nlp = lib.blank("en")
    nlp.add_pipe("parser", config={"min_action_freq": 1})
    examples = [
        lib.Example(nlp.make_doc(doc.text), doc) for doc in (chain(lib, nlp, n) for n in range(40, 60))
    ]
    nlp.initialize(lambda: examples)
    update = lib.updater(nlp, shards=1, drop=0.0)
    for _ in range(30):
        update(examples)
    return nlp, update


def predict(lib: Any, model: str, corpus: str, n_tokens: int) -> dict[str, float]:
    nlp = lib.load(model)
    nlp.max_length = 10**8
    doc = long_doc(lib, nlp, corpus, n_tokens)
    nlp(doc[:1000].text)
    text = doc.text
    return measured(len(doc), lambda: nlp(text))


def learn(lib: Any, model: str, corpus: str, n_tokens: int) -> dict[str, float]:
    nlp = lib.load(model)
    update = lib.updater(nlp, shards=1, drop=0.1)
    short, doc = long_doc(lib, nlp, corpus, 500), long_doc(lib, nlp, corpus, n_tokens)
    nlp.max_length = 10**8
    update([lib.Example(nlp.make_doc(short.text), short)])
    example = lib.Example(nlp.make_doc(doc.text), doc)
    return measured(len(doc), lambda: update([example]))


def parsed_chain(lib: Any, n_tokens: int) -> tuple[Any, Callable[[], Any]]:
    """A document of one sentence, and what parses it."""
    nlp, _ = chain_parser(lib)
    doc = nlp.make_doc(chain(lib, nlp, n_tokens).text)
    for token in doc:
        token.is_sent_start = token.i == 0
    return doc, lambda: nlp.get_pipe("parser")(doc)


def predict_chain(lib: Any, model: str, corpus: str, n_tokens: int) -> dict[str, float]:
    """The share of right heads is told: it's a chain only if they are."""
    doc, parse = parsed_chain(lib, n_tokens)
    found = measured(n_tokens, parse)
    right = sum(token.head.i == token.i - 1 for token in doc)
    return {**found, "right heads": right / max(n_tokens - 1, 1)}


def read_chain(lib: Any, model: str, corpus: str, n_tokens: int) -> dict[str, float]:
    """Everything that the tree offers."""
    doc, parse = parsed_chain(lib, n_tokens)
    parse()

    def read() -> None:
        for tokens in (doc[0].subtree, doc[n_tokens - 1].ancestors, doc[n_tokens - 1].conjuncts):
            sum(token.i for token in tokens)
        sum(sent.end for sent in doc.sents)
        sum(chunk.end for chunk in doc.noun_chunks)
        for token in doc:
            sum(child.i for child in token.children)
            token.left_edge.i + token.right_edge.i

    return measured(n_tokens, read)


def learn_chain(lib: Any, model: str, corpus: str, n_tokens: int) -> dict[str, float]:
    nlp, update = chain_parser(lib)
    doc = chain(lib, nlp, n_tokens)
    example = lib.Example(nlp.make_doc(doc.text), doc)
    return measured(n_tokens, lambda: update([example]))


JOBS = {
    "predict": predict,
    "learn": learn,
    "predict_chain": predict_chain,
    "read_chain": read_chain,
    "learn_chain": learn_chain,
}

if __name__ == "__main__":
    side = kernel_side() if sys.argv[1] == "kernel" else spacy_side(matmul=False)
    print(json.dumps(JOBS[sys.argv[2]](side, sys.argv[3], sys.argv[4], int(sys.argv[5]))))
