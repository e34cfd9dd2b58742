"""Lists of phrases side by side with spaCy: the same matches, entities and spans, and how fast.

    KERNEL_DATA=path/to/data python benchmarks/matching_phrases.py [--phrases 10000] [--rounds 5] [--parts train,dev,test]
        [--units documents,sentences] [--write]

Data: `ewt/*.conllu` (UD English EWT). spaCy is taken from benchmarks/.venv. Phrases are what stands in the data: names (proper nouns in a row), and
for the rest neighbouring tokens, one to six, by a random stream with a key. Both sides get the same documents, those of the
corpus or its sentences. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from page import put_section
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, environment

WORK = HERE / ".work" / "matching_phrases"
PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
LONGEST = 6
LABELS = 8
Row = list[str]
ABOUT = """\
{phrases:,} phrases of one to six tokens, made from UD English EWT: {names:,} names, the rest neighbouring tokens; {tokens:,} tokens. Matches, entities and
spans are equal. Tokens a second of CPU time, medians of {rounds} rounds that alternate; the last column is the median of their ratios. spaCy has no batches for
`PhraseMatcher`. By `python benchmarks/matching_phrases.py --write`."""


def documents(path: Path) -> Iterator[list[list[Row]]]:
    """The documents of a CoNLL-U file, each as its sentences, and these as rows of words."""
    doc: list[list[Row]] = []
    rows: list[Row] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("# newdoc") and doc:
            yield doc
            doc = []
        if line and not line.startswith("#"):
            row = line.split("\t")
            if row[0].isdigit():
                rows.append(row)
        elif not line and rows:
            doc.append(rows)
            rows = []
    yield doc


def phrases_of(docs: list[list[list[Row]]], count: int) -> tuple[list[list[str]], int]:
    """Distinct phrases as words, and how many of them are names."""
    from kernel.numeric.random import stream

    draw = random.Random(int(stream(0, "benchmarks", "matching_phrases").integers(1 << 62)))
    sentences = [sentence for doc in docs for sentence in doc]
    names: dict[tuple[str, ...], None] = {}
    for sentence in sentences:
        for is_name, rows in groupby(sentence, key=lambda row: row[3] == "PROPN"):
            words = tuple(row[1] for row in rows)
            if is_name and len(words) <= LONGEST:
                names[words] = None
    found = dict.fromkeys(draw.sample(list(names), min(len(names), count // 2)))
    from_names = len(found)
    while len(found) < count:
        sentence = draw.choice(sentences)
        size = draw.randint(1, min(LONGEST, len(sentence)))
        begin = draw.randrange(len(sentence) - size + 1)
        found[tuple(row[1] for row in sentence[begin : begin + size])] = None
    made = [list(words) for words in found]
    draw.shuffle(made)
    return made, from_names


def make(data: Path, parts: list[str], count: int, unit: str) -> dict[str, Any]:
    """Documents and phrases in a file that both sides read: its path, the number of tokens, that of names."""
    docs = [doc for part in parts for doc in documents(data / "ewt" / f"{part}.conllu")]
    phrases, names = phrases_of(docs, count)
    words = [[[row[1] for row in sentence] for sentence in doc] for doc in docs]
    texts = (
        [[word for sentence in doc for word in sentence] for doc in words]
        if unit == "documents"
        else [each for doc in words for each in doc]
    )
    labels = [f"L{number % LABELS}" for number in range(len(phrases))]
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"{unit}-{count}.json"
    path.write_text(json.dumps({"docs": texts, "phrases": phrases, "labels": labels}), encoding="utf-8")
    return {"path": path, "tokens": sum(map(len, texts)), "names": names}


class Side:
    """A process that answers commands, see matching_phrases_side.py."""

    def __init__(self, side: str, path: Path) -> None:
        self.process = subprocess.Popen(
            [PYTHONS[side], str(HERE / "matching_phrases_side.py"), side, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env=environment(),
        )

    def ask(self, *command: str) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(" ".join(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def check_equal(kernel: Side, spacy: Side, job: str) -> int:
    """How many matches there are. `SystemExit` if those of the two sides differ."""
    ours, theirs = kernel.ask("found", job), spacy.ask("found", job)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one != other:
            more, less = ([each for each in a if each not in b][:5] for a, b in ((one, other), (other, one)))
            raise SystemExit(f"{job}: document {number} differs; only ours: {more}, only spaCy's: {less}")
    return sum(map(len, ours))


# What is shown, and what it is called by the sides: the job of kernel, that of spaCy.
JOBS = (
    ("PhraseMatcher, ORTH, in batches", "orth-batch", "orth"),
    ("PhraseMatcher, ORTH, one by one", "orth", "orth"),
    ("PhraseMatcher, LOWER, in batches", "lower-batch", "lower"),
    ("PhraseMatcher, LOWER, one by one", "lower", "lower"),
    ("entity_ruler, phrases, by nlp.pipe", "entity_ruler", "entity_ruler"),
    (
        "entity_ruler, 25 of them patterns over tokens, by nlp.pipe",
        "entity_ruler-mixed",
        "entity_ruler-mixed",
    ),
    ("span_ruler, phrases by LOWER, by nlp.pipe", "span_ruler", "span_ruler"),
    ("span_ruler, entities by a filter, by nlp.pipe", "span_ruler-ents", "span_ruler-ents"),
)


def compare(made: dict[str, Any], unit: str, rounds: int) -> Iterator[str]:
    """The rows of the table."""
    kernel, spacy = Side("kernel", made["path"]), Side("spacy", made["path"])
    for title, ours, theirs in JOBS:
        setup = [side.ask("build", job) for side, job in ((kernel, ours), (spacy, theirs))]
        count = check_equal(kernel, spacy, theirs)
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds + 1):
            for side, job, own in ((kernel, ours, times[0]), (spacy, theirs, times[1])):
                seconds = side.ask("run", job)
                if number:
                    own.append(seconds)
        ratio = statistics.median(their / our for our, their in zip(*times, strict=True))
        ours_speed, theirs_speed = (made["tokens"] / statistics.median(own) for own in times)
        row = f"| {title}, {unit} | {count:,} | {setup[0]:.2f} s | {setup[1]:.2f} s | {ours_speed:,.0f} | {theirs_speed:,.0f} | {ratio:.2f} |"
        print(row, flush=True)
        yield row
    kernel.close()
    spacy.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--phrases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", default="train,dev,test")
    parser.add_argument("--units", default="documents,sentences")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    data = Path(os.environ["KERNEL_DATA"])
    lines = [
        "| what | matches | kernel adds | spaCy adds | kernel | spaCy | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    made: dict[str, Any] = {}
    for unit in args.units.split(","):
        made = make(data, args.parts.split(","), args.phrases, unit)
        lines += compare(made, unit, args.rounds)
    about = ABOUT.format(phrases=args.phrases, names=made["names"], tokens=made["tokens"], rounds=args.rounds)
    print("\n".join([about, "", *lines]))
    if args.write:
        put_section("Lists of phrases", "\n".join([about, "", *lines]))


if __name__ == "__main__":
    main()
