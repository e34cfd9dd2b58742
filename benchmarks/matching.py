"""Patterns over tokens side by side with spaCy: the same matches in the same order, and how fast.

    KERNEL_DATA=path/to/data python benchmarks/matching.py [--part dev] [--patterns 1000] [--rounds 5] [--kind KIND] [--write]

Data: `ewt/*.conllu` (UD English EWT). spaCy is taken from benchmarks/.venv. Patterns are made of what stands in the data, by a random
stream with a key: each of them is a few neighbouring tokens, described by some of their attributes, with operators. --kind takes
patterns of one kind alone. Both sides get the same documents, of ten sentences or of one. --write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from page import put_section
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, environment

WORK = HERE / ".work" / "matching"
PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
GREEDY = (None, "FIRST", "LONGEST")
OPERATORS = ("!", "?", "+", "*", "{2}", "{1,3}", "{2,}", "{,2}")
Row = list[str]
Draw = random.Random
ABOUT = """\
{patterns} patterns made from UD English EWT ({part}), with every operator, comparison, REGEX, FUZZY, IN, NOT_IN, sets of features, extension
attributes, and each value of `greedy`; {tokens:,} tokens. The matches and their order are equal. Tokens a second of CPU time, medians of
{rounds} rounds that alternate; by `python benchmarks/matching.py --write`."""


def sentences(path: Path) -> Iterator[list[Row]]:
    """The sentences of a CoNLL-U file as rows of words."""
    rows: list[Row] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line and not line.startswith("#"):
            row = line.split("\t")
            if row[0].isdigit():
                rows.append(row)
        elif not line and rows:
            yield rows
            rows = []


def columns(group: list[list[Row]]) -> dict[str, Any]:
    """Some sentences as arguments of a document."""
    rows = [row for sentence in group for row in sentence]
    offsets = [
        offset
        for number, sentence in enumerate(group)
        for offset in [sum(map(len, group[:number]))] * len(sentence)
    ]
    return {
        "words": [row[1] for row in rows],
        "spaces": ["SpaceAfter=No" not in row[9] for row in rows],
        "tags": [row[4] for row in rows],
        "pos": [row[3] for row in rows],
        "morphs": ["" if row[5] == "_" else row[5] for row in rows],
        "lemmas": [row[2] for row in rows],
        "heads": [
            place if row[6] == "0" else offset + int(row[6]) - 1
            for place, (row, offset) in enumerate(zip(rows, offsets, strict=True))
        ],
        "deps": [row[7] for row in rows],
    }


def plain(row: Row, draw: Draw, _: list[Row]) -> dict[str, Any]:
    return draw.choice(
        [
            {"TEXT": row[1]},
            {"LOWER": row[1].lower()},
            {"LEMMA": row[2]},
            {"TAG": row[4], "LOWER": row[1].lower()},
            {"POS": row[3]},
            {"DEP": row[7]},
        ]
    )


def regex(row: Row, draw: Draw, _: list[Row]) -> dict[str, Any]:
    word = row[1].lower()
    if not word.isalpha():
        return {"TEXT": {"REGEX": r"^\W+$"}}
    return draw.choice(
        [
            {"LOWER": {"REGEX": f"^{word[:3]}"}},
            {"TEXT": {"REGEX": f"(?i){word[-3:]}$"}},
            {"TAG": {"REGEX": f"^{row[4][:2]}"}},
            {"LOWER": {"REGEX": {"IN": [f"^{word[:4]}", "ing$"]}}},
        ]
    )


def fuzzy(row: Row, draw: Draw, _: list[Row]) -> dict[str, Any]:
    return {"LOWER": {draw.choice(["FUZZY", "FUZZY1", "FUZZY2"]): row[1].lower()}}


def member(row: Row, draw: Draw, others: list[Row]) -> dict[str, Any]:
    words = [row[1].lower(), *(other[1].lower() for other in draw.sample(others, 5))]
    return draw.choice(
        [
            {"LOWER": {"IN": words}},
            {"POS": {"IN": [row[3], "X"]}},
            {"LEMMA": {"NOT_IN": ["be", "have"]}, "POS": row[3]},
        ]
    )


def features(row: Row, draw: Draw, _: list[Row]) -> dict[str, Any]:
    own = [] if row[5] == "_" else row[5].split("|")
    how = draw.choice(["IS_SUBSET", "IS_SUPERSET", "INTERSECTS"])
    values = (
        [*own, "Case=Dat"]
        if how == "IS_SUBSET"
        else own[:2]
        if how == "IS_SUPERSET"
        else [*own[:1], "Mood=Imp"]
    )
    return {"MORPH": {how: values}, "TAG": row[4]}


def shape(row: Row, draw: Draw, _: list[Row]) -> dict[str, Any]:
    size = len(row[1])
    return draw.choice(
        [
            {"LENGTH": {">=": size}, "POS": row[3]},
            {"LENGTH": {"==": size}, "IS_ALPHA": True},
            {"LENGTH": {"!=": 3}, "TAG": row[4]},
            {"IS_TITLE": row[1].istitle(), "LENGTH": {"<": 6}},
            {"LIKE_NUM": True},
        ]
    )


def extension(row: Row, draw: Draw, _: list[Row]) -> dict[str, Any]:
    vowels = sum(letter in "aeiou" for letter in row[1])
    return {
        "POS": row[3],
        "_": draw.choice(
            [{"vowels": {">=": vowels}}, {"last": row[1][-1:]}, {"last": {"IN": [row[1][-1:], "x"]}}]
        ),
    }


KINDS = {each.__name__: each for each in (plain, regex, fuzzy, member, features, shape, extension)}


def patterns(found: list[list[Row]], count: int, kind: str | None) -> list[Any]:
    """Patterns with keys: each has at least one token of its kind, the others are plain or of another one."""
    from kernel.numeric.random import stream

    draw = Draw(int(stream(0, "benchmarks", "matching").integers(1 << 62)))
    rows = [row for sentence in found for row in sentence]
    made = []
    while len(made) < count:
        own = KINDS[kind] if kind else list(KINDS.values())[len(made) % len(KINDS)]
        sentence = draw.choice(found)
        size = draw.randint(1, min(4, len(sentence)))
        begin = draw.randrange(len(sentence) - size + 1)
        part = sentence[begin : begin + size]
        special = draw.randrange(size)
        pattern = []
        for place, row in enumerate(part):
            token = (own if place == special else plain)(row, draw, rows)
            if draw.random() < 0.35:
                token["OP"] = draw.choice(OPERATORS)
            pattern.append(token)
        # One with optional tokens alone is met everywhere.
        if all(token.get("OP", "")[:1] in ("?", "*", "!") or token.get("OP") == "{,2}" for token in pattern):
            continue
        made.append((f"k{len(made)}", pattern, GREEDY[len(made) % 3]))
    return made


def make(data: Path, part: str, count: int, kind: str | None, size: int) -> tuple[Path, int]:
    """Documents of so many sentences, and patterns, in a file that both sides read; and the number of tokens."""
    found = list(sentences(data / "ewt" / f"{part}.conllu"))
    docs = [columns(found[begin : begin + size]) for begin in range(0, len(found), size)]
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"{part}-{count}-{kind}-{size}.json"
    path.write_text(json.dumps({"docs": docs, "patterns": patterns(found, count, kind)}), encoding="utf-8")
    return path, sum(len(doc["words"]) for doc in docs)


class Side:
    """A process that answers commands, see matching_side.py."""

    def __init__(self, side: str, path: Path) -> None:
        self.process = subprocess.Popen(
            [PYTHONS[side], str(HERE / "matching_side.py"), side, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env=environment(),
        )

    def ask(self, command: str) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def compare(path: Path, rounds: int) -> dict[str, float]:
    """Seconds of each side. `SystemExit` if matches differ."""
    kernel, spacy = Side("kernel", path), Side("spacy", path)
    asked = {
        "kernel, build": (kernel, "build"),
        "spacy, build": (spacy, "build"),
        "kernel, first": (kernel, "one"),
    }
    seconds = {name: side.ask(command) for name, (side, command) in asked.items()}
    ours, theirs = kernel.ask("found"), spacy.ask("found")
    differing = [number for number, (one, other) in enumerate(zip(ours, theirs, strict=True)) if one != other]
    if differing:
        number = differing[0]
        more = [each for each in ours[number] if each not in theirs[number]]
        less = [each for each in theirs[number] if each not in ours[number]]
        raise SystemExit(
            f"{len(differing)} of {len(ours)} documents have other matches, or in another order; document {number}: "
            f"{len(ours[number])} and {len(theirs[number])}; only ours: {more[:5]}, only spaCy's: {less[:5]}"
        )
    seconds["matches"] = sum(map(len, ours))
    timed = {
        "kernel, batch": (kernel, "batch"),
        "kernel, one by one": (kernel, "one"),
        "spacy": (spacy, "one"),
    }
    times: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(rounds):
        for name, (side, command) in timed.items():
            times[name].append(side.ask(command))
    kernel.close()
    spacy.close()
    return seconds | {name: statistics.median(each) for name, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", default="dev")
    parser.add_argument("--patterns", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kind", choices=[*KINDS])
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    data = Path(os.environ["KERNEL_DATA"])
    lines = [
        "| documents | kernel, in batches | kernel, one by one | spaCy | ratios |",
        "|---|---|---|---|---|",
    ]
    tokens = 0
    for name, size in (("of ten sentences", 10), ("of one sentence", 1)):
        path, tokens = make(data, args.part, args.patterns, args.kind, size)
        found = compare(path, args.rounds)
        print(name, {key: round(value, 3) for key, value in found.items()}, flush=True)
        batch, one, spacy = (
            tokens / found[side] for side in ("kernel, batch", "kernel, one by one", "spacy")
        )
        lines.append(
            f"| {name} | {batch:,.0f} | {one:,.0f} | {spacy:,.0f} | {batch / spacy:.2f}, {one / spacy:.2f} |"
        )
    about = ABOUT.format(patterns=f"{args.patterns:,}", part=args.part, tokens=tokens, rounds=args.rounds)
    print("\n".join([about, "", *lines]))
    if args.write:
        put_section("Patterns over tokens", "\n".join([about, "", *lines]))


if __name__ == "__main__":
    main()
