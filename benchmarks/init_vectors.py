"""`kernel init vectors` against spaCy's command of that name, whole processes in turn: CPU time and the most memory.

    python benchmarks/init_vectors.py [--rows 200000] [--width 300] [--rounds 3] [--spacy PYTHON]

The file is made here, in the text format of word2vec. Bars: not slower, and at most 0.6 of the memory. Exit code 1 if one is
missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sides import KERNEL_PYTHON, SPACY_PYTHON, environment

SLOWEST, MOST_MEMORY = 1.0, 0.6


def write_file(path: Path, rows: int, width: int) -> None:
    """Random vectors with four decimals."""
    random = np.random.default_rng(1)
    with path.open("wb") as file:
        file.write(f"{rows} {width}\n".encode())
        for row in range(rows):
            numbers = " ".join([f"{number:.4f}" for number in random.normal(scale=0.3, size=width).tolist()])
            file.write(f"word{row} {numbers}\n".encode())


def measure(command: list[str]) -> tuple[float, float, float]:
    """CPU seconds, seconds, and the most memory in MB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} failed:\n{errors[-2000:]}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--width", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spacy", default=SPACY_PYTHON, help="Python of an environment with spaCy")
    options = parser.parse_args()
    sides = {"kernel": [KERNEL_PYTHON, "-m", "kernel"], "spacy": [options.spacy, "-m", "spacy"]}
    found: dict[str, list[tuple[float, float, float]]] = {side: [] for side in sides}
    with TemporaryDirectory() as folder:
        file = Path(folder, "random.vec")
        write_file(file, options.rows, options.width)
        for number in range(options.rounds):
            for side, command in sides.items():
                output = Path(folder, f"{side}-{number}")
                found[side].append(measure([*command, "init", "vectors", "en", str(file), str(output)]))
    for side, rounds in found.items():
        cpu, wall, memory = map(statistics.median, zip(*rounds, strict=True))
        print(f"{side:8} {cpu:6.1f} s of CPU  {wall:6.1f} s  {memory:6.0f} MB")
    pairs = list(zip(found["kernel"], found["spacy"], strict=True))
    times = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    memory = statistics.median(ours[2] / theirs[2] for ours, theirs in pairs)
    print(f"ratio    {times:6.2f} (at most {SLOWEST})  memory {memory:.2f} (at most {MOST_MEMORY})")
    return int(times > SLOWEST or memory > MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
