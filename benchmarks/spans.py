"""Span categorisation side by side with spaCy: scores of whole training runs, speed, and memory by the token.

    KERNEL_DATA=path/to/data python benchmarks/spans.py [--only scores,speed,memory] [--sides kernel,spacy] [--write]

Data: `wnut17/*.conll`. spaCy is taken from benchmarks/.venv.

scores: spancat on shared token vectors, the last model scored on the test part. Overlapping (2,000 updates): the entities of WNUT 2017,
the last word of each longer one as its head, and each with a short word before it as a phrase. Nested (600): sentences of nested.py.
speed: prediction and whole updates, each side with a model that it has trained itself for 150 updates; what it finds is
read inside the timed loop. memory: time and peak memory of very long documents, of ours alone.
Results are kept in `.work/spans`, so that an interrupted run goes on. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from compared import (
    LONG_HEAD,
    PYTHONS,
    SCORES_HEAD,
    SPEED_HEAD,
    all_sides,
    for_side,
    long_rows,
    run,
    say,
    score_rows,
    scores,
    speed_rows,
    table,
    timed,
    train,
)
from nested import Grammar, flat
from page import put_section
from sides import HERE, KERNEL_PYTHON

WORK = HERE / ".work" / "spans"
UPDATES = {"overlapping": 2000, "nested": 600}
SEEDS, SPEED_UPDATES = 3, 150
PARTS = ("train", "dev", "test")
# Sizes of the n-grams that are suggested, and how many sentences the nested corpus has.
SIZES = {"overlapping": [1, 2, 3], "nested": [1, 2, 3, 4, 5, 6]}
NESTED = {"train": 3000, "dev": 300, "test": 1000}
BEFORE = {"a", "an", "the", "at", "in", "on", "to", "of", "from", "my", "with", "by", "for", "and"}
METRICS = ("spans_sc_p", "spans_sc_r", "spans_sc_f")
SPEED: dict[str, tuple[str, dict[str, Any]]] = {
    "spancat, nlp.pipe": ("inference", {"texts": "documents"}),
    "spancat, one call for 20 words": ("single_calls", {"texts": "20 words"}),
    "spancat, one call for 200 words": ("single_calls", {"texts": "200 words"}),
    "spancat, training, 900-word batches": ("training", {"n_updates": 12}),
}
LENGTHS = (10_000, 100_000)
LONG = {"spancat, prediction": "predict", "spancat, an update": "learn"}


def overlapping(data: Path, part: str) -> Iterator[Any]:
    """Documents of ten messages each."""
    from kernel import blank
    from kernel.registries.family import registry

    read = registry.converters.get("kernel.auto.v1")()
    for doc in read(data / "wnut17" / f"{part}.conll", blank("en"), n_sents=10):
        spans = []
        for ent in doc.ents:
            spans.append((ent.start, ent.end, ent.label_))
            if len(ent) > 1:
                spans.append((ent.end - 1, ent.end, "head"))
            if ent.start and doc[ent.start - 1].lower_ in BEFORE:
                spans.append((ent.start - 1, ent.end, "phrase"))
        yield with_spans(doc, spans)


def nested(part: str) -> Iterator[Any]:
    """Documents of five sentences each."""
    from kernel import blank
    from kernel.tokens import Doc

    vocab, grammar = blank("en").vocab, Grammar(PARTS.index(part))
    for _ in range(NESTED[part] // 5):
        words, spans = flat([tree for _ in range(5) for tree in grammar.sentence()])
        yield with_spans(Doc(vocab, words=words), spans)


def with_spans(doc: Any, spans: Sequence[tuple[int, int, str]]) -> Any:
    from kernel.tokens import Span

    doc.spans["sc"] = [Span(doc, start, end, label) for start, end, label in spans]
    return doc


def make_data(data: Path) -> None:
    """Corpora that both sides read."""
    from kernel.tokens import DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        for name, docs in (("overlapping", overlapping(data, part)), ("nested", nested(part))):
            made = WORK / f"{name}-{part}.spacy"
            if not made.exists():
                DocBin(docs=list(docs)).to_disk(made)


def config(side: str) -> Path:
    """The config with the names of a side."""
    text = (HERE / "configs" / "spans.cfg").read_text(encoding="utf-8")
    made = WORK / f"{side}.cfg"
    made.write_text(for_side(text, side), encoding="utf-8")
    return made


def settings(corpus: str, seed: int = 0) -> dict[str, Any]:
    """Those of a training run."""
    return {
        "paths.train": WORK / f"{corpus}-train.spacy",
        "paths.dev": WORK / f"{corpus}-dev.spacy",
        "system.seed": seed,
        "components.spancat.suggester.sizes": json.dumps(SIZES[corpus]),
    }


def result_of(corpus: str, side: str, seed: int) -> Path:
    """Where the scores of a run lie."""
    return WORK / f"scores-{corpus}-{side}-{seed}.json"


def measure_scores(sides: Sequence[str], corpora: Sequence[str]) -> None:
    """Train what is missing."""
    for corpus in corpora:
        for seed in range(SEEDS):
            for side in sides:
                result, test = result_of(corpus, side, seed), WORK / f"{corpus}-test.spacy"
                if not result.exists():
                    say(f"{corpus}, {side}, seed {seed}")
                    scores(side, config(side), UPDATES[corpus], test, result, settings(corpus, seed))


def make_texts() -> dict[str, Path]:
    """Text files of the test part: `documents` of ten messages, and single texts of so many words or some more."""
    from kernel import blank
    from kernel.tokens import DocBin

    made = {name: WORK / f"{name}.txt" for name in ("documents", "20 words", "200 words")}
    if all(path.exists() for path in made.values()):
        return made
    docs = DocBin().from_disk(WORK / "overlapping-test.spacy").get_docs(blank("en").vocab)
    words = [doc.text.split() for doc in docs]
    made["documents"].write_text("\n\n".join(" ".join(each) for each in words), encoding="utf-8")
    everything = [word for each in words for word in each]
    for n_words, n_texts in ((20, 100), (200, 20)):
        starts = range(0, n_words * n_texts, n_words)
        texts = [" ".join(everything[start : start + n_words]) for start in starts]
        made[f"{n_words} words"].write_text("\n\n".join(texts), encoding="utf-8")
    return made


def model(side: str) -> str:
    """A small pipeline, trained for some hundred updates."""
    output = WORK / "models" / side
    if not (output / "model-last").exists():
        say(f"{side}: a model for the speed")
        train(side, config(side), SPEED_UPDATES, output, settings("overlapping"))
    return str(output / "model-last")


def speed(rounds: int, word: str) -> None:
    """Time what is missing, of the rows whose name has a word."""
    texts = make_texts()
    for name, (job, own) in SPEED.items():
        if word not in name:
            continue
        shared = {**own, "task": "spancat"} if job != "training" else dict(own)
        if "texts" in own:
            shared["texts"] = str(texts[own["texts"]])
        else:
            shared["corpus"] = str(WORK / "overlapping-train.spacy")
        models = {side: model(side) for side in PYTHONS}
        timed(WORK / f"speed-{name}", job, all_sides(shared, models), rounds)


def memory(sizes: Sequence[int]) -> None:
    """Measure what is missing, every figure in a process of its own."""
    for name, job in LONG.items():
        for size in sizes:
            result = WORK / f"long-{name}-{size}.json"
            if result.exists():
                continue
            say(f"{name}, {size:,} tokens")
            side = [KERNEL_PYTHON, HERE / "syntax_side.py", "kernel"]
            said = run([*side, job, model("kernel"), WORK / "overlapping-train.spacy", size])
            result.write_text(said.splitlines()[-1], encoding="utf-8")


def section() -> str:
    """What the page of benchmarks tells of it."""
    parts = [
        "By `python benchmarks/spans.py --write`: spancat on shared token vectors, with the settings that spaCy's `init config` recommends."
    ]
    rows = []
    for corpus in SIZES:
        names = {metric: f"{corpus}, {metric}" for metric in METRICS}
        rows += score_rows(names, partial(result_of, corpus), SEEDS)
    if rows:
        parts.append(
            "Scores, the last model scored on the test part. Overlapping (2,000 updates): the entities of WNUT 2017, the last word of each\n"
            "longer one as its head, and each with a short word before it as a phrase. Nested (600): sentences made by a grammar, n-grams\n"
            "up to 6."
        )
        parts.append(table(SCORES_HEAD, rows))
    if rows := speed_rows({name: WORK / f"speed-{name}" for name in SPEED}):
        parts.append(
            "Speed, tok2vec and spancat together, n-grams up to 3. Words per second of CPU time; all spans that were found are read inside\n"
            "the timed loop."
        )
        parts.append(table(SPEED_HEAD, rows))
    documents = {
        f"{name}, {size:,} tokens": WORK / f"long-{name}-{size}.json" for name in LONG for size in LENGTHS
    }
    if rows := long_rows(documents):
        parts.append("One long document, here alone: CPU time and growth of the peak memory, by the token.")
        parts.append(table(LONG_HEAD, rows))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="scores,speed,memory")
    parser.add_argument("--sides", default="kernel,spacy", help="whose scores are measured")
    parser.add_argument("--corpora", default=",".join(SIZES))
    parser.add_argument("--rows", default="", help="a word that the names of rows of speed have")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with wnut17/*.conll")
    make_data(Path(os.environ["KERNEL_DATA"]))
    only = arguments.only.split(",")
    if "scores" in only:
        measure_scores(arguments.sides.split(","), arguments.corpora.split(","))
    if "speed" in only:
        speed(arguments.rounds, arguments.rows)
    if "memory" in only:
        memory(LENGTHS)
    text = section()
    print(text)
    if arguments.write:
        put_section("Spans", text)


if __name__ == "__main__":
    main()
