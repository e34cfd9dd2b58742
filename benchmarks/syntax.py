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
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from page import put_section
from quality import interval
from sides import HERE, KERNEL_PYTHON, SIDES, SPACY_PYTHON, compare, environment

WORK = HERE / ".work" / "syntax"
PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
PIPELINE = ("tok2vec", "tagger", "morphologizer", "parser", "trainable_lemmatizer")
UPDATES, SEEDS = 2000, 3
METRICS = ("tag_acc", "morph_acc", "pos_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f")
PINNED = "Haswell"
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


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def run(command: Sequence[Any]) -> str:
    """Run a command; what it printed. What it said is shown if it fails."""
    done = subprocess.run(
        list(map(str, command)), check=False, capture_output=True, text=True, cwd=HERE, env=environment()
    )
    if done.returncode:
        shown = f"{done.stdout[-2000:]}{done.stderr[-4000:]}"
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{shown}")
    return done.stdout


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
    made.write_text(text if side == "kernel" else text.replace('"kernel.', '"spacy.'), encoding="utf-8")
    return made


def train(side: str, pipeline: Sequence[str], updates: int, output: Path, **settings: Any) -> str:
    """Train with a side's own command; what it printed."""
    command = [PYTHONS[side], "-m", side, "train", config(side), "--output", output]
    values = {
        "paths.train": WORK / "train.spacy",
        "paths.dev": WORK / "dev.spacy",
        "nlp.pipeline": json.dumps(pipeline),
        # spaCy counts updates from 0 and does one more than max_steps says.
        "training.max_steps": updates if side == "kernel" else updates - 1,
        **settings,
    }
    for key, value in values.items():
        command += [f"--{key}", value]
    return run(command)


def scores(sides: Sequence[str]) -> None:
    """Train what is missing."""
    for seed in range(SEEDS):
        for side in sides:
            result, output = WORK / f"scores-{side}-{seed}.json", WORK / f"{side}-model"
            if result.exists():
                continue
            say(f"{side}, seed {seed}")
            printed = train(side, PIPELINE, UPDATES, output, **{"system.seed": seed})
            result.with_suffix(".txt").write_text(printed, encoding="utf-8")
            made = output / "scores.json"
            test = WORK / "test.spacy"
            run([PYTHONS[side], "-m", side, "evaluate", output / "model-last", test, "--output", made])
            made.replace(result)
            shutil.rmtree(output)


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
        train(side, pipeline, SPEED_UPDATES, output)
    return str(output / "model-last")


def speed(rounds: int, word: str) -> None:
    """Time what is missing, of the rows whose name has a word."""
    texts = make_texts()
    for core_type, shown in ((None, "free"), (PINNED, "AVX2")):
        for name, (component, job, own) in SPEED.items():
            result = WORK / f"speed-{name}-{shown}.json"
            if result.exists() or word not in name:
                continue
            settings = {**own, "task": component} if job != "training" else dict(own)
            if "texts" in own:
                settings["texts"] = str(texts[own["texts"]])
            else:
                settings["corpus"] = str(WORK / "train.spacy")
            sides = {side: {**settings, "model": model(side.partition("-")[0], component)} for side in SIDES}
            say(f"{name} ({shown})")
            found = compare(job, sides, rounds=rounds, core_type=core_type)
            result.write_text(json.dumps(found), encoding="utf-8")
            say(str(found["ratio"]))


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


def score_rows() -> list[tuple[str, ...]]:
    """A row for every score: the mean of each side, that of every run, and the difference with its interval."""
    found: dict[str, list[dict[str, Any]]] = {side: [] for side in PYTHONS}
    for seed in range(SEEDS):
        results = {side: WORK / f"scores-{side}-{seed}.json" for side in PYTHONS}
        if all(path.exists() for path in results.values()):
            for side, path in results.items():
                found[side].append(json.loads(path.read_text(encoding="utf-8")))
    if len(found["kernel"]) < 2:
        return []
    rows = []
    for metric in METRICS:
        values = {side: [100 * each[metric] for each in runs] for side, runs in found.items()}
        difference, half = interval(values["kernel"], values["spacy"])
        shown = [f"{statistics.mean(v):.1f} ({', '.join(f'{x:.1f}' for x in v)})" for v in values.values()]
        rows.append((metric, *shown, f"{difference:+.1f} (±{half:.1f})"))
    return rows


def speed_rows() -> list[tuple[str, ...]]:
    rows = []
    for name in SPEED:
        for shown in ("AVX2", "free"):
            result = WORK / f"speed-{name}-{shown}.json"
            if result.exists():
                found = json.loads(result.read_text(encoding="utf-8"))
                low, high = found["range"]["spacy"]
                row = (
                    f"{name}, {shown}",
                    *(f"{found['speed'][side]:,.0f}" for side in PYTHONS),
                    f"{found['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})",
                    f"{found['ratio']['spacy-matmul']:.2f}",
                )
                rows.append(row)
    return rows


def memory_rows() -> list[tuple[str, ...]]:
    rows = []
    for name, (_, _, sizes) in LONG.items():
        for size in sizes:
            result = WORK / f"long-{name}-{size}.json"
            if result.exists():
                found = json.loads(result.read_text(encoding="utf-8"))
                row = f"{name}, {size:,} tokens", f"{found['microseconds']:.1f}", f"{found['kB']:.1f}"
                rows.append(row)
    return rows


def section() -> str:
    """What the page of benchmarks tells of it."""
    parts = [
        "By `python benchmarks/syntax.py --write`, with the settings that spaCy's `init config --optimize efficiency` recommends."
    ]
    if rows := score_rows():
        parts.append(
            "Scores: tagger, morphologizer, parser and trainable_lemmatizer on shared token vectors, 2,000 updates on EWT in groups of ten\n"
            "sentences, the last model scored on the test part."
        )
        head = ("metric", "kernel (a run each)", "spaCy (a run each)", "difference (95 % interval)")
        parts.append(table(head, rows))
    if rows := speed_rows():
        parts.append(
            "Speed: single components on token vectors of their own pipeline (the senter has its small network alone). Words per second of\n"
            "CPU time; what a component sets is read for every token inside the timed loop."
        )
        parts.append(table(("what", "kernel", "spaCy", "ratio", "ratio to spaCy with np.matmul"), rows))
    if rows := memory_rows():
        parts.append(
            "One long document, here alone: CPU time and growth of the peak memory, by the token. A chain: every token hangs on the one before it."
        )
        parts.append(table(("what", "µs a token", "kB a token"), rows))
    return "\n\n".join(parts)


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


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
        scores(sides)
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
