"""Train on two machines that are made for it: two network namespaces of this one, each with files, a home and an address of its own.

    sudo PYTHON scripts/hosts [--keep]

PYTHON: of an environment with kernel, its plugins and Ray. Each machine has a part of the training data that the other one has not. The same
run is made on one machine with all of the data, on both with Ray, and on both again, ended halfway and resumed: the models must be equal,
byte by byte. Linux alone, as root. Nothing but the two machines hears of it, and all is taken down at the end.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.hosts.machine import Machine, connected

SAMPLE = ROOT / "configs" / "sample"
PARTS = ("one", "two", "three")
STEPS, HALF = 8, 4


def main() -> int:
    """0 if all models are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the folder with the models")
    keep = parser.parse_args().keep
    work = Path(tempfile.mkdtemp(prefix="kernel-hosts-", dir="/var/tmp"))
    try:
        with ExitStack() as stack:
            return _run(work, stack)
    finally:
        if keep:
            print(f"the models are in {work}")
        else:
            shutil.rmtree(work)


def _run(work: Path, stack: ExitStack) -> int:
    token = secrets.token_hex(32)
    place = work / "machine"
    place.mkdir()
    data = _data(work)
    alone = stack.enter_context(Machine("kernel-alone", place, token))
    first, second = (stack.enter_context(Machine(f"kernel-host-{n}", place, token)) for n in (1, 2))
    stack.enter_context(connected(first, second))
    for machine, parts in ((alone, PARTS), (first, ("one", "three")), (second, ("two",))):
        machine.put([data / f"{part}.jsonl" for part in parts], place / "data")
    for machine in (alone, first):
        machine.put([SAMPLE / "dev.jsonl"], place / "data")
    second.put([SAMPLE / "dev.jsonl"], place / "data")
    config = work / "run.cfg"
    config.write_text(_config(place / "data"), encoding="utf8")

    for machine in (first, second):
        print(f"{machine.name} {machine.address}: {', '.join(sorted(machine.names(place / 'data')))}")
    start = time.monotonic()
    _train(alone, config, "alone")
    print(f"one process: {time.monotonic() - start:.1f} s")
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    usual = ["--num-cpus=1", "--object-store-memory=100000000", "--disable-usage-stats"]
    head = [*ray, "start", "--head", f"--node-ip-address={first.address}", "--port=6379", *usual]
    first.call([*head, "--include-dashboard=false"])
    address = f"{first.address}:6379"
    second.call([*ray, "start", f"--address={address}", f"--node-ip-address={second.address}", *usual])
    both = ["--training.workers.count=2", "--training.workers.backend=ray"]
    both.append(f"--training.workers.address={address}")
    start = time.monotonic()
    _train(first, config, "both", *both)
    print(f"two machines: {time.monotonic() - start:.1f} s")
    _train(first, config, "resumed", *both, f"--training.max_steps={HALF}")
    _train(first, config, "resumed", *both, "--resume", "--allow-drift=training.max_steps")
    for machine, name in ((alone, "alone"), (first, "both"), (first, "resumed")):
        machine.take(place / "output" / name, work / name)
    return max(_compared(work / "alone", work / name) for name in ("both", "resumed"))


def _data(work: Path) -> Path:
    lines = (SAMPLE / "train.jsonl").read_text(encoding="utf8").splitlines()
    folder = work / "data"
    folder.mkdir()
    for number, part in enumerate(PARTS):
        (folder / f"{part}.jsonl").write_text("\n".join(lines[number :: len(PARTS)]) + "\n", encoding="utf8")
    return folder


def _config(data: Path) -> str:
    config = (ROOT / "configs" / "ner.cfg").read_text(encoding="utf8")
    begin = config.index("[corpora.train]")
    end = config.index("\n[", begin)
    blocks = [
        f'[corpora.train.parts.{part}]\n@readers = "kernel.StreamedCorpus.v1"\npath = "{data}/{part}.jsonl"\n'
        for part in PARTS
    ]
    parts = '[corpora.train]\n@readers = "kernel.Parts.v1"\n\n' + "\n".join(blocks)
    config = config[:begin] + parts + config[end:]
    return config.replace("dev = null", f'dev = "{data}/dev.jsonl"', 1)


def _train(machine: Machine, config: Path, name: str, *options: str) -> None:
    given = [f"--training.max_steps={STEPS}", f"--training.eval_frequency={HALF}", "--training.shards=2"]
    output = ["--output", str(machine.place / "output" / name)]
    # What is given later counts.
    named = {option.partition("=")[0]: option for option in [*given, *options]}
    machine.call([sys.executable, "-m", "kernel", "train", str(config), *output, *named.values()])


def _compared(one: Path, other: Path) -> int:
    """0 if the models are equal but for what the config says of workers."""
    differ = 0
    for model in ("model-best", "model-last"):
        files = sorted(path.relative_to(one) for path in (one / model).rglob("*") if path.is_file())
        for file in files:
            if file.name not in ("config.cfg", "manifest.json") and not filecmp.cmp(
                one / file, other / file, shallow=False
            ):
                print(f"{other.name}/{file} differs")
                differ = 1
        print(f"{other.name}/{model}: {len(files)} files, {'DIFFERENT' if differ else 'equal'}")
    return differ


if __name__ == "__main__":
    if os.geteuid():
        sys.exit("network namespaces are made by root")
    # So that all is taken down then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.output or ''}")
