"""Span categorisation side by side with spaCy: scores of whole training runs, speed, and memory by the token.

    KERNEL_DATA=path/to/data python benchmarks/spans.py [--only scores,speed,memory] [--sides kernel,spacy] [--write]

Data: `wnut17/*.conll`. spaCy is taken from benchmarks/.venv.

scores: spancat on shared token vectors, the last model scored on the test part. Overlapping (2,000 updates): the entities of WNUT 2017,
the last word of each longer one as its head, and each with a short word before it as a phrase. Nested (600): sentences of nested.py.
speed: prediction and whole updates, each side with a model that it has trained itself for 150 updates; what it finds is
read inside the timed loop. memory: time and peak memory of very long documents, of ours alone.
Results are kept in `.work/spans`, so that an interrupted run goes on. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nested import Grammar, flat
from page import put_section
from quality import interval
from sides import HERE, KERNEL_PYTHON, SIDES, compare
from syntax import PINNED, PYTHONS, run, say, table

WORK = HERE / ".work" / "spans"
UPDATES = {"overlapping": 2000, "nested": 600}
SEEDS, SPEED_UPDATES = 3, 150
PARTS = ("train", "dev", "test")
# Sizes of the n-grams that are suggested, and how many sentences the nested corpus has.
SIZES = {"overlapping": [1, 2, 3], "nested": [1, 2, 3, 4, 5, 6]}
NESTED = {"train": 3000, "dev": 300, "test": 1000}
BEFORE = {"a", "an", "the", "at", "in", "on", "to", "of", "from", "my", "with", "by", "for", "and"}
METRICS = ("spans_sc_p", "spans_sc_r", "spans_sc_f")
SPEED: dict[str, tuple[str, dict[str, Any]]] = {
    "spancat, nlp.pipe": ("inference", {"texts": "documents"}),
    "spancat, one call for 20 words": ("single_calls", {"texts": "20 words"}),
    "spancat, one call for 200 words": ("single_calls", {"texts": "200 words"}),
    "spancat, training, 900-word batches": ("training", {"n_updates": 12}),
}
LONG = {"spancat, prediction": "predict", "spancat, an update": "learn"}


def overlapping(data: Path, part: str) -> Iterator[Any]:
    """Documents of ten messages each."""
    from kernel import blank
    from kernel.registries.family import registry

    read = registry.converters.get("kernel.auto.v1")()
    for doc in read(data / "wnut17" / f"{part}.conll", blank("en"), n_sents=10):
        spans = []
        for ent in doc.ents:
            spans.append((ent.start, ent.end, ent.label_))
            if len(ent) > 1:
                spans.append((ent.end - 1, ent.end, "head"))
            if ent.start and doc[ent.start - 1].lower_ in BEFORE:
                spans.append((ent.start - 1, ent.end, "phrase"))
        yield with_spans(doc, spans)


def nested(part: str) -> Iterator[Any]:
    """Documents of five sentences each."""
    from kernel import blank
    from kernel.tokens import Doc

    vocab, grammar = blank("en").vocab, Grammar(PARTS.index(part))
    for _ in range(NESTED[part] // 5):
        words, spans = flat([tree for _ in range(5) for tree in grammar.sentence()])
        yield with_spans(Doc(vocab, words=words), spans)


def with_spans(doc: Any, spans: Sequence[tuple[int, int, str]]) -> Any:
    from kernel.tokens import Span

    doc.spans["sc"] = [Span(doc, start, end, label) for start, end, label in spans]
    return doc


def make_data(data: Path) -> None:
    """Corpora that both sides read."""
    from kernel.tokens import DocBin

    WORK.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        for name, docs in (("overlapping", overlapping(data, part)), ("nested", nested(part))):
            made = WORK / f"{name}-{part}.spacy"
            if not made.exists():
                DocBin(docs=list(docs)).to_disk(made)


def train(side: str, corpus: str, updates: int, output: Path, seed: int = 0) -> str:
    """Train with a side's own command; what it printed."""
    text = (HERE / "configs" / "spans.cfg").read_text(encoding="utf-8")
    config = WORK / f"{side}-{corpus}.cfg"
    config.write_text(text if side == "kernel" else text.replace('"kernel.', '"spacy.'), encoding="utf-8")
    values = {
        "paths.train": WORK / f"{corpus}-train.spacy",
        "paths.dev": WORK / f"{corpus}-dev.spacy",
        "system.seed": seed,
        "components.spancat.suggester.sizes": json.dumps(SIZES[corpus]),
        # spaCy counts updates from 0 and does one more than max_steps says.
        "training.max_steps": updates if side == "kernel" else updates - 1,
    }
    command = [PYTHONS[side], "-m", side, "train", config, "--output", output]
    for key, value in values.items():
        command += [f"--{key}", value]
    return run(command)


def scores(sides: Sequence[str], corpora: Sequence[str]) -> None:
    """Train what is missing."""
    for corpus in corpora:
        for seed in range(SEEDS):
            for side in sides:
                result = WORK / f"scores-{corpus}-{side}-{seed}.json"
                if result.exists():
                    continue
                say(f"{corpus}, {side}, seed {seed}")
                output = WORK / f"{side}-{corpus}-{seed}"
                result.with_suffix(".txt").write_text(
                    train(side, corpus, UPDATES[corpus], output, seed), encoding="utf-8"
                )
                made, test = output / "scores.json", WORK / f"{corpus}-test.spacy"
                run([PYTHONS[side], "-m", side, "evaluate", output / "model-last", test, "--output", made])
                made.replace(result)
                shutil.rmtree(output)


def make_texts() -> dict[str, Path]:
    """Text files of the test part: `documents` of ten messages, and single texts of so many words or some more."""
    from kernel import blank
    from kernel.tokens import DocBin

    made = {name: WORK / f"{name}.txt" for name in ("documents", "20 words", "200 words")}
    if all(path.exists() for path in made.values()):
        return made
    docs = DocBin().from_disk(WORK / "overlapping-test.spacy").get_docs(blank("en").vocab)
    words = [doc.text.split() for doc in docs]
    made["documents"].write_text("\n\n".join(" ".join(each) for each in words), encoding="utf-8")
    everything = [word for each in words for word in each]
    for n_words, n_texts in ((20, 100), (200, 20)):
        starts = range(0, n_words * n_texts, n_words)
        texts = [" ".join(everything[start : start + n_words]) for start in starts]
        made[f"{n_words} words"].write_text("\n\n".join(texts), encoding="utf-8")
    return made


def model(side: str) -> str:
    """A small pipeline, trained for some hundred updates."""
    output = WORK / "models" / side
    if not (output / "model-last").exists():
        say(f"{side}: a model for the speed")
        train(side, "overlapping", SPEED_UPDATES, output)
    return str(output / "model-last")


def speed(rounds: int, word: str) -> None:
    """Time what is missing, of the rows whose name has a word."""
    texts = make_texts()
    for core_type, shown in ((None, "free"), (PINNED, "AVX2")):
        for name, (job, own) in SPEED.items():
            result = WORK / f"speed-{name}-{shown}.json"
            if result.exists() or word not in name:
                continue
            settings = {**own, "task": "spancat"} if job != "training" else dict(own)
            if "texts" in own:
                settings["texts"] = str(texts[own["texts"]])
            else:
                settings["corpus"] = str(WORK / "overlapping-train.spacy")
            sides = {side: {**settings, "model": model(side.partition("-")[0])} for side in SIDES}
            say(f"{name} ({shown})")
            found = compare(job, sides, rounds=rounds, core_type=core_type)
            result.write_text(json.dumps(found), encoding="utf-8")
            say(str(found["ratio"]))


def memory(sizes: Sequence[int]) -> None:
    """Measure what is missing, every figure in a process of its own."""
    for name, job in LONG.items():
        for size in sizes:
            result = WORK / f"long-{name}-{size}.json"
            if result.exists():
                continue
            say(f"{name}, {size:,} tokens")
            side = [KERNEL_PYTHON, HERE / "syntax_side.py", "kernel"]
            said = run([*side, job, model("kernel"), WORK / "overlapping-train.spacy", size])
            result.write_text(said.splitlines()[-1], encoding="utf-8")


def score_rows() -> list[tuple[str, ...]]:
    """A row for every corpus and score: the mean of each side, that of every run, and the difference with its interval."""
    rows = []
    for corpus in SIZES:
        found: dict[str, list[dict[str, Any]]] = {side: [] for side in PYTHONS}
        for seed in range(SEEDS):
            results = {side: WORK / f"scores-{corpus}-{side}-{seed}.json" for side in PYTHONS}
            if all(path.exists() for path in results.values()):
                for side, path in results.items():
                    found[side].append(json.loads(path.read_text(encoding="utf-8")))
        if len(found["kernel"]) < 2:
            continue
        for metric in METRICS:
            values = {side: [100 * each[metric] for each in runs] for side, runs in found.items()}
            difference, half = interval(values["kernel"], values["spacy"])
            shown = [
                f"{statistics.mean(v):.1f} ({', '.join(f'{x:.1f}' for x in v)})" for v in values.values()
            ]
            rows.append((f"{corpus}, {metric}", *shown, f"{difference:+.1f} (±{half:.1f})"))
    return rows


def speed_rows() -> list[tuple[str, ...]]:
    rows = []
    for name in SPEED:
        for shown in ("AVX2", "free"):
            result = WORK / f"speed-{name}-{shown}.json"
            if result.exists():
                found = json.loads(result.read_text(encoding="utf-8"))
                low, high = found["range"]["spacy"]
                row = (
                    f"{name}, {shown}",
                    *(f"{found['speed'][side]:,.0f}" for side in PYTHONS),
                    f"{found['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})",
                    f"{found['ratio']['spacy-matmul']:.2f}",
                )
                rows.append(row)
    return rows


def memory_rows() -> list[tuple[str, ...]]:
    rows = []
    for result in sorted(WORK.glob("long-*.json")):
        name, _, size = result.stem.removeprefix("long-").rpartition("-")
        found = json.loads(result.read_text(encoding="utf-8"))
        rows.append((f"{name}, {int(size):,} tokens", f"{found['microseconds']:.1f}", f"{found['kB']:.1f}"))
    return rows


def section() -> str:
    """What the page of benchmarks tells of it."""
    parts = [
        "By `python benchmarks/spans.py --write`: spancat on shared token vectors, with the settings that spaCy's `init config` recommends."
    ]
    if rows := score_rows():
        parts.append(
            "Scores, the last model scored on the test part. Overlapping (2,000 updates): the entities of WNUT 2017, the last word of each\n"
            "longer one as its head, and each with a short word before it as a phrase. Nested (600): sentences made by a grammar, n-grams\n"
            "up to 6."
        )
        head = ("metric", "kernel (a run each)", "spaCy (a run each)", "difference (95 % interval)")
        parts.append(table(head, rows))
    if rows := speed_rows():
        parts.append(
            "Speed, tok2vec and spancat together, n-grams up to 3. Words per second of CPU time; all spans that were found are read inside\n"
            "the timed loop."
        )
        parts.append(table(("what", "kernel", "spaCy", "ratio", "ratio to spaCy with np.matmul"), rows))
    if rows := memory_rows():
        parts.append("One long document, here alone: CPU time and growth of the peak memory, by the token.")
        parts.append(table(("what", "µs a token", "kB a token"), rows))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="scores,speed,memory")
    parser.add_argument("--sides", default="kernel,spacy", help="whose scores are measured")
    parser.add_argument("--corpora", default=",".join(SIZES))
    parser.add_argument("--rows", default="", help="a word that the names of rows of speed have")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with wnut17/*.conll")
    make_data(Path(os.environ["KERNEL_DATA"]))
    only = arguments.only.split(",")
    if "scores" in only:
        scores(arguments.sides.split(","), arguments.corpora.split(","))
    if "speed" in only:
        speed(arguments.rounds, arguments.rows)
    if "memory" in only:
        memory((10_000, 100_000))
    text = section()
    print(text)
    if arguments.write:
        put_section("Spans", text)


if __name__ == "__main__":
    main()
