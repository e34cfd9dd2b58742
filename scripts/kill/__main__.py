"""Kill commands at random moments, look at what they leave, run them again, and compare every byte with an uninterrupted run.

`python scripts/kill train|pretrain|vectors [--once 20] [--often 2]`: so many runs killed once, and so many killed ten times
each; with `--signal SIGTERM`, they are asked to end, and do so with an exit code of their own. After each kill, whatever is
there must load or be refused. `train` and `pretrain` go on with `--resume`, `init vectors` begins anew. Times, speeds and
memory are left out of the comparison.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import pretrain
import train
import vectors
from process import early, moment, run
from subject import Subject, differences

SUBJECTS = {"train": train.SUBJECT, "pretrain": pretrain.SUBJECT, "vectors": vectors.SUBJECT}


class Straight:
    """A run that nobody kills: how long it takes, until when it only starts, what it was at, and what it leaves."""

    def __init__(self, subject: Subject, work: Path, variant: str) -> None:
        folder = work / f"straight {variant}"
        folder.mkdir()
        subject.begin(folder, variant)
        self.phases: list[str] = []
        begun = self._work_began = time.monotonic()

        def watch() -> bool:
            phase = subject.phase(folder)
            if not self.phases or phase != self.phases[-1]:
                if len(self.phases) == 1:
                    self._work_began = time.monotonic()
                self.phases.append(phase)
            return False

        code, said = run(subject.words(variant), folder, watch)
        if code != 0:
            raise RuntimeError(said)
        self.seconds = time.monotonic() - begun
        self.beginning = self._work_began - begun
        self.outcome = subject.outcome(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=sorted(SUBJECTS), help="which command")
    parser.add_argument("--once", type=int, default=20, help="runs that are killed once")
    parser.add_argument("--often", type=int, default=2, help="runs that are killed ten times")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--signal", choices=["SIGKILL", "SIGTERM", "SIGINT"], default="SIGKILL")
    parser.add_argument("--variant", help="only one of the kinds of run")
    arguments = parser.parse_args()
    subject = SUBJECTS[arguments.what]
    variants = [arguments.variant] if arguments.variant else list(subject.variants)
    work = Path(mkdtemp(prefix="kill-"))
    subject.write(work)
    straight = {variant: Straight(subject, work, variant) for variant in variants}
    for variant, one in straight.items():
        print(f"straight, {variant}: {one.seconds:.1f} s, of which {one.beginning:.1f} to start", flush=True)
    chance, failed = random.Random(arguments.seed), 0
    killed_while: Counter[str] = Counter()
    for number in range(arguments.once + arguments.often):
        variant, kills = variants[number % len(variants)], 1 if number < arguments.once else 10
        folder = work / f"run-{number}"
        wrong, whiles = _killed(
            subject,
            straight[variant],
            folder,
            variant,
            kills,
            chance,
            signal.Signals[arguments.signal],
        )
        killed_while.update(whiles)
        failed += bool(wrong)
        print(f"run {number}, {variant}, killed while {', '.join(whiles)}: {wrong or 'equal'}", flush=True)
        if not wrong:
            shutil.rmtree(folder)
    total = arguments.once + arguments.often
    print(f"{failed} of {total} wrong; {killed_while.total()} kills: {dict(killed_while)}", flush=True)
    if failed:
        print(f"kept: {work}")
    else:
        shutil.rmtree(work)
    return int(failed > 0)


def _killed(
    subject: Subject,
    straight: Straight,
    folder: Path,
    variant: str,
    kills: int,
    chance: random.Random,
    number: signal.Signals,
) -> tuple[list[str], list[str]]:
    """Run a command, killed so many times, to its end: (what is wrong, what it was at when it was killed)."""
    words = subject.words(variant)
    whiles: list[str] = []
    wrong: list[str] = []
    while True:
        if not whiles:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            subject.begin(folder, variant)
        (folder / "trace.txt").unlink(missing_ok=True)
        if len(whiles) == kills:
            kill: Callable[[], bool] = lambda: False
        elif kills > 1:
            kill = early(chance, straight.seconds, straight.beginning)
        else:
            kill = moment(
                chance,
                straight.seconds,
                straight.beginning,
                straight.phases,
                lambda: subject.phase(folder),
            )
        code, said = run([*words, *(subject.again if whiles else ())], folder, kill, number)
        if code is None:
            whiles.append(subject.phase(folder))
            wrong += [
                f"killed while {whiles[-1]}: {one}"
                for one in subject.check(folder, variant, straight.outcome)
            ]
        elif code != 0:
            return [*wrong, f"exit code {code}: {said}"], whiles
        elif len(whiles) == kills:
            return [*wrong, *differences(subject.outcome(folder), straight.outcome)], whiles
        else:
            # The moment did not come before the run ended.
            whiles = []


if __name__ == "__main__":
    sys.exit(main())
