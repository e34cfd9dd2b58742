"""Is this checkout faster than another one? One job of tasks.py in two processes that take turns, or a whole command.

    git worktree add ../before HEAD~1
    python benchmarks/paired.py ../before single_calls --set task=ner --set model=MODEL --set texts=FILE
    python benchmarks/paired.py ../before --command "train config.cfg --paths.train train.spacy"

Both sides run in this environment with the benchmark code of this checkout; only the packages of kernel come from the two checkouts,
which must have the same entry points. CPU time, one BLAS thread. In each round both sides run once, and which begins alternates, so
that what else the machine does meets both. Printed are the medians, and the mean of the rounds' ratios with its 95 % interval: a change
counts if that is 5 % or more, and the interval without 1.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import shlex
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from sides import HERE, KERNEL_PYTHON, Worker, environment

ROOT = HERE.parent
# Two-sided 95 % quantiles of Student's distribution by degrees of freedom; beyond, that of the normal one is close enough.
T = (
    12.7,
    4.30,
    3.18,
    2.78,
    2.57,
    2.45,
    2.36,
    2.31,
    2.26,
    2.23,
    2.20,
    2.18,
    2.16,
    2.14,
    2.13,
    2.12,
    2.11,
    2.10,
    2.09,
)


def packages(checkout: Path) -> str:
    """What PYTHONPATH has to be for the packages of a checkout to be imported."""
    folders = [checkout, *sorted(checkout.glob("plugins/*/src")), checkout / "plugins-transformers" / "src"]
    return os.pathsep.join(str(folder.resolve()) for folder in folders)


def worker(checkout: Path, task: str, settings: Mapping[str, Any], core_type: str | None) -> Worker:
    return Worker("kernel", task, settings, core_type, more={"PYTHONPATH": packages(checkout)})


def run_seconds(one: Worker) -> float:
    """CPU seconds of one run of a worker's task."""
    return one.ask({"run": True})["cpu"]


def command_seconds(checkout: Path, command: Sequence[str], core_type: str | None) -> float:
    """CPU seconds of `kernel` with some arguments; {output} among them is a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [each.replace("{output}", folder) for each in command]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [KERNEL_PYTHON, "-m", "kernel", *arguments],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={**environment(core_type), "PYTHONPATH": packages(checkout)},
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def alternate(sides: Mapping[str, Callable[[], float]], rounds: int, warm_up: int) -> dict[str, list[float]]:
    """The seconds that each side took in each round."""
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(warm_up + rounds):
        order = list(sides) if number % 2 else list(sides)[::-1]
        for side in order:
            took = sides[side]()
            if number >= warm_up:
                seconds[side].append(took)
    return seconds


def interval(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Geometric mean of ratios, and its 95 % interval."""
    logs = [math.log(ratio) for ratio in ratios]
    mean, n = statistics.fmean(logs), len(logs)
    spread = (T[n - 2] if n - 2 < len(T) else 2.0) * statistics.stdev(logs) / math.sqrt(n)
    return math.exp(mean), math.exp(mean - spread), math.exp(mean + spread)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path, help="a checkout of the code to compare with")
    parser.add_argument("task", nargs="?", help="a name in tasks.py")
    parser.add_argument("--after", type=Path, default=ROOT, help="by default this checkout")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the task"
    )
    parser.add_argument("--command", help="arguments of `kernel`, in the place of a task")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--warm-up", type=int, default=1)
    parser.add_argument("--core-type", help="what OpenBLAS is told to be")
    args = parser.parse_args()
    if (args.task is None) == (args.command is None) or args.rounds < 2:
        parser.error("give a task or --command, and two rounds or more")
    checkouts = {"before": args.before, "after": args.after}
    settings = {
        key: int(value) if value.isdigit() else value
        for key, value in (each.split("=", 1) for each in args.set)
    }
    with ExitStack() as stack:
        sides: dict[str, Callable[[], float]] = {}
        for side, checkout in checkouts.items():
            if args.command is not None:
                sides[side] = partial(command_seconds, checkout, shlex.split(args.command), args.core_type)
                continue
            one = worker(checkout, args.task, settings, args.core_type)
            stack.callback(one.close)
            sides[side] = partial(run_seconds, one)
        seconds = alternate(sides, args.rounds, args.warm_up)
    before, after = (statistics.median(seconds[side]) for side in checkouts)
    mean, low, high = interval([b / a for b, a in zip(seconds["before"], seconds["after"], strict=True)])
    print(f"before {before:.4f} s, after {after:.4f} s (medians of {args.rounds}); ", end="")
    print(f"before / after {mean:.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
