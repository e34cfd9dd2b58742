"""Text classifiers side by side with spaCy: the speed of every architecture, in prediction and in training.

    KERNEL_DATA=path/to/data python benchmarks/textcats.py [--rows WORD] [--rounds 5] [--write]

Data: `textcat/docs_issues_*.jsonl` (from Explosion's projects repository). spaCy is taken from benchmarks/.venv. Each side runs a model that
it has trained itself for some updates. Words per second of CPU time; what a component sets is read inside the timed loop.
Results are kept in `.work/textcats`, so that an interrupted run goes on. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import random
from pathlib import Path
from typing import Any

from compared import SPEED_HEAD, all_sides, for_side, run, say, speed_rows, table, timed, train
from page import put_section
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON

WORK = HERE / ".work" / "textcats"
UPDATES, TEXTS = 50, 150
INTRODUCTION = """By `python benchmarks/textcats.py --write`: issues of software projects in two categories; models on token vectors have a
network of width 96 and depth 4, the ensemble its defaults. Words per second of CPU time."""
VECTORS = "vectors"
TOK2VEC = """
[components.textcat.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 96
depth = 4
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true
"""
ENSEMBLE = """
[components.textcat.model]
@architectures = "kernel.TextCatEnsemble.v2"
nO = null

[components.textcat.model.tok2vec]
@architectures = "kernel.Tok2Vec.v2"

[components.textcat.model.tok2vec.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = 64
rows = [2000, 2000, 500, 1000, 500]
attrs = ["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"]
include_static_vectors = false

[components.textcat.model.tok2vec.encode]
@architectures = "kernel.MaxoutWindowEncoder.v2"
width = 64
window_size = 1
maxout_pieces = 3
depth = 2

[components.textcat.model.linear_model]
@architectures = "kernel.TextCatBOW.v3"
exclusive_classes = true
ngram_size = 1
no_output_layer = false
length = 262144
"""


def on_vectors(name: str, *settings: str) -> str:
    """A model on token vectors."""
    lines = "\n".join(settings)
    return f'\n[components.textcat.model]\n@architectures = "kernel.{name}"\nexclusive_classes = true\n{lines}\n{TOK2VEC}'


def bag(name: str, ngram_size: int, *settings: str) -> str:
    lines = "\n".join([f"ngram_size = {ngram_size}", "no_output_layer = false", *settings])
    return (
        f'\n[components.textcat.model]\n@architectures = "kernel.{name}"\nexclusive_classes = true\n{lines}\n'
    )


LOW_DATA = """
[components.textcat.model]
@architectures = "kernel.TextCatLowData.v1"
width = 64
dropout = 0.1
"""
# What is timed -> the model; spaCy's own, if it is another one.
MODELS = {
    "BOW": bag("TextCatBOW.v3", 1, "length = 262144"),
    "BOW, 3-grams": bag("TextCatBOW.v3", 3, "length = 262144"),
    "BOW.v2": bag("TextCatBOW.v2", 1),
    "CNN": on_vectors("TextCatCNN.v2"),
    "reduce": on_vectors(
        "TextCatReduce.v1", *(f"use_reduce_{how} = true" for how in ("first", "last", "max", "mean"))
    ),
    "ensemble": ENSEMBLE,
    "parametric attention": on_vectors("TextCatParametricAttention.v1"),
    "low data": LOW_DATA,
}
# spaCy's TextCatLowData.v1 can't be initialized: what it is made of is put together without the layer that fails.
REPAIRED = {"low data": LOW_DATA.replace("TextCatLowData", "LowDataRepaired")}
JOBS: dict[str, dict[str, Any]] = {"inference": {"task": "textcat"}, "training": {"n_updates": 10}}


def make_data(data: Path) -> dict[str, Path]:
    """Corpora that both sides read, their texts, and vectors of their words."""
    from kernel import blank
    from kernel.registries.family import registry
    from kernel.tokens import DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    made = {part: WORK / f"{part}.spacy" for part in ("train", "test")}
    made |= {"texts": WORK / "texts.txt", VECTORS: WORK / "vectors.txt"}
    if made[VECTORS].exists():
        return made
    nlp, read = blank("en"), registry.converters.get("kernel.auto.v1")()
    words: set[str] = set()
    for part, file in (("train", "docs_issues_training.jsonl"), ("test", "docs_issues_eval.jsonl")):
        store, docs = DocBin(store_user_data=True), list(read(data / "textcat" / file, nlp))
        for doc in docs:
            store.add(doc)
            words.update(token.text for token in doc if token.is_ascii and token.is_alpha)
        store.to_disk(made[part])
    made["texts"].write_text(
        "\n\n".join(" ".join(doc.text.split()) for doc in docs[:TEXTS]), encoding="utf-8"
    )
    draw = random.Random(0)
    known = [word for word in sorted(words) if draw.random() < 0.8]
    lines = [" ".join([word, *(f"{draw.gauss(0, 1):.3f}" for _ in range(300))]) for word in known]
    made[VECTORS].write_text(f"{len(lines)} 300\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return made


def vectors(side: str, source: Path) -> Path:
    """The vectors as a pipeline of a side."""
    output = WORK / f"{side}-vectors"
    if not output.exists():
        python = KERNEL_PYTHON if side == "kernel" else SPACY_PYTHON
        run([python, "-m", side, "init", "vectors", "en", source, output])
    return output


def model(side: str, name: str, data: dict[str, Path]) -> str:
    """A pipeline of one text classifier, trained for some updates."""
    output = WORK / "models" / f"{side}-{name}"
    if not (output / "model-last").exists():
        say(f"{side}: {name}")
        block = REPAIRED.get(name, MODELS[name]) if side == "spacy" else MODELS[name]
        config = WORK / f"{side}-{name}.cfg"
        text = (HERE / "configs" / "textcats.cfg").read_text(encoding="utf-8") + block
        config.write_text(for_side(text, side), encoding="utf-8")
        settings: dict[str, Any] = {"paths.train": data["train"], "paths.dev": data["test"]}
        if name == "low data":
            settings["paths.vectors"] = vectors(side, data[VECTORS])
            if side == "spacy":
                settings["code"] = HERE / "low_data_repaired.py"
        train(side, config, UPDATES, output, settings)
    return str(output / "model-last")


def section() -> str:
    files = {f"{name}, {job}": WORK / f"{name}-{job}" for name in MODELS for job in JOBS}
    return "\n\n".join(
        [
            INTRODUCTION,
            table(SPEED_HEAD, speed_rows(files)),
            "spaCy's TextCatLowData.v1 can't be initialized; it is timed without the layer that fails.",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="", help="a word that the names of rows have")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", default="free,AVX2", help="kinds of BLAS kernel")
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with textcat/docs_issues_*.jsonl")
    data = make_data(Path(os.environ["KERNEL_DATA"]))
    for name in MODELS:
        for job, own in JOBS.items():
            if arguments.rows not in f"{name}, {job}":
                continue
            settings = (
                {**own, "texts": str(data["texts"])}
                if job == "inference"
                else {**own, "corpus": str(data["train"])}
            )
            models = {side: model(side, name, data) for side in ("kernel", "spacy")}
            timed(
                WORK / f"{name}-{job}",
                job,
                all_sides(settings, models),
                arguments.rounds,
                arguments.cores.split(","),
            )
    text = section()
    print(text)
    if arguments.write:
        put_section("Text classifiers", text)


if __name__ == "__main__":
    main()
