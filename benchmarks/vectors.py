"""Word vectors side by side with spaCy: loading, pages that processes share, prediction with static vectors.

    python benchmarks/vectors.py [--rows 200000] [--width 300] [--rounds 5]

The table is drawn at random; its first keys are words of the texts (`ewt/` in the folder that KERNEL_DATA names, or else the
sample corpus), the others are made up. Both sides have the same table, the same texts and models of the same shape, with
weights as they are before training. Written for a machine with /proc; spaCy is taken from benchmarks/.venv.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
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


def loading(folder: Path, rounds: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in PLAIN}
    for _ in range(rounds):
        for name in PLAIN:
            seconds[name].append(side(name, "load", folder / name / "blank")["cpu"])
    ratios = [theirs / ours for ours, theirs in zip(*seconds.values(), strict=True)]
    ours, theirs = (statistics.median(each) for each in seconds.values())
    print(f"| Load a pipeline with the table, CPU | {ours:.2f} s | {theirs:.2f} s | {shown(ratios)} |")


def shown(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def pages(folder: Path) -> None:
    """Memory of two processes that have read the whole table, as they share it."""
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
        found = [memory(process.pid) for process in running]
        for process in running:
            process.communicate()
        alone = ", ".join(
            f"{facts['Rss']:.0f} MB resident, {facts['Pss']:.0f} MB its share" for facts in found
        )
        print(f"| Two processes that have read the table, {name} | {alone} | | |")


def memory(pid: int) -> dict[str, float]:
    """Name -> megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}


def prediction(folder: Path, rounds: int) -> None:
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
        ratios = [
            f"{found['ratio'][name]:.2f} ({found['range'][name][0]:.2f} to {found['range'][name][1]:.2f})"
            for name in SIDES
            if name != "kernel"
        ]
        print(
            f"| {task} with static vectors, nlp.pipe, words per second | {ours:,.0f} | {theirs:,.0f} | {' | '.join(ratios)} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--width", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="keep what is made here, and take it from here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        if not (folder / "spacy").exists():
            folder.mkdir(parents=True, exist_ok=True)
            make(folder, arguments.rows, arguments.width)
        print("| what | kernel | spaCy | ratio | ratio to spaCy with np.matmul |")
        print("| --- | --- | --- | --- | --- |")
        loading(folder, arguments.rounds)
        pages(folder)
        prediction(folder, arguments.rounds)


if __name__ == "__main__":
    main()
