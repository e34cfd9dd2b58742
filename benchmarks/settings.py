"""How much a pipeline learns in a given CPU time, with other settings than those that `init config` recommends.

    python benchmarks/settings.py --measure         seconds a step of every run to come, on a quiet machine
    python benchmarks/settings.py                   every candidate, on two folds of the training parts
    python benchmarks/settings.py --spacy           what spaCy recommends, the same
    python benchmarks/settings.py --final 3,7       these two and `now`, five seeds, one look at the held-out parts
    python benchmarks/settings.py --show            the tables and curves of what is there

A run has a fixed number of steps: as many as fit into the CPU time, by the seconds that were measured. So it gives the same again,
and what else the machine does changes nothing. Every result is kept in benchmarks/.work/settings/results.jsonl, and no run is done
twice: interrupt it, and start it again. The time of evaluations doesn't count, on either side.

Data as for `run.py`: KERNEL_DATA. The candidates stand in settings_candidates.py.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from compared import say
from quality import interval
from run import WORK, corpora, spacy_environment
from settings_candidates import CANDIDATES
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, environment

FOLDER = WORK / "settings"
PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
# A step of the smallest and of the largest batches is timed in so many steps, the first of which fill caches.
TIMED, WARM = 24, 8
POINTS = 12
SEEDS = 5
# How far runs stand back for what else the machine does.
_nice = 10


@dataclass(frozen=True)
class Task:
    """Corpora by their names in `run.corpora`. scores: those whose mean is compared."""

    pipeline: str
    train: str
    held: str
    scores: tuple[str, ...]


TASKS = {
    "fashion": Task("ner", "fashion-train", "fashion-test", ("ents_f",)),
    "wnut": Task("ner", "wnut-train", "wnut-test", ("ents_f",)),
    "ewt": Task("tagger,parser", "ewt-train", "ewt-test", ("tag_acc", "dep_las")),
    "issues": Task("textcat", "issues-train", "issues-test", ("cats_score",)),
    "cooking": Task("textcat_multilabel", "cooking-train", "cooking-test", ("cats_score",)),
}
# Those that candidates are chosen by. The final looks at all.
CHOOSING = ("fashion", "wnut", "ewt", "issues")


@dataclass(frozen=True)
class Job:
    """A run. part: the fold that is scored, or "held": trained on the other folds, or on the whole training part."""

    side: str
    optimize: str
    task: str
    candidate: str
    part: str
    seed: int
    seconds: float


def key(job: Job) -> str:
    return json.dumps(list(asdict(job).values()))


@cache
def fold_files(name: str) -> list[Path]:
    """Every second document of a corpus, and the others."""
    from kernel import blank
    from kernel.tokens import DocBin

    files = [FOLDER / f"{name}-fold{number}.spacy" for number in range(2)]
    if not all(file.exists() for file in files):
        docs = list(DocBin().from_disk(corpora()[name]).get_docs(blank("en").vocab))
        for number, file in enumerate(files):
            DocBin(docs=docs[number::2], store_user_data=True).to_disk(file)
    return files


def files_of(job: Job) -> tuple[Path, Path]:
    """Training corpus, and the one that is scored."""
    task = TASKS[job.task]
    if job.part == "held":
        return corpora()[task.train], corpora()[task.held]
    scored = int(job.part.removeprefix("fold"))
    files = fold_files(task.train)
    return files[1 - scored], files[scored]


def config_file(side: str, optimize: str, task: str, candidate: str) -> Path:
    """The recommended config of a side with the changes of a candidate: without word vectors, and without what only costs time."""
    from kernel import Config

    base = FOLDER / "configs" / f"{side}-{optimize}-{task}.cfg"
    if not base.exists():
        base.parent.mkdir(parents=True, exist_ok=True)
        command = [PYTHONS[side], "-m", side, "init", "config", base, "--pipeline", TASKS[task].pipeline]
        call([*command, "--optimize", optimize, "--force"])
    owner = "kernel" if side == "kernel" else "spacy"
    config = Config().from_disk(base, interpolate=False)
    changes = CANDIDATES[optimize][candidate][0]
    if "tok2vec" not in config["components"]:
        # Its network is not that of token vectors.
        changes = changes.partition("[components.tok2vec")[0]
    config = config.merge(Config().from_str(changes, interpolate=False))
    for block in config["components"].values():
        embed = block.get("model", {}).get("embed", {})
        if "include_static_vectors" in embed:
            embed["include_static_vectors"] = False
    config["paths"]["vectors"] = None
    config["training"]["patience"] = 0
    config["training"]["logger"] = {
        "@loggers": f"{owner}.ConsoleLogger.v3",
        "console_output": False,
        "output_file": None,
    }
    if side == "kernel":
        config["training"]["checkpoint"] = {"every_minutes": 0, "at_evaluation": False}
    made = base.with_name(f"{base.stem}-{number_of(optimize, candidate)}.cfg")
    config.to_disk(made)
    return made


def number_of(optimize: str, candidate: str) -> int:
    return list(CANDIDATES[optimize]).index(candidate)


def call(command: Iterable[Any]) -> None:
    done = subprocess.run(
        ["nice", "-n", str(_nice), *map(str, command)],
        check=False,
        capture_output=True,
        text=True,
        cwd=HERE,
        env=environment(),
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def train(job: Job, steps: int, output: Path, settings: Mapping[str, Any]) -> None:
    """One run of a side's own command, which evaluates `POINTS` times."""
    learnt, scored = files_of(job)
    config = config_file(job.side, job.optimize, job.task, job.candidate)
    values = {
        "paths.train": learnt,
        "paths.dev": scored,
        # spaCy counts updates from 0 and does one more than max_steps says.
        "training.max_steps": steps if job.side == "kernel" else steps - 1,
        "training.eval_frequency": max(1, steps // POINTS),
        "system.seed": job.seed,
        **settings,
    }
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    command = [PYTHONS[job.side], "-m", job.side, "train", config, "--output", output]
    call([*command, *(f"--{name}={value}" for name, value in values.items())])


def sizes(optimize: str, task: str, candidate: str, side: str) -> Callable[[int], float]:
    """Words of the batch of a step, as the schedule of the config has them."""
    from kernel import Config
    from kernel.config import resolve
    from kernel.numeric.schedules import by_step

    config = Config().from_disk(config_file(side, optimize, task, candidate))
    size = config["training"]["batcher"]["size"]
    return by_step(resolve({"size": size})["size"])


def step_seconds(job: Job, size: float) -> float:
    """CPU seconds of a step with batches of so many words, the median."""
    output = FOLDER / "timed"
    name, times = "training.before_update", FOLDER / "times.txt"
    code = HERE / "settings_clock.py"
    times.unlink(missing_ok=True)
    settings = {
        "code": code,
        name: json.dumps({"@callbacks": "settings.Clock.v1", "path": str(times)}),
        "training.batcher.size": int(size),
        "training.eval_frequency": 10 * TIMED,
    }
    train(job, TIMED, output, settings)
    noted = [float(line) for line in times.read_text(encoding="utf-8").split()]
    shutil.rmtree(output)
    return statistics.median(late - early for early, late in pairwise(noted[WARM:]))


def measured(job: Job) -> tuple[float, float]:
    """Seconds of a step with the smallest and with the largest batches of a candidate; kept."""
    kept = FOLDER / "seconds.json"
    found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    name = json.dumps([job.side, job.optimize, job.task, job.candidate])
    if name not in found:
        words = sizes(job.optimize, job.task, job.candidate, job.side)
        found[name] = [step_seconds(job, size) for size in dict.fromkeys((words(0), words(100_000)))]
        say(f"{name}: {' to '.join(f'{1e3 * seconds:.1f}' for seconds in found[name])} ms a step")
        kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found[name][0], found[name][-1]


def seconds_by_step(job: Job) -> list[float]:
    """CPU seconds from the start to the end of each step that fits into the time of a job.

    The cost of a step is taken to grow evenly from the smallest batches to the largest ones.
    """
    least, most = measured(job)
    words = sizes(job.optimize, job.task, job.candidate, job.side)
    first, last = words(0), words(100_000)
    times: list[float] = []
    spent = 0.0
    while True:
        share = (words(len(times)) - first) / (last - first) if last > first else 0.0
        spent += least + share * (most - least)
        if spent > job.seconds and times:
            return times
        times.append(spent)


def result_of(job: Job) -> dict[str, Any]:
    """Train, and read the scores that the run has written."""
    times = seconds_by_step(job)
    number = number_of(job.optimize, job.candidate)
    output = FOLDER / "-".join(
        map(str, ("run", job.side, job.optimize, job.task, number, job.part, job.seed))
    )
    rows = output / "rows.jsonl"
    settings: dict[str, Any] = {"training.logger.output_file": rows}
    if job.part == "held":
        # One look, at the end.
        settings["training.eval_frequency"] = len(times)
    train(job, len(times), output, settings)
    names = TASKS[job.task].scores
    curve = []
    for line in rows.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        # A step is one that was done; spaCy writes those that were done before it.
        done = min(max(int(row["step"]), 1), len(times))
        curve.append(
            (
                round(times[done - 1], 1),
                statistics.mean((row["scores"].get(name) or 0.0) for name in names) / 100,
            )
        )
    shutil.rmtree(output)
    return {"key": key(job), **asdict(job), "steps": len(times), "score": curve[-1][1], "curve": curve}


def kept_results() -> dict[str, dict[str, Any]]:
    file = FOLDER / "results.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {row["key"]: row for row in map(json.loads, lines)}


def do(jobs: Sequence[Job], processes: int) -> None:
    """Run what has no result yet. The seconds of all of them are measured first, one after the other."""
    done = kept_results()
    todo = [job for job in jobs if key(job) not in done]
    for job in todo:
        measured(job)
    say(
        f"{len(jobs) - len(todo)} runs are there, {len(todo)} to do, {sum(job.seconds for job in todo) / 60:.0f} CPU minutes"
    )
    with ThreadPoolExecutor(processes) as pool:
        running = [pool.submit(result_of, job) for job in todo]
        for number, ended in enumerate(as_completed(running), start=1):
            row = ended.result()
            with (FOLDER / "results.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            what = ", ".join(str(row[name]) for name in ("side", "task", "candidate", "part", "seed"))
            say(f"{number} of {len(todo)}: {what}: {100 * row['score']:.1f} after {row['steps']} steps")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def search_table(rows: Sequence[Mapping[str, Any]], tasks: Sequence[str]) -> str:
    """The mean of both folds for each candidate and task, the best mean of all tasks first."""
    lines = []
    for name in dict.fromkeys(row["candidate"] if row["side"] == "kernel" else "spaCy" for row in rows):
        own = [row for row in rows if (row["candidate"] if row["side"] == "kernel" else "spaCy") == name]
        means = {task: [row["score"] for row in own if row["task"] == task] for task in tasks}
        if all(means.values()):
            values = [100 * statistics.mean(found) for found in means.values()]
            steps = [str(next(row["steps"] for row in own if row["task"] == task)) for task in tasks]
            lines.append((statistics.mean(values), name, values, steps))
    lines.sort(reverse=True)
    shown = [
        [name, *(f"{v:.1f}" for v in values), f"{mean:.2f}", ", ".join(steps)]
        for mean, name, values, steps in lines
    ]
    return table(["candidate", *tasks, "mean", "steps"], shown)


def curve_table(rows: Sequence[Mapping[str, Any]], tasks: Sequence[str]) -> str:
    """Score after each part of the time, the mean of both folds."""
    lines: list[list[str]] = []
    for task in tasks:
        for name in dict.fromkeys((row["side"], row["candidate"]) for row in rows):
            own = [
                row["curve"]
                for row in rows
                if (row["side"], row["candidate"]) == name and row["task"] == task
            ]
            if own:
                points = list(zip(*own, strict=False))[:: max(1, len(own[0]) // POINTS)]
                label = name[1] if name[0] == "kernel" else "spaCy"
                values = [
                    f"{point[0][0]:.0f} s {100 * statistics.mean(p[1] for p in point):.1f}"
                    for point in points
                ]
                lines.append([task, label, ", ".join(values)])
    return table(["data", "settings", "CPU seconds and score"], lines)


def final_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Scores on the held-out parts, and the difference to what is recommended now."""
    lines = []
    for task in TASKS:
        found: dict[str, list[float]] = {}
        for row in rows:
            if row["task"] == task:
                found.setdefault(row["candidate"] if row["side"] == "kernel" else "spaCy", []).append(
                    100 * row["score"]
                )
        now = found.get("now", [])
        for name, values in found.items():
            difference = ""
            if name != "now" and len(values) == len(now) > 1:
                difference = "{:+.1f} (±{:.1f})".format(*interval(values, now))
            lines.append(
                [
                    task,
                    name,
                    f"{statistics.mean(values):.1f} ({', '.join(f'{v:.1f}' for v in values)})",
                    difference,
                ]
            )
    return table(["data", "settings", "score (a run each)", "difference to now (95 % interval)"], lines)


def show(optimize: str, seconds: float) -> None:
    """Print what is there."""
    rows = [
        row for row in kept_results().values() if row["optimize"] == optimize and row["seconds"] == seconds
    ]
    folds = [row for row in rows if row["part"] != "held"]
    tasks = [task for task in TASKS if any(row["task"] == task for row in folds)]
    if folds:
        print(
            f"\n{optimize}, {seconds:g} CPU seconds, two folds\n\n{search_table(folds, tasks)}\n\n{curve_table(folds, tasks)}"
        )
    held = [row for row in rows if row["part"] == "held"]
    if held:
        print(f"\n{optimize}, {seconds:g} CPU seconds, held-out parts\n\n{final_table(held)}")


def main() -> None:
    global _nice
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--optimize", choices=list(CANDIDATES), default="efficiency")
    parser.add_argument("--seconds", type=float, default=180, help="of CPU time, a run")
    parser.add_argument(
        "--tasks",
        help=f"of {','.join(TASKS)}; by default {','.join(CHOOSING)}, and all of them at the end",
    )
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of the final")
    parser.add_argument("--nice", type=int, default=_nice, help="how far runs stand back for others")
    parser.add_argument(
        "--candidates", help="numbers, as settings_candidates.py has them from 0; by default all"
    )
    parser.add_argument("--processes", type=int, choices=[1, 2], default=1)
    parser.add_argument("--measure", action="store_true", help="only measure the seconds of a step")
    parser.add_argument("--spacy", action="store_true", help="only what spaCy recommends")
    parser.add_argument(
        "--final", metavar="NUMBERS", help="of the candidates to look at the held-out parts with"
    )
    parser.add_argument("--show", action="store_true", help="run nothing")
    given = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        sys.exit("KERNEL_DATA names the folder with the data; see benchmarks/run.py")
    spacy_environment()
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = list(CANDIDATES[given.optimize])
    chosen = [names[int(number)] for number in given.candidates.split(",")] if given.candidates else names
    _nice = given.nice
    tasks, parts, seeds = list(CHOOSING), ["fold0", "fold1"], [0]
    if given.final:
        chosen = ["now", *(names[int(number)] for number in given.final.split(","))]
        tasks, parts, seeds = list(TASKS), ["held"], list(range(given.seeds))
    tasks = given.tasks.split(",") if given.tasks else tasks
    sides = [("spacy", "now")] if given.spacy else [("kernel", name) for name in chosen]
    jobs = [
        Job(side, given.optimize, task, name, part, seed, given.seconds)
        for task in tasks
        for side, name in sides
        for seed in seeds
        for part in parts
    ]
    if given.measure:
        for job in jobs:
            measured(job)
    elif not given.show:
        do(jobs, given.processes)
    show(given.optimize, given.seconds)


if __name__ == "__main__":
    main()
