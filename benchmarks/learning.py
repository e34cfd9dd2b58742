"""Learning from less: scores with and without pretraining on raw text, on both sides with the same data and budget.

    KERNEL_DATA=path/to/data python benchmarks/learning.py [--write]

Raw text: the paragraphs of `ewt/train.conllu`. One pretraining a side, which is interrupted when it has used so many minutes
of CPU time; the weights that are written then are used. With them and without them: a tagger on 500 sentences of EWT, and ner
on a tenth of WNUT 2017, with the settings of `configs/` and of `init fill-config --pretraining`. The best model on the development
part is scored on the test part. Results are kept in `.work/learning`, so that an interrupted run goes on. --write
replaces the section of docs/benchmarks.md. Written for a machine with /proc.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from page import put_section
from quality import T95, interval
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, environment

WORK = HERE / ".work" / "learning"
PYTHON = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
NAMES = {"kernel": "kernel", "spacy": "spaCy"}
# config -> data and metric
TASKS = {
    "tagger": ("tags, 500 sentences of EWT", "tag_acc"),
    "ner": ("entities, a tenth of WNUT 2017", "ents_f"),
}


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def paragraphs(source: Path, longest: int = 300) -> list[str]:
    """The texts of the paragraphs of a CoNLL-U file; those with more words are cut between sentences."""
    found: list[list[str]] = []
    size = 0
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith(("# newdoc", "# newpar")):
            found.append([])
            size = 0
        elif line.startswith("# text = "):
            sentence = line.removeprefix("# text = ")
            size += len(sentence.split())
            if size > longest and found[-1]:
                found.append([])
                size = len(sentence.split())
            found[-1].append(sentence)
    return [" ".join(sentences) for sentences in found if sentences]


def make_data(data: Path, n_sentences: int = 500, share: float = 0.1) -> None:
    """Raw text and corpora that both sides read. What is drawn depends on the data alone."""
    from kernel import blank
    from kernel.registries.family import registry
    from kernel.tokens import DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    if (WORK / "ner-test.spacy").exists():
        return
    with (WORK / "raw.jsonl").open("w", encoding="utf-8") as file:
        for text in paragraphs(data / "ewt" / "train.conllu"):
            file.write(json.dumps({"text": text}) + "\n")
    nlp, read = blank("en"), registry.converters.get("kernel.auto.v1")()
    for task, folder, ending in (("tagger", "ewt", "conllu"), ("ner", "wnut17", "conll")):
        for part in ("train", "dev", "test"):
            docs = list(read(data / folder / f"{part}.{ending}", nlp, n_sents=1))
            if part != "test":
                # One who has little to train with has little to choose the best model with.
                size = n_sentences if part == "dev" or task == "tagger" else round(share * len(docs))
                docs = random.Random(0).sample(docs, size)
            store = DocBin(store_user_data=True)
            for doc in docs:
                store.add(doc)
            say(f"{task} {part}: {len(docs)} documents, {sum(map(len, docs))} words")
            store.to_disk(WORK / f"{task}-{part}.spacy")


def config_file(side: str, task: str) -> Path:
    """The config of a task, with what the library recommends for pretraining."""
    made = WORK / f"{side}-{task}.cfg"
    if not made.exists():
        text = (HERE / "configs" / f"{task}.cfg").read_text(encoding="utf-8")
        if side != "kernel":
            text = text.replace('"kernel.', f'"{side}.')
        text = text.replace("[paths]\n", "[paths]\nraw_text = null\ninit_tok2vec = null\n", 1)
        text += "\n[initialize]\ninit_tok2vec = ${paths.init_tok2vec}\n"
        base = WORK / f"{side}-{task}-base.cfg"
        base.write_text(text, encoding="utf-8")
        run([PYTHON[side], "-m", side, "init", "fill-config", str(base), str(made), "--pretraining"])
    return made


def run(command: list[str]) -> None:
    """Run a command. What it said is shown if it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=HERE, env=environment())
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pretrain(side: str, minutes: float) -> Path:
    """Pretrain for so many minutes of CPU time; the folder with `model-last.bin`, `log.jsonl` and `cpu.json`."""
    output = WORK / f"{side}-pretrained"
    if (output / "cpu.json").exists():
        return output
    say(f"pretraining with {side}")
    shutil.rmtree(output, ignore_errors=True)
    command = [PYTHON[side], "-m", side, "pretrain", str(config_file(side, "tagger")), str(output)]
    command += ["--paths.raw_text", str(WORK / "raw.jsonl")]
    # What runs in the background may have been told to ignore this signal, and its children with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    used, log = 0.0, WORK / f"{side}-pretrain.txt"
    with log.open("w") as said:
        process = subprocess.Popen(
            command, cwd=HERE, env=environment(), stdout=said, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            used = cpu_seconds(process.pid)
            if used >= 60 * minutes:
                process.send_signal(signal.SIGINT)
                process.wait()
            time.sleep(0.5)
    if not (output / "model-last.bin").exists():
        raise SystemExit(f"pretraining with {side} failed: see {log}")
    last = json.loads((output / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    facts = {"seconds": used, "words": last["nr_word"]}
    (output / "cpu.json").write_text(json.dumps(facts), encoding="utf-8")
    return output


def kept(side: str, task: str, how: str, seed: int) -> Path:
    """Where the scores of a run lie. how: none or pretrained."""
    return WORK / f"{side}-{task}-{how}-{seed}.json"


def train(side: str, task: str, seed: int, steps: int, weights: Path | None) -> None:
    """Train, and score the best model."""
    result = kept(side, task, "pretrained" if weights else "none", seed)
    if result.exists():
        return
    say(result.stem)
    output, scores = WORK / f"{side}-model", WORK / f"{side}-scores.json"
    command = [PYTHON[side], "-m", side, "train", str(config_file(side, task)), "--output", str(output)]
    settings = {
        "paths.train": WORK / f"{task}-train.spacy",
        "paths.dev": WORK / f"{task}-dev.spacy",
        "paths.init_tok2vec": weights or "null",
        "system.seed": seed,
        "training.max_steps": steps,
        "training.eval_frequency": 100,
    }
    for key, value in settings.items():
        command += [f"--{key}", str(value)]
    run(command)
    test = str(WORK / f"{task}-test.spacy")
    run([PYTHON[side], "-m", side, "evaluate", str(output / "model-best"), test, "--output", str(scores)])
    shutil.rmtree(output)
    scores.replace(result)


def found(side: str, task: str, how: str, seeds: int) -> list[float]:
    """The scores that are there, of the first seeds."""
    results = [kept(side, task, how, seed) for seed in range(seeds)]
    metric = TASKS[task][1]
    return [
        100 * float(json.loads(each.read_text(encoding="utf-8"))[metric]) for each in results if each.exists()
    ]


def learning_rows(seeds: int = 5) -> list[tuple[str, ...]]:
    """A row for every task and side: without, with, and the gain with its 95 % interval (runs with a seed are a pair)."""
    rows = []
    for task, (what, metric) in TASKS.items():
        both: dict[str, list[float]] = {}
        for side, name in NAMES.items():
            without, with_it = (found(side, task, how, seeds) for how in ("none", "pretrained"))
            if len(without) < 2 or len(with_it) != len(without):
                continue
            both[side] = [b - a for a, b in zip(without, with_it, strict=True)]
            half = T95[len(without) - 1] * statistics.stdev(both[side]) / math.sqrt(len(without))
            gain = f"{statistics.mean(both[side]):+.1f} (±{half:.1f})"
            rows.append((what, metric, name, shown(without), shown(with_it), gain))
        if len(both) == 2 and len(both["kernel"]) == len(both["spacy"]):
            difference, half = interval(both["kernel"], both["spacy"])
            rows.append((what, metric, "difference of the gains", "", "", f"{difference:+.1f} (±{half:.1f})"))
    return rows


def shown(scores: list[float]) -> str:
    """The mean of some scores, and each."""
    return f"{statistics.mean(scores):.1f} ({', '.join(f'{score:.1f}' for score in scores)})"


def pretraining_facts() -> list[str]:
    """What each side had of the raw text."""
    lines = []
    for side, name in NAMES.items():
        file = WORK / f"{side}-pretrained" / "cpu.json"
        if file.exists():
            facts = json.loads(file.read_text(encoding="utf-8"))
            minutes, words = facts["seconds"] / 60, facts["words"] / 1e6
            lines.append(f"{name}: {minutes:.1f} minutes of CPU time, {words:.1f} million words")
    return lines


def learning_section(seeds: int) -> str:
    """What the page of benchmarks tells of it."""
    header = (
        "data",
        "metric",
        "library",
        "without (a run each)",
        "pretrained (a run each)",
        "gain (95 % interval)",
    )
    lines = [header, tuple("---" for _ in header), *learning_rows(seeds)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in lines)
    facts = "\n".join(f"- {line}" for line in pretraining_facts())
    return f"""By `python benchmarks/learning.py --write`. Token vectors are pretrained once a side on the raw text of EWT, 205,000 words, as
each library's `init fill-config --pretraining` has it: masked types here, characters there. Then a tagger learns from 500 sentences
of EWT, and ner from a tenth of WNUT 2017 (339 sentences), with these token vectors and without, with equal settings and seeds.
The model that is the best on 500 sentences of the development part is scored on the test part.

{facts}

{table}"""


def main() -> None:
    """Train what is missing, and print the rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--side", choices=[*PYTHON], action="append", help="only this side")
    parser.add_argument("--minutes", type=float, default=20, help="CPU time of a pretraining")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1000, help="of a training")
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with ewt/*.conllu and wnut17/*.conll")
    make_data(Path(os.environ["KERNEL_DATA"]))
    for side in arguments.side or PYTHON:
        weights = pretrain(side, arguments.minutes) / "model-last.bin"
        for seed in range(arguments.seeds):
            for task in TASKS:
                for each in (None, weights):
                    train(side, task, seed, arguments.steps, each)
    section = learning_section(arguments.seeds)
    print(section)
    if arguments.write:
        put_section("Learning from less", section)


if __name__ == "__main__":
    main()
