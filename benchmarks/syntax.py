"""Syntax side by side with spaCy: scores of whole training runs, speed, and memory by the token.

    KERNEL_DATA=path/to/data python benchmarks/syntax.py [--only scores,speed,memory] [--sides kernel,spacy] [--write]

Data: `ewt/*.conllu` (UD English EWT). spaCy is taken from benchmarks/.venv.

scores: tagger, morphologizer, parser and trainable_lemmatizer on shared token vectors, 2,000 updates, on the same files in
groups of ten sentences, with the same settings; the last model is scored on the test part.
speed: prediction and whole updates of single components, each side with a model that it has trained itself for some hundred
updates. memory: time and peak memory of very long documents, of ours alone.
Results are kept in `.work/syntax`, so that an interrupted run goes on. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
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
from page import put_section
from sides import HERE, KERNEL_PYTHON

WORK = HERE / ".work" / "syntax"
PIPELINE = ("tok2vec", "tagger", "morphologizer", "parser", "trainable_lemmatizer")
UPDATES, SEEDS = 2000, 3
METRICS = ("tag_acc", "morph_acc", "pos_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f")
# What is timed: component, task, settings of the task. Pipelines for it learn for so many updates; some need no tok2vec.
SPEED_UPDATES, ALONE = 300, ("senter",)
SPEED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "parser, nlp.pipe": ("parser", "inference", {"texts": "documents"}),
    "parser, one call for 20 words": ("parser", "single_calls", {"texts": "20 words"}),
    "parser, one call for 200 words": ("parser", "single_calls", {"texts": "200 words"}),
    "parser, training, 900-word batches": ("parser", "training", {"n_updates": 12}),
    "morphologizer, nlp.pipe": ("morphologizer", "inference", {"texts": "documents"}),
    "morphologizer, training, 900-word batches": ("morphologizer", "training", {"n_updates": 12}),
    "senter, nlp.pipe": ("senter", "inference", {"texts": "documents"}),
    "senter, training, 900-word batches": ("senter", "training", {"n_updates": 12}),
    "trainable_lemmatizer, nlp.pipe": ("trainable_lemmatizer", "inference", {"texts": "documents"}),
    "trainable_lemmatizer, training, 900-word batches": (
        "trainable_lemmatizer",
        "training",
        {"n_updates": 12},
    ),
}
# One long document: job of syntax_side.py, component, tokens.
LONG: dict[str, tuple[str, str, tuple[int, ...]]] = {
    f"{component}, {shown}": (job, component, sizes)
    for component in ("parser", "morphologizer", "trainable_lemmatizer", "senter")
    for job, shown, sizes in (
        ("predict", "prediction", (10_000, 100_000)),
        ("learn", "an update", (10_000, 100_000)),
        ("predict_chain", "prediction of a chain", (10_000, 20_000)),
        ("read_chain", "reading the tree of a chain", (10_000, 20_000)),
        ("learn_chain", "an update with a chain", (10_000, 20_000)),
    )
    if component == "parser" or "chain" not in job
}


def make_data(data: Path) -> None:
    """Corpora that both sides read: groups of ten sentences."""
    from kernel import blank
    from kernel.registries.family import registry
    from kernel.tokens import DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    read = registry.converters.get("kernel.auto.v1")()
    for part in ("train", "dev", "test"):
        made = WORK / f"{part}.spacy"
        if not made.exists():
            store = DocBin(store_user_data=True)
            for doc in read(data / "ewt" / f"{part}.conllu", blank("en"), n_sents=10):
                store.add(doc)
            store.to_disk(made)


def config(side: str) -> Path:
    """The config with the names of a side."""
    text = (HERE / "configs" / "syntax.cfg").read_text(encoding="utf-8")
    made = WORK / f"{side}.cfg"
    made.write_text(for_side(text, side), encoding="utf-8")
    return made


def settings(pipeline: Sequence[str], **more: Any) -> dict[str, Any]:
    """Those of a training run."""
    paths = {"paths.train": WORK / "train.spacy", "paths.dev": WORK / "dev.spacy"}
    return {**paths, "nlp.pipeline": json.dumps(pipeline), **more}


def result(side: str, seed: int) -> Path:
    """Where the scores of a run lie."""
    return WORK / f"scores-{side}-{seed}.json"


def measure_scores(sides: Sequence[str]) -> None:
    """Train what is missing."""
    for seed in range(SEEDS):
        for side in sides:
            if not result(side, seed).exists():
                say(f"{side}, seed {seed}")
                own = settings(PIPELINE, **{"system.seed": seed})
                scores(side, config(side), UPDATES, WORK / "test.spacy", result(side, seed), own)


def make_texts() -> dict[str, Path]:
    """Text files of the test part: `documents` of ten sentences, and single texts of so many words or some more."""
    from kernel import blank
    from kernel.tokens import DocBin

    made = {name: WORK / f"{name}.txt" for name in ("documents", "20 words", "200 words")}
    if all(path.exists() for path in made.values()):
        return made
    docs = list(DocBin().from_disk(WORK / "test.spacy").get_docs(blank("en").vocab))
    words = [" ".join(doc.text.split()).split() for doc in docs]
    made["documents"].write_text("\n\n".join(" ".join(each) for each in words), encoding="utf-8")
    everything = [word for each in words for word in each]
    for n_words, n_texts in ((20, 100), (200, 20)):
        texts = [
            " ".join(everything[start : start + n_words]) for start in range(0, n_words * n_texts, n_words)
        ]
        made[f"{n_words} words"].write_text("\n\n".join(texts), encoding="utf-8")
    return made


def model(side: str, component: str) -> str:
    """A small pipeline around a component, trained for some hundred updates."""
    output = WORK / "models" / f"{side}-{component}"
    if not (output / "model-last").exists():
        say(f"{side}: a {component}")
        pipeline = [component] if component in ALONE else ["tok2vec", component]
        train(side, config(side), SPEED_UPDATES, output, settings(pipeline))
    return str(output / "model-last")


def speed(rounds: int, word: str) -> None:
    """Time what is missing, of the rows whose name has a word."""
    texts = make_texts()
    for name, (component, job, own) in SPEED.items():
        if word not in name:
            continue
        shared = {**own, "task": component} if job != "training" else dict(own)
        if "texts" in own:
            shared["texts"] = str(texts[own["texts"]])
        else:
            shared["corpus"] = str(WORK / "train.spacy")
        models = {side: model(side, component) for side in PYTHONS}
        timed(WORK / f"speed-{name}", job, all_sides(shared, models), rounds)


def memory(word: str) -> None:
    """Measure what is missing of the rows whose name has a word, every figure in a process of its own."""
    for name, (job, component, sizes) in LONG.items():
        for size in sizes:
            result = WORK / f"long-{name}-{size}.json"
            if result.exists() or word not in name:
                continue
            say(f"{name}, {size:,} tokens")
            folder = model("kernel", component)
            side = [KERNEL_PYTHON, HERE / "syntax_side.py", "kernel"]
            said = run([*side, job, folder, WORK / "train.spacy", size])
            result.write_text(said.splitlines()[-1], encoding="utf-8")


def section() -> str:
    """What the page of benchmarks tells of it."""
    parts = [
        "By `python benchmarks/syntax.py --write`, with the settings that spaCy's `init config --optimize efficiency` recommends."
    ]
    if rows := score_rows({metric: metric for metric in METRICS}, result, SEEDS):
        parts.append(
            "Scores: tagger, morphologizer, parser and trainable_lemmatizer on shared token vectors, 2,000 updates on EWT in groups of ten\n"
            "sentences, the last model scored on the test part."
        )
        parts.append(table(SCORES_HEAD, rows))
    if rows := speed_rows({name: WORK / f"speed-{name}" for name in SPEED}):
        parts.append(
            "Speed: single components on token vectors of their own pipeline (the senter has its small network alone). Words per second of\n"
            "CPU time; what a component sets is read for every token inside the timed loop."
        )
        parts.append(table(SPEED_HEAD, rows))
    documents = {
        f"{name}, {size:,} tokens": WORK / f"long-{name}-{size}.json"
        for name, (_, _, sizes) in LONG.items()
        for size in sizes
    }
    if rows := long_rows(documents):
        parts.append(
            "One long document, here alone: CPU time and growth of the peak memory, by the token. A chain: every token hangs on the one before it."
        )
        parts.append(table(LONG_HEAD, rows))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="scores,speed,memory")
    parser.add_argument("--sides", default="kernel,spacy", help="whose scores are measured")
    parser.add_argument("--rows", default="", help="a word that the names of rows of speed and memory have")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with ewt/*.conllu")
    make_data(Path(os.environ["KERNEL_DATA"]))
    only, sides = arguments.only.split(","), arguments.sides.split(",")
    if "scores" in only:
        measure_scores(sides)
    if "speed" in only:
        speed(arguments.rounds, arguments.rows)
    if "memory" in only:
        memory(arguments.rows)
    text = section()
    print(text)
    if arguments.write:
        put_section("Syntax", text)


if __name__ == "__main__":
    main()
