"""Rules of languages side by side with spaCy's: how well they find the tokens of treebanks, and how fast.

    KERNEL_DATA=path/to/data python benchmarks/tokenizers.py [--lang de,fr] [--half odd] [--rounds 3] [--wrong 30] [--write]

Data: `ud/<lang>_*.conllu` and `ewt/*-test.conllu`. Tokens of a treebank are those of its text: what it splits into several words is one. Sentences
are read one by one; rules may be made after the even ones, so that the odd ones tell how good they are. --wrong prints what is missed most. --write
replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from page import put_section
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, environment

WORK = HERE / ".work" / "tokenizers"
PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
Offsets = list[tuple[int, int]]
ABOUT = """\
Tokens that a blank pipeline of a language finds in the {half} sentences of treebanks of Universal Dependencies, F in percent; speed as
the ratio of the CPU time of both sides, median of {rounds} rounds, where the words are known and in the first pass over them. By
`python benchmarks/tokenizers.py --write`."""


def sentences(path: Path) -> Iterator[tuple[str, Offsets]]:
    """Texts of a CoNLL-U file with the offsets of their tokens."""
    text, forms, covered = "", [], 0
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("# text = "):
            text = line.removeprefix("# text = ")
        elif line and not line.startswith("#"):
            number, form = line.split("\t")[:2]
            if "-" in number:
                covered = int(number.partition("-")[2])
                forms.append(form)
            elif number.isdigit() and int(number) > covered:
                forms.append(form)
        elif not line and forms:
            offsets, at = [], 0
            for form in forms:
                at = text.index(form, at)
                offsets.append((at, at + len(form)))
                at += len(form)
            yield text, offsets
            text, forms, covered = "", [], 0


def run(side: str, lang: str, file: Path) -> dict[str, Any]:
    """What a side answers."""
    done = subprocess.run(
        [PYTHONS[side], str(HERE / "tokenizers_side.py"), side, lang, str(file)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def f_score(found: list[Offsets], gold: list[Offsets]) -> float:
    """F of tokens with both ends right, in percent."""
    right = sum(len({*map(tuple, ours)} & {*theirs}) for ours, theirs in zip(found, gold, strict=True))
    return 200 * right / (sum(map(len, found)) + sum(map(len, gold)))


def wrong(found: list[Offsets], gold: list[Offsets], texts: list[str], count: int) -> Iterator[str]:
    """The gold tokens that are missed most, each with what stands in their place once."""
    missed: Counter[str] = Counter()
    instead: dict[str, str] = {}
    for ours, theirs, text in zip(found, gold, texts, strict=True):
        for begin, end in {*theirs} - {*map(tuple, ours)}:
            token = text[begin:end]
            missed[token] += 1
            instead.setdefault(token, " ".join(text[b:e] for b, e in ours if b < end and e > begin))
    for token, times in missed.most_common(count):
        yield f"    {times:4} {token!r}, found {instead[token]!r}"


def compare(lang: str, path: Path, half: str, rounds: int, shown: int) -> dict[str, Any]:
    """Scores and speeds of both sides over a treebank."""
    chosen = {"even": (0,), "odd": (1,), "all": (0, 1)}[half]
    pairs = [pair for number, pair in enumerate(sentences(path)) if number % 2 in chosen]
    texts, gold = [text for text, _ in pairs], [offsets for _, offsets in pairs]
    file = WORK / f"{path.stem}.json"
    file.write_text(json.dumps(texts), encoding="utf8")
    answers = [{side: run(side, lang, file) for side in PYTHONS} for _ in range(rounds)]
    last = answers[-1]
    assert last["kernel"]["kept"] == len(texts), "a text was not kept"

    def ratio(measure: Any) -> float:
        return statistics.median(measure(one["spacy"]) / measure(one["kernel"]) for one in answers)

    row = {
        "lang": lang,
        "treebank": path.stem,
        "tokens": sum(map(len, gold)),
        **{side: f_score(last[side]["offsets"], gold) for side in PYTHONS},
        "known": ratio(lambda one: statistics.median(one["seconds"][1:])),
        "first": ratio(lambda one: one["seconds"][0]),
    }
    print(
        "{lang} {treebank:30} {kernel:6.2f} {spacy:6.2f}  known {known:5.2f} first {first:5.2f}".format(**row)
    )
    print(*wrong(last["kernel"]["offsets"], gold, texts, shown), sep="\n", end="\n" if shown else "")
    return row


def section(rows: list[dict[str, Any]], half: str, rounds: int) -> str:
    """The part of the page."""
    lines = ["| treebank | tokens | kernel | spaCy | known words | first pass |", "|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(
            "| {treebank} | {tokens:,} | {kernel:.2f} | {spacy:.2f} | {known:.2f} | {first:.2f} |".format(
                **row
            )
        )
    return f"{ABOUT.format(half=half, rounds=rounds)}\n\n" + "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lang", default="")
    parser.add_argument("--half", choices=["odd", "even", "all"], default="odd")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--wrong", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    data = Path(os.environ["KERNEL_DATA"])
    files = {path: path.name.partition("_")[0] for path in sorted((data / "ud").glob("*.conllu"))}
    files |= {path: "en" for path in (data / "ewt").glob("*test*.conllu")}
    wanted = set(filter(None, args.lang.split(",")))
    rows = [
        compare(lang, path, args.half, args.rounds, args.wrong)
        for path, lang in files.items()
        if not wanted or lang in wanted
    ]
    mean = {side: statistics.mean(row[side] for row in rows) for side in PYTHONS}
    print(f"mean: kernel {mean['kernel']:.2f}, spaCy {mean['spacy']:.2f}")
    if args.write:
        put_section("Tokens of languages", section(rows, args.half, args.rounds))


if __name__ == "__main__":
    main()
