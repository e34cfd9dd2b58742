"""What the scripts that compare single components have in common: training with either side's command, timing, tables."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Any

from quality import interval
from sides import HERE, KERNEL_PYTHON, SIDES, SPACY_PYTHON, compare, environment

PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
PINNED = "Haswell"
# What OpenBLAS is told to be -> how it is called in tables.
CORE_TYPES = {None: "free", PINNED: "AVX2"}


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


def for_side(text: str, side: str) -> str:
    """A config with the names of a side."""
    return text if side == "kernel" else text.replace('"kernel.', '"spacy.')


def train(side: str, config: Path, updates: int, output: Path, settings: Mapping[str, Any]) -> str:
    """Train with a side's own command; what it printed."""
    command = [PYTHONS[side], "-m", side, "train", config, "--output", output]
    # spaCy counts updates from 0 and does one more than max_steps says.
    steps = updates if side == "kernel" else updates - 1
    for key, value in {**settings, "training.max_steps": steps}.items():
        command += [f"--{key}", value]
    return run(command)


def scores(
    side: str, config: Path, updates: int, test: Path, result: Path, settings: Mapping[str, Any]
) -> None:
    """Train, score the last model on the test corpus, and keep the scores in a file."""
    output = result.with_suffix("")
    printed = train(side, config, updates, output, settings)
    result.with_suffix(".txt").write_text(printed, encoding="utf-8")
    made = output / "scores.json"
    run([PYTHONS[side], "-m", side, "evaluate", output / "model-last", test, "--output", made])
    made.replace(result)
    shutil.rmtree(output)


def timed(
    result: Path,
    job: str,
    settings: Mapping[str, Mapping[str, Any]],
    rounds: int,
    cores: Container[str] = tuple(CORE_TYPES.values()),
) -> None:
    """Time a job of tasks.py on all sides and keep what is found. settings: those of each side. cores: which kinds of BLAS kernel."""
    for core_type, shown in CORE_TYPES.items():
        file = result.with_name(f"{result.name}-{shown}.json")
        if shown in cores and not file.exists():
            found = compare(job, settings, rounds=rounds, core_type=core_type)
            file.write_text(json.dumps(found), encoding="utf-8")
            say(f"{result.name} ({shown}): {found['ratio']}")


def speed_rows(results: Mapping[str, Path]) -> list[tuple[str, ...]]:
    """A row for every kept result. results: what is timed -> the file, as `timed` has it."""
    rows = []
    for name, result in results.items():
        for shown in CORE_TYPES.values():
            file = result.with_name(f"{result.name}-{shown}.json")
            if file.exists():
                found = json.loads(file.read_text(encoding="utf-8"))
                low, high = found["range"]["spacy"]
                row = (
                    f"{name}, {shown}",
                    *(f"{found['speed'][side]:,.0f}" for side in PYTHONS),
                    f"{found['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})",
                    f"{found['ratio']['spacy-matmul']:.2f}",
                )
                rows.append(row)
    return rows


SCORES_HEAD = ("metric", "kernel (a run each)", "spaCy (a run each)", "difference (95 % interval)")


def score_rows(
    metrics: Mapping[str, str], result: Callable[[str, int], Path], seeds: int
) -> list[tuple[str, ...]]:
    """A row for every score: the mean of each side, that of every run, and the difference with its interval.

    metrics: key in the file of scores -> name in the table. result: side, seed -> that file. Without two seeds that both sides have, no rows.
    """
    done = [seed for seed in range(seeds) if all(result(side, seed).exists() for side in PYTHONS)]
    if len(done) < 2:
        return []
    found = {
        side: [json.loads(result(side, seed).read_text(encoding="utf-8")) for seed in done]
        for side in PYTHONS
    }
    rows = []
    for metric, name in metrics.items():
        values = {side: [100 * each[metric] for each in runs] for side, runs in found.items()}
        difference, half = interval(values["kernel"], values["spacy"])
        shown = [f"{statistics.mean(v):.1f} ({', '.join(f'{x:.1f}' for x in v)})" for v in values.values()]
        rows.append((name, *shown, f"{difference:+.1f} (±{half:.1f})"))
    return rows


LONG_HEAD = ("what", "µs a token", "kB a token")


def long_rows(results: Mapping[str, Path]) -> list[tuple[str, ...]]:
    """A row for every long document that was measured. results: what was measured -> the file."""
    rows = []
    for name, result in results.items():
        if result.exists():
            found = json.loads(result.read_text(encoding="utf-8"))
            rows.append((name, f"{found['microseconds']:.1f}", f"{found['kB']:.1f}"))
    return rows


SPEED_HEAD = ("what", "kernel", "spaCy", "ratio", "ratio to spaCy with np.matmul")


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def all_sides(settings: Mapping[str, Any], models: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The settings of a job for each side. models: side -> the pipeline that it has trained itself."""
    return {side: {**settings, "model": models[side.partition("-")[0]]} for side in SIDES}
