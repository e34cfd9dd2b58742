"""How long the command line takes to start, with 100 plugin distributions installed.

    python benchmarks/cli_start.py

Compares `kernel --help` and `kernel plugins list` with `python -c "import click"`, all in new processes and in turn, so
that a busy machine slows all three. Bars: 2.5 and 4 times. Exit code 1 if one is missed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from kernel.testing import write_distribution

DISTRIBUTIONS = 100
RUNS = 25
BARS = {"kernel --help": 2.5, "kernel plugins list": 4.0}
KINDS = ("architectures", "callbacks", "factories", "readers", "scorers")


def install(folder: Path) -> None:
    """Write the distributions; each has five names and, as real ones do, a long description."""
    for number in range(DISTRIBUTIONS):
        name = f"acme-{number:03}"
        write_distribution(
            folder,
            name,
            "1.2.3",
            requires=["kernel-nlp>=0.1,<0.2", "numpy>=2", 'torch>=2; extra == "torch"'],
            entry_points={
                f"kernel_{kind}": {f"{name}.Thing.v1": f"acme_{number:03}.{kind}:make"} for kind in KINDS
            },
            modules={f"acme_{number:03}.__init__": "raise SystemExit('imported')\n"},
        )
        metadata = folder / f"{name.replace('-', '_')}-1.2.3.dist-info" / "METADATA"
        metadata.write_text(metadata.read_text() + "A line of the description.\n" * 200)


def seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    commands = {
        "import click": [sys.executable, "-c", "import click"],
        "kernel --help": [sys.executable, "-m", "kernel", "--help"],
        "kernel plugins list": [sys.executable, "-m", "kernel", "plugins", "list"],
    }
    with TemporaryDirectory() as folder:
        install(Path(folder))
        environment = {**os.environ, "PYTHONPATH": folder}
        for command in commands.values():
            seconds(command, environment)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(seconds(command, environment))
    base = statistics.median(times["import click"])
    missed = 0
    print(f"{DISTRIBUTIONS} distributions, median of {RUNS} runs")
    for name, found in times.items():
        median = statistics.median(found)
        bar = BARS.get(name)
        limit = f"  at most {bar}" if bar else ""
        print(f"{name:20} {median * 1000:6.0f} ms  {median / base:4.2f} times{limit}")
        missed += bar is not None and median / base > bar
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
