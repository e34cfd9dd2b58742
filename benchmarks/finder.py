"""The span finder side by side with spaCy: scores of whole training runs, and speed.

    KERNEL_DATA=path/to/data python benchmarks/finder.py [--only scores,speed] [--sides kernel,spacy] [--write]

Data: `wnut17/*.conll` (WNUT 2017), whose entities are the spans that are to be found. spaCy is taken from benchmarks/.venv.
scores: 3,000 updates with the same files and settings, a run a seed; the last model is scored on the test part. speed: prediction and whole
updates, each side with a model that it has trained itself for some hundred updates; words per second of CPU time.
Results are kept in `.work/finder`, so that an interrupted run goes on. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compared import (
    PYTHONS,
    SCORES_HEAD,
    SPEED_HEAD,
    all_sides,
    for_side,
    say,
    score_rows,
    scores,
    speed_rows,
    table,
    timed,
    train,
)
from page import put_section
from sides import HERE

WORK = HERE / ".work" / "finder"
UPDATES, SEEDS, SPEED_UPDATES = 3000, 3, 300
METRICS = ("spans_sc_p", "spans_sc_r", "spans_sc_f")
JOBS: dict[str, dict[str, Any]] = {"inference": {"task": "span_finder"}, "training": {"n_updates": 25}}
INTRODUCTION = """By `python benchmarks/finder.py --write`: the entities of WNUT 2017 as spans without labels, token vectors as `init config`
recommends them. 3,000 updates; the last model scored on the test part."""


def make_data(data: Path) -> dict[str, Path]:
    """Corpora that both sides read, a document a text, and the texts of one."""
    from kernel import blank
    from kernel.registries.family import registry
    from kernel.tokens import DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    made = {part: WORK / f"{part}.spacy" for part in ("train", "dev", "test")} | {"texts": WORK / "texts.txt"}
    if made["texts"].exists():
        return made
    nlp, read = blank("en"), registry.converters.get("kernel.auto.v1")()
    for part in ("train", "dev", "test"):
        store = DocBin(store_user_data=True)
        docs = list(read(data / "wnut17" / f"{part}.conll", nlp, n_sents=1))
        for doc in docs:
            doc.spans["sc"] = list(doc.ents)
            store.add(doc)
        store.to_disk(made[part])
    made["texts"].write_text("\n\n".join(" ".join(doc.text.split()) for doc in docs), encoding="utf-8")
    return made


def config(side: str) -> Path:
    """The config with the names of a side."""
    text = (HERE / "configs" / "finder.cfg").read_text(encoding="utf-8")
    made = WORK / f"{side}.cfg"
    made.write_text(for_side(text, side), encoding="utf-8")
    return made


def result(side: str, seed: int) -> Path:
    """Where the scores of a run lie."""
    return WORK / f"scores-{side}-{seed}.json"


def model(side: str, corpora: dict[str, Any]) -> str:
    output = WORK / "models" / side
    if not (output / "model-last").exists():
        say(f"{side}: a span finder")
        train(side, config(side), SPEED_UPDATES, output, corpora)
    return str(output / "model-last")


def section() -> str:
    parts = [INTRODUCTION]
    if rows := score_rows({metric: metric for metric in METRICS}, result, SEEDS):
        parts.append(table(SCORES_HEAD, rows))
    if rows := speed_rows({f"span_finder, {job}": WORK / f"speed-{job}" for job in JOBS}):
        parts.append("Words per second of CPU time:")
        parts.append(table(SPEED_HEAD, rows))
    return "\n\n".join(parts)


def measure(only: Sequence[str], sides: Sequence[str], rounds: int, data: dict[str, Path]) -> None:
    """Measure what is missing."""
    corpora: dict[str, Any] = {"paths.train": data["train"], "paths.dev": data["dev"]}
    for seed in range(SEEDS) if "scores" in only else ():
        for side in sides:
            if not result(side, seed).exists():
                say(f"{side}, seed {seed}")
                own = {**corpora, "system.seed": seed}
                scores(side, config(side), UPDATES, data["test"], result(side, seed), own)
    for job, own in JOBS.items() if "speed" in only else ():
        settings = (
            {**own, "texts": str(data["texts"])}
            if job == "inference"
            else {**own, "corpus": str(data["train"])}
        )
        models = {side: model(side, corpora) for side in PYTHONS}
        timed(WORK / f"speed-{job}", job, all_sides(settings, models), rounds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="scores,speed")
    parser.add_argument("--sides", default="kernel,spacy", help="whose scores are measured")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with wnut17/*.conll")
    data = make_data(Path(os.environ["KERNEL_DATA"]))
    measure(arguments.only.split(","), arguments.sides.split(","), arguments.rounds, data)
    text = section()
    print(text)
    if arguments.write:
        put_section("Finding spans", text)


if __name__ == "__main__":
    main()
