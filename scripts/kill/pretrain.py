"""`kernel pretrain`: raw text in epochs, streamed, and streamed from a compressed file; masked types and characters."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import runs
from subject import KERNEL, ROOT, Subject

from kernel import Config
from kernel.errors import KernelError
from kernel.language import Language
from kernel.language.subnetwork import subnetwork
from kernel.numeric.bytes import model_from_bytes

CONFIG = """
[paths]
raw_text = "../text.jsonl"

[nlp]
lang = "en"
pipeline = ["tok2vec"]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 32
depth = 2
embed_size = 500
window_size = 1
maxout_pieces = 2
subword_features = true

[corpora.pretrain]
@readers = "kernel.RawText.v1"
path = ${paths.raw_text}
min_length = 3
max_length = 500
limit = 300

[pretraining]
max_epochs = 0
max_steps = 42
eval_frequency = 6
n_save_every = 3
shards = 2

[pretraining.objective]
@architectures = "kernel.PretrainTypes.v1"
rows = 500

[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 800
discard_oversize = false
tolerance = 0.2

[pretraining.checkpoint]
every_steps = 2

[pretraining.callbacks.trace]
@callbacks = "kill.Trace.v1"
"""
MORE = {
    "epochs": [],
    "streamed": ["--pretraining.max_epochs=-1"],
    "compressed": [
        "--paths.raw_text=../text.jsonl.gz",
        "--pretraining.objective",
        '{"@architectures": "kernel.PretrainCharacters.v1", "maxout_pieces": 2, "hidden_size": 16, "n_characters": 2}',
    ],
}


def write(work: Path) -> None:
    """The config, the code and the text of the runs."""
    (work / "config.cfg").write_text(CONFIG, encoding="utf8")
    (work / "trace.py").write_text(runs.CODE, encoding="utf8")
    lines = (ROOT / "configs" / "sample" / "train.jsonl").read_text(encoding="utf8").splitlines()
    text = "".join(json.dumps({"text": json.loads(line)["text"]}) + "\n" for line in lines)
    (work / "text.jsonl").write_text(text, encoding="utf8")
    (work / "text.jsonl.gz").write_bytes(gzip.compress(text.encode("utf8"), mtime=0))


def words(variant: str) -> list[str]:
    """The command of a variant."""
    return [*KERNEL, "pretrain", "../config.cfg", "out", "--code", "../trace.py", *MORE[variant]]


def outcome(folder: Path) -> dict[str, Any]:
    """Weights and records."""
    out = folder / "out"
    found = {path.name: path.read_bytes() for path in sorted(out.glob("model*.bin"))}
    if (out / "config.cfg").exists():
        found["config.cfg"] = (out / "config.cfg").read_bytes()
    return {**runs.outcome(folder), **found}


def check(folder: Path, variant: str, straight: Mapping[str, Any]) -> list[str]:
    """Weights load, those of an epoch are what they have to be, and so is the config."""
    wrong = runs.check(folder, straight)
    for path in sorted((folder / "out").glob("*.bin")):
        data = path.read_bytes()
        try:
            model_from_bytes(_encoder(), data, where=path.name)
        except KernelError as error:
            wrong.append(str(error))
        is_repeated = path.name in ("model-last.bin", "model-best.bin") or ".temp" in path.name
        if not is_repeated and data != straight.get(path.name):
            wrong.append(f"{path.name} is not that of a straight run")
    config = folder / "out" / "config.cfg"
    if config.exists() and config.read_bytes() != straight["config.cfg"]:
        wrong.append("config.cfg is not that of a straight run")
    return wrong


@cache
def _encoder() -> Any:
    config = Config.from_str(CONFIG)
    nlp = Language.from_config({"nlp": config["nlp"], "components": config["components"]})
    nlp.initialize()
    return subnetwork(nlp, "tok2vec", "")[1]


SUBJECT = Subject(
    variants=tuple(MORE),
    write=write,
    begin=lambda folder, variant: None,
    words=words,
    again=("--resume",),
    phase=runs.phase,
    check=check,
    outcome=outcome,
)
