"""Memory and time to start of runs over data that don't fit into memory.

    python benchmarks/streams.py [--steps 1000] [--gigabytes 5] [--counted 500] [--raw 2] [--folder FOLDER]
    python benchmarks/streams.py --raw 2 --only-raw

First, 200 GB of text that are made from their addresses while they are read: so many steps at the start, in the middle and at
the end, each in a process of its own, and a run that is killed in the middle and resumed. Then real files of so many
gigabytes, which are written to a temporary folder and removed: a counting pass that is ended after so many megabytes, and a run
that is killed and resumed. Last, raw text of so many gigabytes, in which words never end to be new: the reader over one whole epoch, and
the first 200 steps of pretraining. Written for a machine with /proc.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ITEMS = 10**9
WORDS = [f"{first}{second}{third}" for first in "bdfgklmnpr" for second in "aeiou" for third in "lmnrst"]

CONFIG: dict[str, Any] = {
    "nlp": {"lang": "xx", "pipeline": ["ner"]},
    "components": {
        "ner": {
            "factory": "ner",
            "model": {
                "@architectures": "kernel.TransitionBasedParser.v2",
                "state_type": "ner",
                "extra_state_tokens": False,
                "hidden_width": 32,
                "maxout_pieces": 2,
                "use_upper": True,
                "tok2vec": {
                    "@architectures": "kernel.HashEmbedCNN.v2",
                    "pretrained_vectors": None,
                    "width": 32,
                    "depth": 2,
                    "embed_size": 1000,
                    "window_size": 1,
                    "maxout_pieces": 2,
                    "subword_features": True,
                },
            },
        }
    },
    "corpora": {"train": {"@readers": "bench.Simulated.v1"}, "dev": {"@readers": "bench.Dev.v1"}},
    "training": {
        "seed": 1,
        "eval_frequency": 0,
        "patience": 0,
        "max_epochs": 0,
        "logger": None,
        "batcher": {"@batchers": "kernel.batch_by_words.v1", "size": 500, "tolerance": 0.2},
        "checkpoint": {"every_steps": 100, "at_evaluation": False},
    },
    "initialize": {"components": {"ner": {"labels": ["PERSON"]}}},
}


def words_of(number: int) -> tuple[list[str], int]:
    """Some 200 bytes of words that depend on the number alone, and the place of a name among them."""
    state = number * 6364136223846793005 + 1442695040888963407
    words = []
    for _ in range(50):
        state = (state * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        words.append(WORDS[(state >> 33) % len(WORDS)])
    place = (state >> 40) % 50
    words[place] = f"Ada{number % 997}"
    return words, place


def register(start: int) -> None:
    """The readers of the benchmark. start: the place in the first pass at which training begins."""
    from kernel_readers.streams.shuffle import Shuffle

    from kernel import registry
    from kernel.tokens import Doc
    from kernel.training import Example

    def example(nlp: Any, number: int) -> Any:
        words, place = words_of(number)
        ents = ["O"] * len(words)
        ents[place] = "B-PERSON"
        return Example(Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words, ents=ents))

    class Items:
        def __init__(self, nlp: Any) -> None:
            self.nlp = nlp

        def __len__(self) -> int:
            return ITEMS

        def __getitem__(self, number: int) -> Any:
            return example(self.nlp, number)

    class Simulated(Shuffle):
        """A shuffle of which every pass begins at a place."""

        def __call__(self, pipeline: Any) -> Any:
            if not self._is_restored:
                self.restore({"key": 7, "size": ITEMS, "place": start})
            return super().__call__(pipeline)

    registry.readers("bench.Simulated.v1", lambda: Simulated(Items))
    registry.readers("bench.Dev.v1", lambda: lambda nlp: [example(nlp, -number) for number in range(1, 20)])


def resident() -> float:
    """Megabytes of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def work(settings: dict[str, Any]) -> None:
    """A run in this process: prints a line of JSON at its first step, and every hundred steps."""
    begun = time.monotonic()
    from kernel.config import Config
    from kernel.training.loop import train
    from kernel.training.output import output_lock
    from kernel.training.prepare import prepare
    from kernel.training.resume import check, find

    register(settings["start"])
    config = Config({**CONFIG, **settings.get("config", {})})
    config["training"] = {**CONFIG["training"], "max_steps": settings["steps"]}
    output = Path(settings["output"])
    left = find(output, resume=settings["resume"])
    run = prepare(config, output=output, lock=output_lock(output))
    if left is not None:
        check(run, left)
    first = None
    for info in train(run):
        if first is None:
            first = time.monotonic() - begun
        if info.step % 100 == 0 or info.step == 1 or settings["resume"]:
            row = {"step": info.step, "first": round(first, 2), "mb": round(resident())}
            print(json.dumps(row), flush=True)


def process(settings: dict[str, Any], *, kill_at: int | None = None) -> list[dict[str, Any]]:
    """The lines of a run in a process of its own, which is killed when it has come to a step."""
    command = [sys.executable, __file__, "--work", json.dumps(settings)]
    rows = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("{"):
                rows.append(json.loads(line))
                if kill_at is not None and rows[-1]["step"] >= kill_at:
                    child.send_signal(signal.SIGKILL)
    return rows


def show(name: str, rows: list[dict[str, Any]]) -> None:
    """One line: seconds to the first step, and memory at the beginning and at the end."""
    first, last = rows[0], rows[-1]
    middle = rows[len(rows) // 2]
    print(
        f"{name:<34} first step after {first['first']:>5} s, {first['mb']} MB at step {first['step']}, "
        f"{middle['mb']} at {middle['step']}, {last['mb']} at {last['step']}",
        flush=True,
    )


def write_files(folder: Path, gigabytes: float) -> None:
    """Files of JSON Lines, 500 MB each."""
    most, number, written = 500_000_000, 0, 0.0
    block = []
    for item in range(20_000):
        words, place = words_of(item)
        start = len(" ".join(words[:place])) + (place > 0)
        spans = [[start, start + len(words[place]), "PERSON"]]
        block.append(json.dumps({"text": " ".join(words), "spans": spans}))
    content = ("\n".join(block) + "\n").encode()
    while written < gigabytes * 1e9:
        with (folder / f"part-{number:03}.jsonl").open("wb") as file:
            while file.tell() < most and written < gigabytes * 1e9:
                written += file.write(content)
        number += 1


def count(folder: Path, megabytes: int) -> None:
    """A counting pass that ends after so many megabytes of text: what it takes, and how its memory goes."""
    from kernel_readers.streams.corpus import StreamedCorpus

    from kernel.language import Language

    corpus, nlp = StreamedCorpus(folder), Language()
    begun, size, number, labels, marks = time.monotonic(), 0, 0, set(), []
    for example in corpus(nlp):
        number += 1
        size += len(example.reference.text)
        labels.update(ent.label_ for ent in example.reference.ents)
        if size > len(marks) * megabytes * 1e5:
            marks.append(round(resident()))
        if size > megabytes * 1e6:
            break
    seconds = time.monotonic() - begun
    print(
        f"counting: {number:,} examples, {size / 1e6:.0f} MB in {seconds:.0f} s, labels {sorted(labels)}; MB resident: {marks}",
        flush=True,
    )


def write_raw(path: Path, gigabytes: float) -> None:
    """Plain text with a document of about a kilobyte a line: its number, words that come again, and two that never do."""
    blocks = [" ".join(words_of(item)[0] * 3) for item in range(5000)]
    number = 0
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < gigabytes * 1e9:
            for _ in range(10_000):
                words = blocks[number * 7919 % len(blocks)]
                file.write(f"{number} {words} new{number * 31 + 7} x{number}y.\n")
                number += 1


def peak() -> float:
    """Megabytes of memory that this process had at most."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1e3


def read_raw(path: Path) -> None:
    """One epoch of the reader over raw text in this process: a line of what it took."""
    begun = time.monotonic()
    from kernel_readers.raw_text import make_raw_text

    from kernel.language import Language

    nlp, corpus = Language(), make_raw_text(path)
    first, number, total, words, used = 0.0, 0, 0, 0, time.process_time()
    for example in corpus(nlp):
        first = first or time.monotonic() - begun
        total += int(example.x[0].text)
        number += 1
        words += len(example.x)
    used = time.process_time() - used
    size, seconds = path.stat().st_size / 1e6, time.monotonic() - begun
    is_once = total == number * (number - 1) // 2
    print(
        f"reader, {size:,.0f} MB: {number:,} lines, each once: {is_once}; first after {first:.1f} s; {seconds:.0f} s, of the processor "
        f"{used:.0f} s: {size / used:.1f} MB, {words / used:,.0f} words, {number / used:,.0f} texts a second; at most {peak():.0f} MB resident, "
        f"{resident():.0f} at the end",
        flush=True,
    )


def pretrain_raw(path: Path, folder: Path) -> None:
    """The first 200 steps of pretraining in this process: seconds to the first, and memory."""
    begun = time.monotonic()
    from kernel.language.new_config import new_config
    from kernel.training.loop import train
    from kernel.training.prepare import prepare

    config = new_config("en", ["ner"], section="pretraining").config
    config["paths"]["raw_text"] = str(path)
    config["pretraining"] |= {"max_steps": 200, "eval_frequency": 0, "logger": None}
    run = prepare(config, section="pretraining", output=folder)
    for info in train(run):
        if info.step in (1, 50, 100, 200):
            seconds, used = time.monotonic() - begun, time.process_time()
            print(
                f"pretraining: step {info.step} after {seconds:.1f} s, of the processor {used:.1f} s; at most {peak():.0f} MB resident",
                flush=True,
            )


def raw(folder: Path, gigabytes: float) -> None:
    """Raw text of so many gigabytes, read and pretrained on by a process each."""
    path = folder / "raw.txt"
    write_raw(path, gigabytes)
    for what in ("read", "pretrain"):
        subprocess.run([sys.executable, __file__, "--raw-work", what, str(path)], check=True)


def main() -> None:
    """Everything, or with `--work` one run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--gigabytes", type=float, default=5)
    parser.add_argument("--counted", type=int, default=500)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--raw", type=float, default=2)
    parser.add_argument("--only-raw", action="store_true")
    parser.add_argument("--raw-work", nargs=2)
    parser.add_argument("--work")
    options = parser.parse_args()
    if options.raw_work:
        what, path = options.raw_work
        if what == "read":
            read_raw(Path(path))
        else:
            pretrain_raw(Path(path), Path(path).with_name("pretrained"))
        return
    if options.work:
        work(json.loads(options.work))
        return
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    try:
        if options.raw:
            raw(folder, options.raw)
        if options.only_raw:
            return
        for name, share in (("start", 0.0), ("middle", 0.5), ("end", 1 - 1e-3)):
            settings = {"steps": options.steps, "start": int(share * ITEMS), "resume": False}
            show(f"200 GB, simulated, {name}", process({**settings, "output": str(folder / name)}))
        settings = {"start": ITEMS // 2, "output": str(folder / "killed"), "steps": options.steps}
        process({**settings, "resume": False}, kill_at=options.steps // 2)
        show("200 GB, simulated, resumed", process({**settings, "resume": True}))
        data = folder / "data"
        data.mkdir()
        write_files(data, options.gigabytes)
        count(data, options.counted)
        settings = {
            "steps": options.steps // 2,
            "start": 0,
            "output": str(folder / "files"),
            "config": {
                "corpora": {
                    "train": {"@readers": "kernel.StreamedCorpus.v1", "path": str(data)},
                    "dev": {"@readers": "bench.Dev.v1"},
                }
            },
        }
        show(
            f"{options.gigabytes} GB of files",
            process({**settings, "resume": False}, kill_at=options.steps // 4),
        )
        show(f"{options.gigabytes} GB of files, resumed", process({**settings, "resume": True}))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
