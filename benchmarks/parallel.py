"""How much faster two threads or two processes go through `nlp.pipe` than one: `python benchmarks/parallel.py MODEL TEXTS`.

    python benchmarks/parallel.py benchmarks/.work/models/kernel-ner-wnut-train/model-last benchmarks/.work/long.txt

TEXTS: documents with blank lines between them. Threads share one pipeline, and each takes every second batch; processes are those of
`n_process=2`, whose start isn't timed. Time of the clock, the ways in turn, medians: it wants a machine with two cores that does nothing
else. The last column needs none: what two cores could reach with the CPU time that was spent, if nobody waited for anybody.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tasks import load_texts, read_everything

import kernel

BATCH = 64
BAR = 1.8


def cpu() -> float:
    """Seconds of this process and of those that it started and that have ended."""
    return sum(use.ru_utime + use.ru_stime for use in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def one(nlp: Any, task: str, texts: list[str]) -> int:
    return read_everything(task, nlp.pipe(texts, batch_size=BATCH))


def two_threads(nlp: Any, task: str, texts: list[str]) -> int:
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    halves = [[text for batch in batches[number::2] for text in batch] for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda half: one(nlp, task, half), halves))


def two_processes(nlp: Any, task: str, texts: list[str]) -> tuple[int, float]:
    """Words, and the seconds from the first document to the last."""
    begun: list[float] = []

    def marked() -> Iterator[Any]:
        for doc in nlp.pipe(texts, batch_size=BATCH, n_process=2):
            if not begun:
                begun.append(perf_counter())
            yield doc

    words = read_everything(task, marked())
    return words, perf_counter() - begun[0]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("texts")
    parser.add_argument("--task", default="ner", help="which annotations are read: see tasks.py")
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    nlp = kernel.load(Path(given.model))
    texts = load_texts(given.texts)
    texts *= max(1, round(given.words / one(nlp, given.task, texts)))
    words = one(nlp, given.task, texts)
    ways: dict[str, Callable[..., Any]] = {"one": one, "threads": two_threads, "processes": two_processes}
    times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for _ in range(given.rounds):
        for way, run in ways.items():
            spent, begin = cpu(), perf_counter()
            found = run(nlp, given.task, texts)
            wall = found[1] if way == "processes" else perf_counter() - begin
            times[way].append((wall, cpu() - spent))
    worst = 9.0
    print(
        "| way | words a second of the clock | ratio to one | with two cores and no waiting |\n|---|---|---|---|"
    )
    for way, found in times.items():
        wall, spent = (statistics.median(values) for values in zip(*found, strict=True))
        ratios = [alone[0] / own[0] for alone, own in zip(times["one"], found, strict=True)]
        bound = statistics.median(
            2 * alone[1] / own[1] for alone, own in zip(times["one"], found, strict=True)
        )
        shown = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        reached = "" if way == "one" else f"{bound:.2f}"
        print(f"| {way} | {words / wall:,.0f} | {shown} | {reached} |")
        worst = min(worst, statistics.median(ratios)) if way != "one" else worst
    return int(worst < BAR)


if __name__ == "__main__":
    sys.exit(main())
