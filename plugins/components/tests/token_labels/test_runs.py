"""Runs of a tagger, a morphologizer, a senter and a lemmatizer on shared vectors, from the commands: interrupted, they end in equal bytes."""

import json
from pathlib import Path

import pytest

from kernel.testing import Box

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-languages",
    "kernel-nlp-readers",
)

SENTENCES = [
    "She/PRON/PRP/Case=Nom likes/VERB/VBZ/Number=Sing|Tense=Pres ham/NOUN/NN/Number=Sing ./PUNCT/./_",
    "They/PRON/PRP/Case=Nom eat/VERB/VBP/Tense=Pres eggs/NOUN/NNS/Number=Plur ./PUNCT/./_",
    "Eat/VERB/VB/Mood=Imp it/PRON/PRP/Case=Acc,Nom !/PUNCT/./_",
]
STOP = """
import kernel

@kernel.registry.callbacks("test.stop.v1")
def stop(at: int):
    class Stop:
        @kernel.hookimpl
        def step_end(self, run):
            if run.step == at:
                raise KeyboardInterrupt

    return Stop()
"""
OPTIONS = (
    *("--paths.train", "train.spacy", "--paths.dev", "train.spacy"),
    *("--components.tok2vec.model.encode.width", "16", "--components.tok2vec.model.encode.depth", "1"),
    *("--components.tok2vec.model.embed.rows", "[50, 50, 50, 50]"),
    *("--training.max_steps", "6", "--training.eval_frequency", "3", "--training.shards", "4"),
    *("--training.checkpoint.every_steps", "1", "--code", "functions.py"),
)


def conllu(sentences: list[str]) -> str:
    rows = []
    for sentence in sentences:
        for number, word in enumerate(sentence.split(), 1):
            form, pos, tag, feats = word.split("/")
            rows.append("\t".join([str(number), form, form.lower(), pos, tag, feats, "_", "_", "_", "_"]))
        rows.append("")
    return "\n".join(rows) + "\n"


def run(box: Box, *words: str, code: int = 0) -> str:
    result = box.run(*words)
    assert result.exit_code == code, result.stderr
    return str(result.stdout)


def weights(folder: Path) -> dict[str, bytes]:
    model = folder / "model-last"
    return {str(path.relative_to(model)): path.read_bytes() for path in model.rglob("model")}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path)
    made.file("train.conllu", conllu(SENTENCES * 4))
    made.code(STOP)
    run(made, "convert", "train.conllu", ".", "--n-sents", "3")
    run(
        made,
        "init",
        "config",
        "config.cfg",
        "-l",
        "xx",
        "-p",
        "tok2vec,tagger,morphologizer,senter,trainable_lemmatizer",
    )
    return made


def test_a_run_that_was_interrupted_goes_on_to_equal_bytes(box: Box) -> None:
    config = (box.path / "config.cfg").read_text()
    stop = '\n[training.callbacks.stop]\n@callbacks = "test.stop.v1"\nat = {}\n'
    box.config(config + stop.format(0))
    run(box, "train", "config.cfg", "-o", "whole", *OPTIONS)
    box.config(config + stop.format(4))
    run(box, "train", "config.cfg", "-o", "cut", *OPTIONS, code=130)
    box.config(config + stop.format(0))
    more = ("--resume", "--allow-drift", "training.callbacks.stop.at")
    run(box, "train", "config.cfg", "-o", "cut", *OPTIONS, *more)
    whole = weights(box.path / "whole")
    assert set(whole) == {
        f"{name}/model" for name in ("tok2vec", "tagger", "morphologizer", "senter", "trainable_lemmatizer")
    }
    assert weights(box.path / "cut") == whole


def test_labels_are_written_and_read(box: Box) -> None:
    run(box, "init", "labels", "config.cfg", "labels", *OPTIONS[:4])
    assert {path.name for path in (box.path / "labels").iterdir()} == {
        "tagger.json",
        "morphologizer.json",
        "trainable_lemmatizer.json",
    }
    names = ("morphologizer", "trainable_lemmatizer")
    read = {name: {"@readers": "kernel.read_labels.v1", "path": f"labels/{name}.json"} for name in names}
    given = [f"--initialize.components.{name}={json.dumps({'labels': read[name]})}" for name in names]
    run(box, "train", "config.cfg", "-o", "given", *OPTIONS, *given)
    run(box, "train", "config.cfg", "-o", "found", *OPTIONS)
    assert weights(box.path / "given") == weights(box.path / "found")
