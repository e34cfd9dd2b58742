"""`kernel train`: the pipeline of `configs/demo.cfg`, in memory, streamed, and on top of what others have learnt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import runs
from process import run
from subject import KERNEL, ROOT, Subject

from kernel import Config, load
from kernel.errors import KernelError
from kernel.files.atomic import check_manifest, whole

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
[training.callbacks.trace]
@callbacks = "kill.Trace.v1"
"""
# Word vectors, pretrained weights, and a component of another pipeline that stays as it is.
TRANSFER = """
[components.tok2vec.model.embed]
include_static_vectors = true
[initialize]
vectors = "../vectors"
init_tok2vec = "../pretrained/model-last.bin"
[corpora.pretrain]
@readers = "kernel.RawText.v1"
path = "TEXT"
[pretraining]
max_epochs = 0
max_steps = 6
[pretraining.objective]
@architectures = "kernel.PretrainTypes.v1"
rows = 300
[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 600
discard_oversize = false
tolerance = 0.2
"""
SOURCE = {"source": "../source/model-last"}
MORE = {
    "in memory": ["../config.cfg", "--training.max_epochs=0"],
    "streamed": ["../config.cfg", "--training.max_epochs=-1"],
    "transfer": ["../transfer.cfg"],
}


def write(work: Path) -> None:
    """The configs and the code of the runs, and what one of them begins with."""
    config = Config.from_disk(ROOT / "configs" / "demo.cfg").merge(Config.from_str(SETTINGS))
    for part in ("train", "dev"):
        config["paths"][part] = str(ROOT / config["paths"][part])
    config.to_disk(work / "config.cfg")
    (work / "code.py").write_text(CODE + runs.CODE, encoding="utf8")
    texts = [json.loads(line)["text"] for line in Path(config["paths"]["train"]).read_text().splitlines()]
    known = sorted({word for text in texts for word in text.split()})
    lines = [
        f"{word} " + " ".join(f"{(hash_of(word) >> bit & 7) - 3.5}" for bit in range(20)) for word in known
    ]
    (work / "words.vec").write_text("\n".join([f"{len(known)} 20", *lines, ""]), encoding="utf8")
    transfer = config.merge(Config.from_str(TRANSFER.replace("TEXT", config["paths"]["train"])))
    transfer["initialize"]["init_tok2vec"] = None
    (work / "made").mkdir()
    transfer.to_disk(work / "before.cfg")
    transfer = config.merge(Config.from_str(TRANSFER.replace("TEXT", config["paths"]["train"])))
    transfer["components"]["textcat"] = SOURCE
    transfer["training"]["frozen_components"] = ["textcat"]
    transfer.to_disk(work / "transfer.cfg")
    for command in (
        ["init", "vectors", "en", "../words.vec", "../vectors"],
        ["pretrain", "../before.cfg", "../pretrained", "--code", "../code.py"],
        ["train", "../before.cfg", "-o", "../source", "--code", "../code.py", "--training.max_steps=6"],
    ):
        code, said = run([*KERNEL, *command], work / "made")
        if code != 0:
            raise RuntimeError(said)


def hash_of(word: str) -> int:
    """A number for a word, the same each time."""
    return int.from_bytes(word.encode("utf8") * 4, "big") * 0x9E3779B97F4A7C15 >> 20


def words(variant: str) -> list[str]:
    """The command of a variant."""
    config, *more = MORE[variant]
    return [*KERNEL, "train", config, "-o", "out", "--code", "../code.py", *more]


def outcome(folder: Path) -> dict[str, Any]:
    """Models and records."""
    out = folder / "out"
    found = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for name in ("model-last", "model-best")
        for path in sorted((out / name).rglob("*"))
        if path.is_file()
    }
    return {**runs.outcome(folder), **found}


def check(folder: Path, variant: str, straight: Mapping[str, Any]) -> list[str]:
    """Models are whole, and load."""
    wrong = runs.check(folder, straight)
    for name in ("model-last", "model-best"):
        place = whole(folder / "out" / name)
        if place.exists():
            try:
                check_manifest(place)
                load(folder / "out" / name)
            except KernelError as error:
                wrong.append(str(error))
    return wrong


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
