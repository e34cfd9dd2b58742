"""One side of spacy_pipelines.py: what a pipeline says about texts, as JSON lines. Both libraries run this file.

Usage: spacy_pipelines_side.py kernel|spacy|spacy-matmul JOB [ARGUMENT ...]
Jobs: `write PIPELINE TEXTS OUT`: annotate the texts of a JSONL file ("text"; "options" for `load` are in PIPELINE's `.load.json`).
`go_on PIPELINE EXPECTED OUT [anew]`: 20 updates. `load PIPELINE`: time and peak memory of a fresh process that loads. `pipe PIPELINE TEXTS`: the same with one run over the texts.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

# What `annotate` writes for each token, and how it is read.
TOKENS: dict[str, Callable[[Any], Any]] = {
    "words": lambda token: token.text,
    "spaces": lambda token: token.whitespace_,
    "tag": lambda token: token.tag_,
    "pos": lambda token: token.pos_,
    "morph": lambda token: str(token.morph),
    "lemma": lambda token: token.lemma_,
    "head": lambda token: token.head.i,
    "dep": lambda token: token.dep_,
    "sent_start": lambda token: token.is_sent_start,
    "ent_iob": lambda token: token.ent_iob_,
    "ent_type": lambda token: token.ent_type_,
    "ent_id": lambda token: token.ent_id_,
    "ent_kb_id": lambda token: token.ent_kb_id_,
    "norm": lambda token: token.norm_,
    "shape": lambda token: token.shape_,
    "is_stop": lambda token: token.is_stop,
    "like_num": lambda token: token.like_num,
    "like_url": lambda token: token.like_url,
    "has_vector": lambda token: token.doc.tensor is not None and token.has_vector,
}


def noun_chunks(doc: Any) -> list[Any] | None:
    """None: the language has none, or the document has no parse."""
    if not doc.has_annotation("DEP"):
        return None
    try:
        return [[chunk.start, chunk.end, chunk.label_] for chunk in doc.noun_chunks]
    except (NotImplementedError, ValueError):
        return None


def annotate(doc: Any) -> dict[str, Any]:
    """All that a pipeline may have set: a list with one item a token for each of TOKENS, and the rest by document."""
    found: dict[str, Any] = {name: [read(token) for token in doc] for name, read in TOKENS.items()}
    found["ents"] = [[e.start, e.end, e.label_, e.kb_id_, e.ent_id_] for e in doc.ents]
    found["spans"] = {
        key: [[s.start, s.end, s.label_, s.kb_id_] for s in group] for key, group in doc.spans.items()
    }
    found["scores"] = {
        key: np.asarray(group.attrs["scores"]).ravel().tolist()
        for key, group in doc.spans.items()
        if group.attrs.get("scores") is not None
    }
    found["cats"] = {label: float(score) for label, score in doc.cats.items()}
    found["noun_chunks"] = noun_chunks(doc)
    vectors = doc.vocab.vectors
    if vectors.shape[0] and vectors.shape[1]:
        found["vector"] = [float(x) for x in doc.vector[:4]]
    return found


def options(pipeline: str) -> dict[str, Any]:
    """The options of `load` that belong to a pipeline: of `NAME.load.json` beside the folder."""
    path = Path(pipeline)
    kept = path.with_name(f"{path.name}.load.json")
    return json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}


def one_by_one(pipeline: str) -> bool:
    """Whether `NAME.single` lies beside a pipeline: its layers mix the texts of a batch in spaCy."""
    path = Path(pipeline)
    return path.with_name(f"{path.name}.single").exists()


def read_texts(path: str) -> list[str]:
    with Path(path).open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def annotations(nlp: Any, texts: Iterable[str], batch_size: int = 64) -> Iterator[dict[str, Any]]:
    for doc in nlp.pipe(texts, batch_size=batch_size):
        yield annotate(doc)


def write(lib: Any, pipeline: str, texts: str, out: str) -> dict[str, Any]:
    nlp = lib.load(pipeline, **options(pipeline))
    words = 0
    with Path(out).open("w", encoding="utf-8") as file:
        for found in annotations(nlp, read_texts(texts), 1 if one_by_one(pipeline) else 64):
            words += len(found["words"])
            file.write(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")
    return {"words": words}


def gold(lib: Any, nlp: Any, said: dict[str, Any]) -> Any:
    """An example whose reference has what was annotated; words, tags and the rest as they were, without what nothing was said of."""
    words, spaces = said["words"], [bool(space) for space in said["spaces"]]
    columns = {f"{name}s": said[name] for name in ("tag", "morph", "lemma", "dep") if any(said[name])}
    if any(said["pos"]):
        columns["pos"] = said["pos"]
    if any(said["dep"]):
        columns["heads"] = said["head"]
    elif any(said["sent_start"][1:]):
        columns["sent_starts"] = [bool(start) for start in said["sent_start"]]
    if any(said["ent_iob"]):
        marks = zip(said["ent_iob"], said["ent_type"], strict=True)
        columns["ents"] = [f"{mark}-{kind}" if kind else "O" for mark, kind in marks]
    reference = lib.Doc(nlp.vocab, words=words, spaces=spaces, **columns)
    for key, spans in said["spans"].items():
        span = type(reference[:1])
        reference.spans[key] = [span(reference, start, end, label) for start, end, label, _ in spans]
    best = max(said["cats"].values(), default=0.0)
    reference.cats = {label: float(score == best or score > 0.5) for label, score in said["cats"].items()}
    return lib.Example(lib.Doc(nlp.vocab, words=words, spaces=spaces), reference)


def go_on(
    lib: Any, pipeline: str, expected: str, out: str, anew: str = "", steps: int = 20
) -> dict[str, Any]:
    """Train a pipeline with what was annotated, and save it. anew: from first weights, not from those that were loaded."""
    nlp = lib.load(pipeline, **options(pipeline))
    with Path(expected).open(encoding="utf-8") as lines:
        said = [json.loads(line) for line, _ in zip(lines, range(8 * steps), strict=False)]
    if anew:
        nlp = renewed(lib, nlp)
        nlp.initialize(lambda: [gold(lib, nlp, each) for each in said])
    update = lib.updater(nlp, shards=1, drop=0.2)
    for first in range(0, len(said), 8):
        update([gold(lib, nlp, each) for each in said[first : first + 8]])
    nlp.to_disk(out)
    return {"steps": steps}


def renewed(lib: Any, old: Any) -> Any:
    """A pipeline of the same config without weights; vocab, tokenizer, rules, tables and knowledge bases are those of the other."""
    nlp = lib.blank(old.lang, vocab=old.vocab)
    nlp.tokenizer = old.tokenizer
    blocks = old.config.interpolate()["components"]
    for name in old.component_names:
        settings = {key: value for key, value in blocks[name].items() if key != "factory"}
        if getattr(old.get_pipe(name), "is_trainable", False) and blocks[name]["factory"] != "entity_linker":
            nlp.add_pipe(blocks[name]["factory"], name, config=settings)
        else:
            nlp.add_pipe(name, source=old)
    return nlp


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load(lib: Any, pipeline: str) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    lib.load(pipeline, **options(pipeline))
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "process cpu": time.process_time(),
        "peak MB": peak_mb(),
    }


def pipe(lib: Any, pipeline: str, texts: str) -> dict[str, Any]:
    nlp = lib.load(pipeline, **options(pipeline))
    words = sum(len(doc) for doc in nlp.pipe(read_texts(texts)))
    return {"words": words, "peak MB": peak_mb()}


def everything(doc: Any) -> None:
    """Read what a user of such a pipeline reads."""
    for token in doc:
        (token.text, token.tag_, token.pos_, str(token.morph), token.lemma_, token.head.i, token.dep_)
    [(sent.start, sent.end) for sent in doc.sents] if doc.has_annotation("SENT_START") else []
    [(ent.text, ent.label_) for ent in doc.ents]
    [[span.label_ for span in group] for group in doc.spans.values()]
    dict(doc.cats)


def inference(lib: Any, *, model: str, texts: str) -> Callable[[], int]:
    """`nlp.pipe` with all components; returns the words."""
    nlp = lib.load(model, **options(model))
    documents = read_texts(texts)

    def run() -> int:
        words = 0
        for doc in nlp.pipe(documents):
            words += len(doc)
            everything(doc)
        return words

    return run


TASKS = {"foreign_inference": inference}
JOBS: dict[str, Callable[..., dict[str, Any]]] = {"write": write, "go_on": go_on, "load": load, "pipe": pipe}


def main(side: str, job: str, *arguments: str) -> None:
    from worker import kernel_side, spacy_side

    warnings.simplefilter("ignore")
    lib = kernel_side() if side == "kernel" else spacy_side(matmul=side == "spacy-matmul")
    print(json.dumps(JOBS[job](lib, *arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
