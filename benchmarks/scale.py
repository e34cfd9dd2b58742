"""What a step of many workers costs, on paper: from constants that are measured here.

    python benchmarks/scale.py [--config benchmarks/configs/ner.cfg] [--data FILE] [--no-page]

The constants are measured in this process, in CPU seconds with one thread, so that other work on the machine matters little; those
of Ray where it is installed. Replaces the tables of docs/scale.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from kernel.config import Config
from kernel.language import parcels
from kernel.numeric import blas
from kernel.training.prepare import prepare
from kernel.training.team import Team
from kernel.training.update import gradients

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "scale.md"
SAMPLE = ROOT / "configs" / "sample"
COUNTS = (1, 2, 8, 64, 512)
ROOM = 1 << 26
REPEATS = 7


@dataclass
class Constants:
    """Seconds, unless it says otherwise."""

    weights: int
    """How many the pipeline has."""
    word: float
    """To learn from one."""
    shard: float
    """To learn from a shard of no words."""
    flat: float
    """To take the gradients of a shard as one array, and to put the sum back."""
    step: float
    """Of the optimizer, for all weights."""
    add: float
    """To add one number to another, in memory."""
    copy: float
    """To copy one number."""
    message: float
    """To send and receive a short message, at the first worker."""
    predicted: float
    """To annotate one word."""
    parcel: float
    """To pack and unpack one annotated word."""
    parcel_bytes: float
    """Of one annotated word, in bytes."""
    start: float
    """Of the import of everything, and the preparation of the run."""
    call: float = 0.66e-3
    """To call a process of Ray, and get its answer."""
    burst: float = 0.2e-3
    """The same, of many calls at once."""
    reference: float = 4e-6
    """To send one reference to an object from process to process."""
    object: float = 0.4e-3
    """To put a small object into the store of Ray and get it again."""
    store: float = 0.6e-9
    """To put a byte into the store and get it again."""
    is_ray_measured: bool = False


def median(work: Callable[[], Any], number: int = 1) -> float:
    """CPU seconds of one call."""
    found = []
    for _ in range(REPEATS):
        begin = time.process_time()
        for _ in range(number):
            work()
        found.append((time.process_time() - begin) / number)
    return statistics.median(found)


def measured(config: Path, train: Path, dev: Path) -> Constants:
    """The constants of a pipeline."""
    whole = Config().from_disk(config, interpolate=False)
    whole["paths"] = {**whole.get("paths", {}), "train": str(train), "dev": str(dev)}
    begin = time.process_time()
    run = prepare(whole, team=Team())
    start = time.process_time()
    examples = list(run.examples or [])
    small, large = examples[:4], _of_words(examples, 2000)
    few, many = (sum(map(len, part)) for part in (small, large))

    def learn(part: Any) -> None:
        gradients(run, part, 0)

    with blas.one_thread(), np.errstate(all="ignore"):
        learn(large)
        array, _ = run.parameters.take()
        size = len(array)
        least, most = (median(lambda part=part: learn(part)) for part in (small, large))
        word = (most - least) / (many - few)

        def there_and_back() -> None:
            taken, touched = run.parameters.take()
            run.parameters.put(taken, touched)

        learn(small)
        flat = median(there_and_back)
        whole_step = median(lambda: run.parameters.step(run.optimizer)) if _touches_all(run) else 0.0
        docs = [example.predicted.copy() for example in run.dev_examples or ()]
        words = sum(map(len, docs))
        predicted = median(lambda: list(run.pipeline.pipe([doc.copy() for doc in docs]))) / words
        nlp: Any = run.pipeline
        packed = parcels.pack(nlp, docs)
        parcel = median(lambda: parcels.unpack(nlp, parcels.pack(nlp, docs))) / words
    one, other = np.ones(1 << 22, dtype="f"), np.ones(1 << 22, dtype="f")

    def add() -> None:
        np.add(one, other, out=one)

    found = Constants(
        weights=size,
        word=word,
        shard=max(0.0, least - few * word),
        flat=flat,
        step=whole_step,
        add=median(add) / len(one),
        copy=median(lambda: np.copyto(one, other)) / len(one),
        message=_message(),
        predicted=predicted,
        parcel=parcel,
        parcel_bytes=len(packed) / words,
        start=start - begin + _imports(),
    )
    if importlib.util.find_spec("ray"):
        _measure_ray(found)
    return found


def _of_words(examples: list[Any], number: int) -> list[Any]:
    found: list[Any] = []
    while sum(map(len, found)) < number:
        found += examples[: max(1, (number - sum(map(len, found))) // 20)]
    return found


def _touches_all(run: Any) -> bool:
    """Every step of the measurement has gradients."""
    taken, touched = run.parameters.take()
    step = run.parameters.step

    def again(optimizer: Any) -> None:
        run.parameters.put(np.full_like(taken, 1e-6), touched)
        step(optimizer)

    gradients(run, run.examples[:4], 0)
    taken, touched = run.parameters.take()
    run.parameters.step = again
    return True


def _message() -> float:
    ends = socket.socketpair()
    one, other = (Connection(end.detach()) for end in ends)

    def there_and_back() -> None:
        one.send_bytes(b"+")
        other.recv_bytes()

    return median(there_and_back, 1000)


def _imports() -> float:
    """Of a new interpreter until it has all that training needs."""
    import resource
    import subprocess

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import kernel.training.prepare, kernel.language"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _measure_ray(found: Constants) -> None:
    """Times of the clock: several processes take part."""
    import ray

    ray.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", logging_level="error")
    try:

        class Echo:
            def back(self, thing: Any) -> Any:
                return thing

        actor = ray.remote(num_cpus=1)(Echo).remote()
        ray.get(actor.back.remote(0))
        clock = [_clock(lambda: ray.get(actor.back.remote(0)), 50) for _ in range(REPEATS)]
        found.call = statistics.median(clock)
        found.burst = statistics.median(
            _clock(lambda: ray.get([actor.back.remote(0) for _ in range(200)]), 1) / 200
            for _ in range(REPEATS)
        )
        references = [ray.put(number) for number in range(500)]
        lists = [_clock(lambda: ray.get(actor.back.remote([references])), 3) for _ in range(REPEATS)]
        found.reference = max(0.0, statistics.median(lists) - found.call) / len(references) / 2
        found.object = statistics.median(
            [_clock(lambda: ray.get(ray.put(b"1" * 200_000)), 50) for _ in range(REPEATS)]
        )
        large = np.ones(10_000_000, dtype="f")
        stored = [_clock(lambda: ray.get(ray.put(large)).copy(), 2) for _ in range(REPEATS)]
        found.store = statistics.median(stored) / large.nbytes
        found.is_ray_measured = True
    finally:
        ray.shutdown()


def _clock(work: Callable[[], Any], number: int) -> float:
    begin = time.perf_counter()
    for _ in range(number):
        work()
    return (time.perf_counter() - begin) / number


# What is taken for granted of machines: bytes a second of the memory of one, and of the network between two.
MEMORY = 100e9
NETWORK = 1.25e9


def local(c: Constants, count: int, words: int) -> dict[str, float]:
    """Parts of a step of so many workers of one machine, with as many shards."""
    size, rows = 4 * c.weights, count + 1
    pieces = math.ceil(2 * rows * size / ROOM)
    own = c.weights * (2 * c.copy + c.add)
    sums = 0.0 if count == 1 else max(own, size * (3 * count + 1) / MEMORY)
    meets = 0 if count == 1 else 2 + 2 * pieces
    return {**_everywhere(c, count, words), "sums": sums, "messages": meets * 2 * (count - 1) * c.message}


def on_ray(c: Constants, count: int, words: int) -> dict[str, float]:
    """The same with Ray, each worker on a machine of its own."""
    if count == 1:
        return {**_everywhere(c, 1, words), "sums": 0.0, "messages": 0.0}
    size = 4 * c.weights
    # Slices of the others come, then their sums; both are written and read in the store.
    moved = 2 * size * (count - 1) / count
    sums = moved / NETWORK + 2 * size * c.store + 2 * count * c.object + c.weights * c.add
    # Four things are gathered, and five told.
    calls = 4 * c.call + 9 * (count - 1) * c.burst
    # From each member one for each, twice: to the first member, which sends them on.
    references = 4 * count**2 * c.reference
    return {**_everywhere(c, count, words), "sums": sums, "messages": calls + references}


def _everywhere(c: Constants, count: int, words: int) -> dict[str, float]:
    flat = c.flat if count > 1 else 0.0
    return {"learn": c.shard + c.word * words / count, "flat": flat, "step": c.step}


def evaluation(c: Constants, count: int, words: int) -> float:
    """Of so many words, annotated by all and gathered by the first."""
    sent = 0.0 if count == 1 else words * (c.parcel * (count - 1) / count)
    return words * c.predicted / count + sent


def tables(c: Constants) -> str:
    """The part of the page that is made here."""
    lines = ["| constant | measured |", "|---|---|"]
    for name, text in (
        ("weights", f"{c.weights:,}"),
        ("learning, one word", f"{c.word * 1e6:.0f} µs"),
        ("learning, each shard", f"{c.shard * 1e3:.1f} ms"),
        ("gradients to one array and back", f"{c.flat * 1e3:.1f} ms"),
        ("a step of the optimizer", f"{c.step * 1e3:.1f} ms"),
        ("adding a number", f"{c.add * 1e9:.2f} ns"),
        ("copying a number", f"{c.copy * 1e9:.2f} ns"),
        ("a short message", f"{c.message * 1e6:.1f} µs"),
        ("annotating a word", f"{c.predicted * 1e6:.0f} µs"),
        ("packing and unpacking it", f"{c.parcel * 1e6:.1f} µs, {c.parcel_bytes:.0f} bytes"),
        ("start of a worker", f"{c.start:.1f} s"),
        ("Ray: a call", f"{c.call * 1e3:.2f} ms"),
        ("Ray: a call of many", f"{c.burst * 1e3:.2f} ms"),
        ("Ray: a reference sent", f"{c.reference * 1e6:.1f} µs"),
        ("Ray: a small object, put and got", f"{c.object * 1e3:.2f} ms"),
        ("Ray: a MB, put and got", f"{c.store * 1e9:.2f} ms"),
    ):
        lines.append(f"| {name} | {text} |")
    if not c.is_ray_measured:
        lines.append("\nThose of Ray are of an earlier measurement.")
    lines.append(_steps(c, "Batches of 4,000 words, whatever the number of workers", lambda count: 4000))
    lines.append(_steps(c, "Batches of 1,000 words for each worker", lambda count: 1000 * count))
    lines.append("### Evaluation of 25,000 words\n")
    lines += ["| workers | seconds | of it at the first worker alone |", "|---|---|---|"]
    for count in COUNTS:
        whole, alone = (
            evaluation(c, count, 25_000),
            evaluation(c, count, 25_000) - 25_000 * c.predicted / count,
        )
        lines.append(f"| {count} | {whole:.2f} | {alone:.2f} |")
    return "\n".join(lines)


def _steps(c: Constants, title: str, words: Callable[[int], int]) -> str:
    lines = [f"\n### {title}\n"]
    lines.append("| workers | learn | flat | sums | messages | optimizer | step | words/s | efficiency |")
    lines.append("|---|---|---|---|---|---|---|---|---|")
    for name, model in (("shared memory", local), ("Ray", on_ray)):
        base = 0.0
        for count in COUNTS:
            parts = model(c, count, words(count))
            whole = sum(parts.values())
            speed = words(count) / whole
            base = base or speed
            shown = " | ".join(
                f"{parts[key] * 1e3:,.1f}" for key in ("learn", "flat", "sums", "messages", "step")
            )
            lines.append(
                f"| {count}, {name} | {shown} | {whole * 1e3:,.0f} | {speed:,.0f} | {speed / base / count:.0%} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=ROOT / "configs" / "ner.cfg")
    parser.add_argument("--train", type=Path, default=SAMPLE / "train.jsonl")
    parser.add_argument("--dev", type=Path, default=SAMPLE / "dev.jsonl")
    parser.add_argument("--no-page", action="store_true", help="only print")
    given = parser.parse_args()
    found = measured(given.config, given.train, given.dev)
    print(json.dumps(asdict(found), indent=1))
    made = tables(found)
    if given.no_page:
        print(made)
        return
    text = PAGE.read_text(encoding="utf8")
    begin, end = "<!-- made by benchmarks/scale.py -->", "<!-- end -->"
    before, after = text.partition(begin)[0], text.partition(end)[2]
    PAGE.write_text(f"{before}{begin}\n\n{made}\n\n{end}{after}", encoding="utf8")


if __name__ == "__main__":
    main()
