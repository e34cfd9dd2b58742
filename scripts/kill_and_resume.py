"""Kill a training at random moments, resume it, and compare every byte of what it leaves with an uninterrupted run.

`python scripts/kill_and_resume.py [--once 100] [--often 10]`: so many runs killed once, and so many killed ten times each; with
`--signal SIGTERM`, they are asked to end, and do so with an exit code of their own.
The pipeline is that of `configs/demo.cfg` (entities and topics from shared token vectors, averages), with an augmenter,
accumulation and two shards; every other run is streamed. Times, speeds and memory are left out of the comparison.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from kernel import Config

ROOT = Path(__file__).resolve().parents[1]
CODE = '''
import random

from kernel import registry
from kernel.training import Example


@registry.augmenters("kill.Shout.v1")
def shout(share: float):
    """Also a copy in capitals of some examples."""

    def augment(nlp, example):
        yield example
        if random.random() < share:
            annotated = example.to_dict()
            words = [word.upper() for word in annotated["token_annotation"]["ORTH"]]
            annotated["token_annotation"]["ORTH"] = words
            spaces = annotated["token_annotation"]["SPACY"]
            text = "".join(word + " " * bool(space) for word, space in zip(words, spaces))
            if len(text) == len(example.text):
                yield Example.from_dict(nlp.make_doc(text), annotated)

    return augment
'''
SETTINGS = """
[corpora.train]
limit = 150
[corpora.train.augmenter]
@augmenters = "kill.Shout.v1"
share = 0.3
[corpora.dev]
limit = 60
[components.textcat.model]
length = 4096
[training]
max_steps = 36
eval_frequency = 6
shards = 2
accumulate_gradient = 2
[training.checkpoint]
every_steps = 2
[training.callbacks.log]
@callbacks = "kernel.JsonlLog.v1"
path = "log.jsonl"
every_step = true
[training.callbacks.stop]
@callbacks = "kernel.EarlyStop.v1"
patience = 50
"""
_EVERY = 6
PHASES = ("initialising", "training", "evaluating", "saving")
_TIMES = ("seconds", "memory_mb", "speed")


def command(folder: Path, *, streamed: bool) -> list[str]:
    """A training in a folder whose output is `out` there, and whose log is beside it."""
    words = [
        sys.executable,
        "-m",
        "kernel",
        "train",
        "../config.cfg",
        "-o",
        "out",
        "--code",
        "../augmenter.py",
    ]
    return [*words, "--trace-hooks=trace.txt", "--training.max_epochs", "-1" if streamed else "0"]


def write_files(work: Path) -> None:
    """The config and the code of the runs."""
    config = Config.from_disk(ROOT / "configs" / "demo.cfg").merge(Config.from_str(SETTINGS))
    for part in ("train", "dev"):
        config["paths"][part] = str(ROOT / config["paths"][part])
    config.to_disk(work / "config.cfg")
    (work / "augmenter.py").write_text(CODE, encoding="utf8")


def run(
    words: list[str],
    folder: Path,
    kill: Callable[[], bool] = lambda: False,
    number: signal.Signals = signal.SIGKILL,
) -> tuple[int | None, str]:
    """Run a command until it ends, or until it is time to kill it, by signal: (exit code, its output); no code if it was killed.

    One that may end in order has the exit code for that, or the run was at its end.
    """
    with (folder / "output.txt").open("w+", encoding="utf8") as output:
        process = subprocess.Popen(words, cwd=folder, text=True, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None and not kill():
            time.sleep(0.002)
        killed = process.poll() is None
        if killed:
            process.send_signal(number)
        code = process.wait()
        output.seek(0)
        # Before the command line listens, the signal ends the process.
        return None if killed and code in (-number, 128 + number) else code, output.read()


def moment(chance: random.Random, folder: Path, seconds: float, lines: Sequence[str]) -> Callable[[], bool]:
    """A random moment at which to kill a run: any, or soon after a random call of a callback of a random phase.

    seconds, lines: how long a straight run takes, and the lines of its trace.
    """
    begun, late = time.monotonic(), chance.uniform(0, seconds)
    which = chance.choice([*PHASES, "any"])
    calls = [number for number, line in enumerate(lines) if phase_after(line) == which]
    if which in ("any", "initialising") or not calls:
        late = late if which == "any" else late / 3
        return lambda: time.monotonic() - begun >= late
    trace, wanted, wait = (
        folder / "trace.txt",
        chance.choice(calls),
        chance.choice([0.0, chance.uniform(0, 0.06)]),
    )
    seen: list[float] = []

    def is_time() -> bool:
        if not seen and trace.exists() and trace.read_bytes().count(b"\n") > wanted:
            seen.append(time.monotonic())
        return bool(seen) and time.monotonic() - seen[0] >= wait

    return is_time


def phase(folder: Path) -> str:
    """What a run was at when it was killed, by the last call of a callback that it wrote down."""
    trace = folder / "trace.txt"
    lines = trace.read_text(encoding="utf8").splitlines() if trace.exists() else []
    return phase_after(lines[-1]) if lines else "initialising"


def phase_after(line: str) -> str:
    """What a run is at after a line of its trace: seconds, "s", event, callback, place."""
    words = line.split()
    event = words[2] if len(words) > 2 else ""
    if event in ("", "config_ready", "pipeline_created", "pipeline_initialized"):
        return "initialising"
    if event in ("evaluate", "evaluated", "saved"):
        return "saving"
    found = re.search(r"at step (\d+)", line)
    is_due = found is not None and int(found[1]) % _EVERY == 0
    return "evaluating" if is_due and event == "step_end" else "training"


def outcome(folder: Path) -> dict[str, Any]:
    """Everything that a run left, but for times and for where it lies."""
    out = folder / "out"
    found: dict[str, Any] = {
        f"{name}/{path.relative_to(out / name)}": path.read_bytes()
        for name in ("model-last", "model-best")
        for path in sorted((out / name).rglob("*"))
        if path.is_file()
    }
    for path in sorted((out / "checkpoints").glob("step-*/arrays.npz")):
        found[f"{path.parent.name}/arrays"] = path.read_bytes()
        state = json.loads((path.parent / "state.json").read_text(encoding="utf8"))
        for part in ("history", "callbacks", "facts"):
            state.pop(part, None)
        found[f"{path.parent.name}/state"] = _timeless(state)
    for file in (out / "history.jsonl", folder / "log.jsonl"):
        rows = [json.loads(line) for line in file.read_text(encoding="utf8").splitlines()]
        found[file.name] = [_timeless(row) for row in rows]
        steps = [row["step"] for row in rows if "step" in row and "scores" not in row]
        found[f"steps of {file.name}"] = steps == list(range(1, len(steps) + 1)) or steps
    return found


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in _TIMES}
    if isinstance(value, list):
        return [
            _timeless(item)
            for item in value
            if not (isinstance(item, list) and item[:1] and item[0] in _TIMES)
        ]
    return value


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Names of what differs; empty if nothing does."""
    return [name for name in sorted({*found, *wanted}) if found.get(name, "") != wanted.get(name, "")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--once", type=int, default=100, help="runs that are killed once")
    parser.add_argument("--often", type=int, default=10, help="runs that are killed ten times")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--signal", choices=["SIGKILL", "SIGTERM", "SIGINT"], default="SIGKILL")
    arguments = parser.parse_args()
    number_of_signal = signal.Signals[arguments.signal]
    chance, failed = random.Random(arguments.seed), 0
    work = Path(mkdtemp(prefix="kill-"))
    write_files(work)
    straight, seconds, lines = {}, {}, {}
    for streamed in (False, True):
        folder = work / f"straight-{streamed}"
        folder.mkdir()
        begun = time.monotonic()
        code, output = run(command(folder, streamed=streamed), folder)
        seconds[streamed] = time.monotonic() - begun
        if code != 0:
            print(output)
            return 1
        straight[streamed] = outcome(folder)
        lines[streamed] = (folder / "trace.txt").read_text(encoding="utf8").splitlines()
    print(f"a straight run takes {seconds[False]:.1f} s, a streamed one {seconds[True]:.1f} s", flush=True)
    phases: Counter[str] = Counter()
    for number in range(arguments.once + arguments.often):
        streamed, kills = number % 2 == 1, 1 if number < arguments.once else 10
        folder = work / f"run-{number}"
        folder.mkdir()
        words, killed = command(folder, streamed=streamed), 0
        code, output = None, ""
        while code is None:
            (folder / "trace.txt").unlink(missing_ok=True)
            resume = ["--resume"] if killed else []
            kill = (
                moment(chance, folder, seconds[streamed], lines[streamed])
                if killed < kills
                else lambda: False
            )
            code, output = run([*words, *resume], folder, kill, number_of_signal)
            if code is None:
                killed += 1
                phases[phase(folder)] += 1
        wrong = [f"exit code {code}: {output}"] if code else differences(outcome(folder), straight[streamed])
        failed += bool(wrong)
        print(f"run {number}{', streamed' * streamed}, killed {killed} times: {wrong or 'equal'}", flush=True)
        if not wrong:
            shutil.rmtree(folder)
    print(f"{failed} of {arguments.once + arguments.often} differ; killed while {dict(phases)}; kept: {work}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
