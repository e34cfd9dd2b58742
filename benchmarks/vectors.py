"""Word vectors side by side with spaCy: loading, pages that processes share, prediction with static vectors.

    python benchmarks/vectors.py [--rows 200000] [--width 300] [--rounds 5] [--write]

The table is drawn at random; its first keys are words of the texts (`ewt/` in the folder that KERNEL_DATA names, or else the
sample corpus), the others are made up. Both sides have the same table, the same texts and models of the same shape, with
weights as they are before training. --write replaces the section of docs/benchmarks.md. Written for a machine with /proc; spaCy is taken from benchmarks/.venv.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from page import put_section
from sides import HERE, SIDES, compare, environment

PLAIN = ("kernel", "spacy")


def texts_of_the_data() -> list[str]:
    """Documents of about 150 words, 30,000 words in all where there are so many."""
    data = os.environ.get("KERNEL_DATA")
    if data:
        lines = (Path(data) / "ewt/train.conllu").read_text(encoding="utf8").splitlines()
        sentences = [line.removeprefix("# text = ") for line in lines if line.startswith("# text = ")]
    else:
        lines = (HERE.parent / "configs/sample/train.jsonl").read_text(encoding="utf8").splitlines()
        sentences = [json.loads(line)["text"] for line in lines]
    return [" ".join(sentences[start : start + 9]) for start in range(0, min(len(sentences), 1800), 9)]


def side(name: str, *arguments: str | Path) -> dict[str, Any]:
    command = [SIDES[name], str(HERE / "vectors_side.py"), name, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def make(folder: Path, rows: int, width: int) -> None:
    """The table, its keys, the texts, and pipelines of both sides."""
    from kernel import blank

    texts = texts_of_the_data()
    (folder / "texts.txt").write_text("\n\n".join(texts), encoding="utf8")
    seen = (token.text for doc in blank("en").tokenizer.pipe(texts) for token in doc if not token.is_space)
    words = [*dict.fromkeys(seen), *(f"word{number}" for number in range(rows))][:rows]
    (folder / "words.json").write_text(json.dumps(words), encoding="utf8")
    np.save(folder / "table.npy", np.random.default_rng(0).normal(size=(rows, width)).astype(np.float32))
    for name in PLAIN:
        side(name, "build", folder / "words.json", folder / "table.npy", folder / name)


def loading(folder: Path, rounds: int) -> Iterator[str]:
    """A row of a table."""
    seconds: dict[str, list[float]] = {name: [] for name in PLAIN}
    for _ in range(rounds):
        for name in PLAIN:
            seconds[name].append(side(name, "load", folder / name / "blank")["cpu"])
    ratios = [theirs / ours for ours, theirs in zip(*seconds.values(), strict=True)]
    ours, theirs = (statistics.median(each) for each in seconds.values())
    yield f"| Load a pipeline with the table, CPU | {ours:.2f} s | {theirs:.2f} s | {shown(ratios)} | |"


def shown(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def pages(folder: Path) -> Iterator[str]:
    """Memory of two processes that have read the whole table: what each has resident, and both together."""
    found = {}
    for name in PLAIN:
        command = [SIDES[name], str(HERE / "vectors_side.py"), name, "hold", str(folder / name / "blank")]
        running = [
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
            )
            for _ in range(2)
        ]
        for process in running:
            assert process.stdout
            process.stdout.readline()
        found[name] = [memory(process.pid) for process in running]
        for process in running:
            process.communicate()
    for what, key, join in (("each", "Rss", max), ("both together, shared pages once", "Pss", sum)):
        ours, theirs = (join(facts[key] for facts in found[name]) for name in PLAIN)
        yield f"| Two processes that have read the table, {what} | {ours:.0f} MB | {theirs:.0f} MB | {ours / theirs:.2f} | |"


def memory(pid: int) -> dict[str, float]:
    """Name -> megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}


def prediction(folder: Path, rounds: int) -> Iterator[str]:
    """A row for each component."""
    for task in ("tagger", "ner"):
        settings = {
            name: {
                "task": task,
                "model": str(folder / name.partition("-")[0] / task),
                "texts": str(folder / "texts.txt"),
            }
            for name in SIDES
        }
        found = compare("inference", settings, rounds=rounds)
        ours, theirs = found["speed"]["kernel"], found["speed"]["spacy"]
        low, high = found["range"]["spacy"]
        ratio = f"{found['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})"
        other = f"{found['ratio']['spacy-matmul']:.2f}"
        yield f"| {task} with static vectors, nlp.pipe, words per second | {ours:,.0f} | {theirs:,.0f} | {ratio} | {other} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--width", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="keep what is made here, and take it from here")
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        if not (folder / "spacy").exists():
            folder.mkdir(parents=True, exist_ok=True)
            make(folder, arguments.rows, arguments.width)
        lines = [
            "| what | kernel | spaCy | ratio | ratio to spaCy with np.matmul |",
            "| --- | --- | --- | --- | --- |",
        ]
        print("\n".join(lines))
        for part in (loading(folder, arguments.rounds), pages(folder), prediction(folder, arguments.rounds)):
            for line in part:
                print(line, flush=True)
                lines.append(line)
    if arguments.write:
        size = f"{arguments.rows:,} rows of {arguments.width} numbers"
        about = f"A table of {size}, by `python benchmarks/vectors.py --write`."
        put_section("Word vectors", "\n".join([about, "", *lines]))


if __name__ == "__main__":
    main()
