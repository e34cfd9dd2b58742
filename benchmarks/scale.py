"""What a step of many workers costs, on paper: from constants that are measured here.

    python benchmarks/scale.py [--config benchmarks/configs/ner.cfg] [--data FILE] [--no-page]

The constants are measured in this process, in CPU seconds with one thread, so that other work on the machine matters little. Replaces the tables of docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from kernel.config import Config
from kernel.language import parcels
from kernel.numeric import blas
from kernel.processes.links import Listener, as_connection, connect, new_key
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
    """To take the gradients of a shard as one array, and to copy the sum back."""
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
    packet: float
    """To send and receive a short message over a socket between machines, here of this one."""
    byte: float
    """To send and receive a byte of a long one."""
    turn: float
    """To be ready for data of one more member."""


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
        gradients(run, part, 0, {})

    with blas.one_thread(), np.errstate(all="ignore"):
        learn(large)
        array, _ = run.parameters.take()
        size = len(array)
        least, most = (median(lambda part=part: learn(part)) for part in (small, large))
        word = (most - least) / (many - few)

        give, step = _stepping(run)

        def there_and_back() -> None:
            run.parameters.take(is_last=True)
            give()

        learn(small)
        flat = median(there_and_back)
        whole_step = median(step) - median(give)
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
        packet=_packet(),
        byte=_byte(),
        turn=_turn(),
    )
    return found


def _of_words(examples: list[Any], number: int) -> list[Any]:
    found: list[Any] = []
    while sum(map(len, found)) < number:
        found += examples[: max(1, (number - sum(map(len, found))) // 20)]
    return found


def _stepping(run: Any) -> tuple[Callable[[], None], Callable[[], None]]:
    """Functions that give all weights a gradient, and that do so and take a step."""
    gradients(run, run.examples[:4], 0, {})
    taken, touched = run.parameters.take()
    small = np.full_like(taken, 1e-6)

    def give() -> None:
        run.parameters.put(small, touched)

    def step() -> None:
        give()
        run.parameters.step(run.optimizer)

    return give, step


def _message() -> float:
    one, other = (as_connection(end) for end in socket.socketpair())

    def there() -> None:
        one.send_bytes(b"+")
        other.recv_bytes()

    return median(there, 1000)


def _over_tcp() -> tuple[socket.socket, socket.socket]:
    key = new_key()
    listener = Listener("127.0.0.1", key)
    try:
        one, other = connect(listener.address, key), listener.accept(60.0)
        assert other is not None
        return one, other
    finally:
        listener.close()


def _packet() -> float:
    one, other = map(as_connection, _over_tcp())

    def there() -> None:
        one.send_bytes(b"+")
        other.recv_bytes()

    return median(there, 1000)


def _byte() -> float:
    one, other = _over_tcp()
    # No more than the system holds until it is read.
    data, room = bytearray(1 << 16), bytearray(1 << 16)

    def there() -> None:
        one.sendall(data)
        other.recv_into(room, len(room), socket.MSG_WAITALL)

    found = median(there, 200) / len(data)
    one.close()
    other.close()
    return found


def _turn() -> float:
    one, other = _over_tcp()

    def be_ready() -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(one, selectors.EVENT_WRITE)
            selector.select(0)

    found = median(be_ready, 200)
    one.close()
    other.close()
    return found


def _imports() -> float:
    """Of a new interpreter until it has all that training needs."""
    import resource
    import subprocess

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import kernel.training.prepare, kernel.language"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# What is taken for granted of machines: bytes a second of the memory of one, and of the network between two.
MEMORY = 100e9
NETWORK = 1.25e9
# Seconds from one machine to another.
LATENCY = 50e-6


def local(c: Constants, count: int, words: int) -> dict[str, float]:
    """Parts of a step of so many workers of one machine, with as many shards."""
    size, rows = 4 * c.weights, count + 1
    pieces = math.ceil(2 * rows * size / ROOM)
    # That it is copied back belongs to the other part.
    own = c.weights * (c.copy + c.add)
    sums = 0.0 if count == 1 else max(own, size * (3 * count + 1) / MEMORY)
    meets = 0 if count == 1 else 2 + 2 * pieces
    return {**_everywhere(c, count, words), "sums": sums, "messages": meets * 2 * (count - 1) * c.message}


def on_machines(c: Constants, count: int, words: int) -> dict[str, float]:
    """The same, each worker on a machine of its own, which Ray starts."""
    if count == 1:
        return {**_everywhere(c, 1, words), "sums": 0.0, "messages": 0.0}
    size = 4 * c.weights
    # Slices of the others come, then their sums; as many bytes are sent meanwhile.
    moved = 2 * size * (count - 1) / count
    sums = max(moved / NETWORK, moved * c.byte) + c.weights * (2 * c.copy + c.add)
    # One thing is gathered by the first one, and two are told; then each meets each three times.
    star = 3 * (count - 1) * c.packet
    mesh = 3 * (LATENCY + (count - 1) * (c.packet + c.turn))
    return {**_everywhere(c, count, words), "sums": sums, "messages": 3 * LATENCY + star + mesh}


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
        ("a short message over TCP", f"{c.packet * 1e6:.1f} µs"),
        ("a MB over TCP", f"{c.byte * 1e9:.2f} ms"),
        ("being ready for one more", f"{c.turn * 1e6:.1f} µs"),
    ):
        lines.append(f"| {name} | {text} |")
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
    for name, model in (("shared memory", local), ("machines", on_machines)):
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
