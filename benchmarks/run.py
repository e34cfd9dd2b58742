"""Compare with spaCy on the same data, and write docs/benchmarks.md.

    make bench                          speed, memory and start-up
    make bench ARGS=--quality           scores of whole training runs as well: an hour or two
    make bench ARGS="--only ner,start"  some rows only; nothing is written

Data: the folder that the environment variable KERNEL_DATA names, with `ewt/*.conllu` (UD English EWT), `wnut17/*.conll`
(WNUT 2017), `ner_fashion/*.jsonl` and `textcat/*.jsonl` (from Explosion's projects repository). Without it the sample
corpus of `configs/sample` stands in, which is too small for figures to quote.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import stages
from loading_side import COMPONENTS
from named import with_entities
from page import kept_sections
from quality import quality_rows
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, compare, environment

ROOT = HERE.parent
WORK = HERE / ".work"
SPACY = "spacy==3.8.18"
PINNED = "Haswell"
Row = tuple[str, str, str, str, str]


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def run(command: list[str], **settings: Any) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=HERE,
        **{"env": environment(PINNED), **settings},
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done


def spacy_environment() -> None:
    """A second environment with spaCy in it; made once."""
    if not Path(SPACY_PYTHON).exists():
        say(f"installing {SPACY} into benchmarks/.venv")
        subprocess.run([sys.executable, "-m", "venv", str(HERE / ".venv")], check=True)
        subprocess.run([SPACY_PYTHON, "-m", "pip", "install", "--quiet", SPACY], check=True)


def corpora() -> dict[str, Path]:
    """Name -> .spacy file that both sides read, made once from the data folder."""
    from kernel import blank
    from kernel.registries.family import registry
    from kernel.tokens import DocBin

    data = Path(os.environ["KERNEL_DATA"]) if "KERNEL_DATA" in os.environ else None
    sample = ROOT / "configs" / "sample"
    sources: dict[str, Path] = {}
    for name, real, stand_in in (
        ("wnut-train", "wnut17/train.conll", "train.jsonl"),
        ("wnut-dev", "wnut17/dev.conll", "dev.jsonl"),
        ("wnut-test", "wnut17/test.conll", "test.jsonl"),
        ("fashion-train", "ner_fashion/training.jsonl", "train.jsonl"),
        ("fashion-test", "ner_fashion/eval.jsonl", "test.jsonl"),
        ("issues-train", "textcat/docs_issues_training.jsonl", "train.jsonl"),
        ("issues-test", "textcat/docs_issues_eval.jsonl", "test.jsonl"),
        ("cooking-train", "textcat/cooking-train.jsonl", "train.jsonl"),
        ("cooking-test", "textcat/cooking-dev.jsonl", "test.jsonl"),
        ("ewt-train", "ewt/train.conllu", ""),
        ("ewt-dev", "ewt/dev.conllu", ""),
        ("ewt-test", "ewt/test.conllu", ""),
    ):
        if data is not None:
            sources[name] = data / real
        elif stand_in:
            sources[name] = sample / stand_in
    nlp = blank("en")
    read = registry.converters.get("kernel.auto.v1")()
    made = {}
    for name, source in sources.items():
        made[name] = WORK / f"{name}.spacy"
        if not made[name].exists():
            store = DocBin(store_user_data=True)
            for doc in read(source, nlp, n_sents=10):
                store.add(doc)
            store.to_disk(made[name])
    return made


def texts(sources: dict[str, Path]) -> dict[str, Path]:
    """Text files: `long` with documents of about 150 words, `short` with sentences of about 12."""
    from kernel import blank
    from kernel.tokens import DocBin

    made = {"long": WORK / "long.txt", "short": WORK / "short.txt"}
    if all(path.exists() for path in made.values()):
        return made
    vocab = blank("en").vocab
    names = [n for n in ("ewt-dev", "ewt-test") if n in sources] or ["wnut-train"]
    sentences = [
        " ".join(sent.text.split())
        for name in names
        for doc in DocBin().from_disk(sources[name]).get_docs(vocab)
        for sent in (doc.sents if doc.has_annotation("SENT_START") else [doc])
    ]
    documents, current = [], []
    for sentence in sentences:
        current.append(sentence)
        if sum(text.count(" ") + 1 for text in current) >= 130:
            documents.append(" ".join(current))
            current = []
    made["long"].write_text("\n\n".join(documents or sentences), encoding="utf-8")
    short = [text for text in sentences if 9 <= text.count(" ") + 1 <= 14][:600]
    made["short"].write_text("\n\n".join(short), encoding="utf-8")
    return made


def train(side: str, config: str, train_path: Path, dev_path: Path, steps: int, **settings: Any) -> Path:
    """Train a pipeline with a side's own command; the folder of its last model."""
    output = WORK / "models" / f"{side}-{config}-{train_path.stem}"
    if not (output / "model-last").exists():
        say(f"training {config} with {side}")
        run(train_command(side, config, train_path, dev_path, steps, output, **settings))
    return output / "model-last"


def train_command(
    side: str, config: str, train_path: Path, dev_path: Path, steps: int, output: Path, **settings: Any
) -> list[str]:
    text = (HERE / "configs" / f"{config}.cfg").read_text(encoding="utf-8")
    own = WORK / f"{side}-{config}.cfg"
    own.write_text(text if side == "kernel" else text.replace('"kernel.', '"spacy.'), encoding="utf-8")
    command = [KERNEL_PYTHON, "-m", "kernel"] if side == "kernel" else [SPACY_PYTHON, "-m", "spacy"]
    command += ["train", str(own), "--output", str(output)]
    # spaCy counts updates from 0 and does one more than max_steps says.
    limit = steps if side == "kernel" else steps - 1
    values = {"paths.train": train_path, "paths.dev": dev_path, "training.max_steps": limit, **settings}
    values.setdefault("training.eval_frequency", steps)
    for key, value in values.items():
        command += [f"--{key}", str(value)]
    return command


def joint_models(made: dict[str, Path]) -> dict[str, dict[str, str]]:
    """Models with a tagger, a parser and an entity recognizer on shared vectors."""
    named = {part: WORK / f"ewt-{part}-named.spacy" for part in ("train", "dev")}
    for part, path in named.items():
        if not path.exists():
            with_entities(made[f"ewt-{part}"], path)
    settings: dict[str, Any] = {"nlp.pipeline": json.dumps(["tok2vec", "tagger", "parser", "ner"])}
    return both("syntax", named["train"], named["dev"], 300, **settings)


def both(
    config: str, train_path: Path, dev_path: Path, steps: int, **settings: Any
) -> dict[str, dict[str, str]]:
    models = {
        side: str(train(side, config, train_path, dev_path, steps, **settings))
        for side in ("kernel", "spacy")
    }
    return {side: {"model": models["kernel" if side == "kernel" else "spacy"]} for side in SIDE_NAMES}


SIDE_NAMES = ("kernel", "spacy", "spacy-matmul")


def speed_row(label: str, job: str, models: dict[str, dict[str, str]], **settings: Any) -> list[Row]:
    rows = []
    for core_type, shown in ((PINNED, "AVX2"), (None, "free")):
        say(f"{label} ({shown})")
        sides = {side: {**models.get(side, {}), **settings} for side in SIDE_NAMES}
        result = compare(job, sides, core_type=core_type)
        keep_stages(f"{label}, {shown}", job, sides["kernel"], core_type)
        low, high = result["range"]["spacy"]
        rows.append(
            (
                f"{label}, {shown}",
                f"{result['speed']['kernel']:,.0f}",
                f"{result['speed']['spacy']:,.0f}",
                f"{result['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})",
                f"{result['ratio']['spacy-matmul']:.2f}",
            )
        )
    return rows


def keep_stages(label: str, job: str, settings: dict[str, Any], core_type: str | None) -> None:
    """What kernel's time goes to: see stages.py."""
    command = [KERNEL_PYTHON, str(HERE / "stages.py"), job, json.dumps(settings)]
    found = json.loads(run(command, env=environment(core_type)).stdout.splitlines()[-1])
    say(f"  {stages.shown(found)}")
    kept = WORK / "stages.json"
    every = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    kept.write_text(json.dumps({**every, label: found}), encoding="utf-8")


def stage_rows() -> list[tuple[str, ...]]:
    """A row for every one that has been timed by stage."""
    kept = WORK / "stages.json"
    every = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    return [
        (
            label,
            f"{found['whole']:.2f}",
            stages.parts(found),
            f"{100 * found['limit']:.0f} %" if found["limit"] else "",
        )
        for label, found in every.items()
    ]


def children_cpu() -> float:
    """Seconds of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def whole_process(label: str, ours: list[str], theirs: list[str], rounds: int = 5) -> list[Row]:
    """CPU seconds of whole processes, in turn."""
    say(label)
    seconds: dict[str, list[float]] = {"kernel": [], "spacy": []}
    for number in range(rounds + 1):
        for side, command in (("kernel", ours), ("spacy", theirs)):
            before = children_cpu()
            run(command)
            if number:
                seconds[side].append(children_cpu() - before)
    ratios = [b / a for a, b in zip(seconds["kernel"], seconds["spacy"], strict=True)]
    return [
        (
            label,
            f"{statistics.median(seconds['kernel']):.2f} s",
            f"{statistics.median(seconds['spacy']):.2f} s",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            "",
        )
    ]


def loading_row(corpus: Path) -> list[Row]:
    """Loads of a pipeline of eight components in processes that have the library."""
    label = "Load a pipeline of eight components"
    say(label)
    sides = {}
    for side, python in (("kernel", KERNEL_PYTHON), ("spacy", SPACY_PYTHON)):
        config, output = WORK / f"eight-{side}.cfg", WORK / "models" / f"eight-{side}"
        if not output.exists():
            run([python, "-m", side, "init", "config", str(config), "--pipeline", COMPONENTS, "--force"])
            run([python, str(HERE / "loading_side.py"), side, str(config), str(corpus), str(output)])
        sides[side] = {"model": str(output)}
    found = compare("loading", sides, rounds=10)
    low, high = found["range"]["spacy"]
    shown = f"{found['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})"
    return [(label, *(f"{1 / found['speed'][side]:.2f} s" for side in sides), shown, "")]


def memory_row(label: str, job: str, models: dict[str, str], *arguments: Any) -> list[Row]:
    say(label)
    peak = {}
    for side, python in (("kernel", KERNEL_PYTHON), ("spacy", SPACY_PYTHON)):
        command = [python, str(HERE / "process.py"), side, job, models[side], *map(str, arguments)]
        peak[side] = json.loads(run(command).stdout.splitlines()[-1])["peak MB"]
    return [
        (
            label,
            f"{peak['kernel']:.0f} MB",
            f"{peak['spacy']:.0f} MB",
            f"{peak['kernel'] / peak['spacy']:.2f}",
            "",
        )
    ]


def growth_rows(model: str, n_docs: int) -> list[Row]:
    say(f"{n_docs} documents of random tokens")
    done = run([KERNEL_PYTHON, str(HERE / "process.py"), "kernel", "growth", model, str(n_docs)])
    seen = json.loads(done.stdout.splitlines()[-1])["resident MB"]
    each = (seen[-1] - seen[0]) / max(len(seen) - 1, 1)
    shown = " ".join(f"{value:.0f}" for value in seen)
    return [("MB resident after every 100,000 random documents", shown, "", f"{each:+.2f} MB each", "")]


def measure(only: set[str], n_growth: int) -> list[Row]:
    made = corpora()
    text = {name: str(path) for name, path in texts(made).items()}
    rows: list[Row] = []
    jobs: dict[str, Callable[[], list[Row]]] = {}
    ner = both("ner", made["wnut-train"], made["wnut-dev"], 600)
    last = {side: ner[side]["model"] for side in ("kernel", "spacy")}
    wnut = str(made["wnut-train"])
    jobs["ner"] = lambda: (
        speed_row("NER, nlp.pipe, 150-word documents", "inference", ner, task="ner", texts=text["long"])
        + speed_row(
            "NER, one call per 12-word document", "single_calls", ner, task="ner", texts=text["short"]
        )
        + speed_row("NER, training, 900-word batches", "training", ner, corpus=wnut)
        + speed_row("NER, training, 900-word batches in 4 shards", "training", ner, corpus=wnut, shards=4)
    )
    if "ewt-train" in made:
        tagger = both("tagger", made["ewt-train"], made["ewt-dev"], 300)
        ewt = str(made["ewt-train"])
        jobs["tagger"] = lambda: (
            speed_row(
                "Tagger, nlp.pipe, 150-word documents", "inference", tagger, task="tagger", texts=text["long"]
            )
            + speed_row("Tagger, training, 900-word batches", "training", tagger, corpus=ewt)
        )
        joint = joint_models(made)
        jobs["joint"] = lambda: speed_row(
            "Tagger + parser + ner, one call per 12-word document",
            "single_calls",
            joint,
            task="tagger, parser, ner",
            texts=text["short"],
        )
    # The network of the accuracy settings is twenty times as large: less text is enough.
    for name, length, n_updates in (("textcat-efficiency", "long", 10), ("textcat-accuracy", "short", 3)):
        models = both(name, made["issues-train"], made["issues-test"], 100)
        read, learn = {"texts": text[length]}, {"corpus": str(made["issues-train"]), "n_updates": n_updates}
        jobs[name] = lambda name=name, models=models, read=read, learn=learn: (
            speed_row(f"{name}, nlp.pipe", "inference", models, task="textcat", **read)
            + speed_row(f"{name}, training", "training", models, **learn)
        )
    jobs["tokenizer"] = lambda: (
        speed_row("Tokenizer, known words", "tokenizer_warm", {}, texts=text["long"])
        + speed_row("Tokenizer, first pass", "tokenizer_cold", {}, texts=text["long"])
    )

    def commands(side: str) -> list[str]:
        output = WORK / "whole" / side
        return train_command(side, "ner", made["wnut-train"], made["wnut-dev"], 300, output)

    jobs["train"] = lambda: whole_process(
        "The train command, NER, 300 updates", commands("kernel"), commands("spacy"), 3
    )
    jobs["start"] = lambda: (
        whole_process(
            "Import, load a NER pipeline, one sentence",
            [KERNEL_PYTHON, str(HERE / "start_kernel.py"), last["kernel"]],
            [SPACY_PYTHON, str(HERE / "start_spacy.py"), last["spacy"]],
        )
        + whole_process(
            "The --help of the command line",
            [KERNEL_PYTHON, "-m", "kernel", "--help"],
            [SPACY_PYTHON, "-m", "spacy", "--help"],
        )
    )
    if "ewt-dev" in made:
        jobs["loading"] = lambda: loading_row(made["ewt-dev"])
    jobs["memory"] = lambda: (
        memory_row("Peak memory, NER over 200,000 words", "inference", last, text["long"], 200_000)
        + memory_row("Peak memory, NER training over 34,000 words", "training", last, wnut, 34_000)
    )
    jobs["growth"] = lambda: growth_rows(last["kernel"], n_growth)
    kept = WORK / "rows"
    kept.mkdir(exist_ok=True)
    for name, job in jobs.items():
        if only and name not in only:
            continue
        # Rows are kept as they are measured, so that an interrupted run goes on where it was.
        result = kept / f"{name}.json"
        if only or not result.exists():
            begin = time.perf_counter(), children_cpu()
            result.write_text(json.dumps(job()), encoding="utf-8")
            say(
                f"{name} took {time.perf_counter() - begin[0]:.0f} s, {children_cpu() - begin[1]:.0f} s of CPU time"
            )
        for row in json.loads(result.read_text(encoding="utf-8")):
            rows.append(tuple(row))
            say("  ".join(row))
    return rows


def facts() -> dict[str, str]:
    """The machine and the versions."""
    import numpy

    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    versions = run(
        [
            SPACY_PYTHON,
            "-c",
            "import spacy,thinc,numpy;print(spacy.__version__,thinc.__version__,numpy.__version__)",
        ]
    ).stdout.split()
    from importlib import metadata

    return {
        "processor": f"{cpu}, {os.cpu_count()} cores",
        "Python": platform.python_version(),
        "kernel": f"{metadata.version('kernel-nlp')}, thinc {metadata.version('thinc')}, numpy {numpy.__version__}",
        "spaCy": f"{versions[0]}, thinc {versions[1]}, numpy {versions[2]}",
    }


def table(header: tuple[str, ...], rows: list[Any]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def report(rows: list[Row], quality: list[tuple[str, ...]], parity: str) -> str:
    machine = "\n".join(f"- {key}: {value}" for key, value in facts().items())
    header = ("data", "metric", "kernel (a run each)", "spaCy (a run each)", "difference (95 % interval)")
    scores = "## Scores after training\n\n" + (table(header, quality) if quality else "Not measured.")
    return f"""# Benchmarks

Measured against spaCy on the same data by `make bench`, which writes this page. Both sides run in processes of their
own that take turns (A B A B ...), with one BLAS thread; speeds are words per second of CPU time and medians of five
rounds, after one that does not count; the ratio is the median of the rounds' ratios, with their range. Inside the
timed loops everything is read that a user reads: entities with label and offsets, tags, categories.

The last column compares with spaCy after replacing its matrix product by `numpy.matmul`, so that it is not only the
BLAS library that is measured. "AVX2" rows tell OpenBLAS to use its AVX2 kernels (`OPENBLAS_CORETYPE={PINNED}`), "free"
rows let it choose.

{machine}

## Speed and memory

{table(("what", "kernel", "spaCy", "ratio", "ratio to spaCy with np.matmul"), rows)}

Speeds: more is better. For memory the ratio is kernel's share of spaCy's peak.

## What the time goes to

Kernel's rows by stage, in microseconds a word, and the share of the limit: the words a second, over those that the machine could do if
it did nothing but the products of matrices that a word needs, at the speed that it has for large ones. Stages of less than two
hundredths are left out.

{table(("what", "µs a word", "stages", "share of the limit"), stage_rows())}

## The same results

A small NER pipeline is trained by spaCy, its weights are read into the same network here (with the reference's border
padding, which kernel does not have), and both predict and do one update without dropout:

{parity}

{scores}

{kept_sections()}## Repeat it

```
KERNEL_DATA=path/to/data make bench
KERNEL_DATA=path/to/data make bench ARGS=--quality
```

`benchmarks/run.py` says what the data folder holds. Without it the small sample corpus is used.
"""


def parity_text() -> str:
    made = corpora()
    model = train("spacy", "ner", made["wnut-train"], made["wnut-dev"], 600)
    folder = WORK / "parity"
    say("the same results")
    run(
        [
            SPACY_PYTHON,
            str(HERE / "parity_reference.py"),
            str(model),
            str(made["wnut-train"]),
            str(folder),
            "55000",
        ]
    )
    done = run([KERNEL_PYTHON, str(HERE / "parity.py"), str(folder)])
    return "\n".join(f"- {line}" for line in done.stdout.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="comma-separated names of jobs; nothing is written then")
    parser.add_argument("--quality", action="store_true", help="train whole pipelines with several seeds too")
    parser.add_argument("--documents", type=int, default=1_000_000, help="random documents of the growth row")
    parser.add_argument("--fresh", action="store_true", help="train and measure everything anew")
    arguments = parser.parse_args()
    spacy_environment()
    if arguments.fresh:
        shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(exist_ok=True)
    only = set(filter(None, arguments.only.split(",")))
    rows = measure(only, arguments.documents)
    if only:
        return
    quality = quality_rows(corpora(), train_command, run, train=arguments.quality)
    page = HERE.parent / "docs" / "benchmarks.md"
    page.write_text(report(rows, quality, parity_text()), encoding="utf-8")
    say(f"wrote {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
