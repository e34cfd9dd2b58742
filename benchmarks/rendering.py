"""Pictures side by side with spaCy's: out of the markup of both the same words, labels, places, heads and directions are read.

    KERNEL_DATA=path/to/data python benchmarks/rendering.py [--documents 200]

Data: `wnut17/*.conll` (entities), `ewt/*.conllu` and `ud/*.conllu` (trees; their phrases are spans that overlap). spaCy is taken from
benchmarks/.venv. A tenth of the documents is drawn from right to left. Ends with 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import islice
from pathlib import Path
from typing import Any

from rendering_read import entities, spans, tree
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, environment

PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}


def of_treebanks(folder: Path) -> Iterator[dict[str, Any]]:
    """Documents of two sentences, from each file in turn. Their spans are phrases: a word with all that hangs on it."""
    from matching import columns, sentences

    files = [
        sentences(path) for path in sorted([*folder.glob("ewt/dev.conllu"), *folder.glob("ud/*.conllu")])
    ]
    while True:
        for rows in files:
            group = list(islice(rows, 2))
            if not 0 < sum(map(len, group)) <= 80:
                continue
            own = columns(group)
            # The form of a document: words with spaces in them would be other words elsewhere.
            own["words"] = [word.replace(" ", "_").replace("\xa0", "_") for word in own["words"]]
            yield {"columns": own, "entities": [], "spans": list(phrases(own["heads"], own["deps"]))}


def phrases(heads: list[int], deps: list[str]) -> Iterator[tuple[int, int, str]]:
    low, high = list(range(len(heads))), list(range(len(heads)))
    for _ in heads:
        for place, head in enumerate(heads):
            low[head], high[head] = min(low[head], low[place]), max(high[head], high[place])
    for place, label in enumerate(deps):
        if high[place] > low[place]:
            yield low[place], high[place] + 1, label


def of_tweets(folder: Path) -> Iterator[dict[str, Any]]:
    """Documents of three sentences with their entities, which are spans too."""
    words: list[str] = []
    tags: list[str] = []
    sentences = 0
    for line in (folder / "wnut17" / "train.conll").read_text(encoding="utf8").splitlines():
        if line.strip():
            word, tag = line.split("\t")
            words.append(word)
            tags.append(tag)
            continue
        sentences += 1
        if sentences == 3:
            found = list(tagged(tags))
            number = len(words)
            heads = [max(0, place - 1) for place in range(number)]
            own = {
                "words": words,
                "spaces": [True] * number,
                "heads": heads,
                "deps": ["ROOT", *["dep"] * (number - 1)],
            }
            empty = {"tags": ["X"] * number, "pos": ["X"] * number, "lemmas": list(words)}
            yield {"columns": {**own, **empty}, "entities": found, "spans": found}
            words, tags, sentences = [], [], 0


def tagged(tags: list[str]) -> Iterator[tuple[int, int, str]]:
    """Entities of IOB2 tags."""
    start = 0
    for place, tag in enumerate([*tags, "O"]):
        if place and tags[place - 1] != "O" and not tag.startswith("I-"):
            yield start, place, tags[place - 1][2:]
        if tag.startswith("B-"):
            start = place


def documents(folder: Path, number: int) -> list[dict[str, Any]]:
    half = number // 2
    found = [*islice(of_tweets(folder), half), *islice(of_treebanks(folder), number - half)]
    return [{**doc, "direction": "rtl" if place % 10 == 9 else "ltr"} for place, doc in enumerate(found)]


def drawn(side: str, docs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What one library draws of the documents."""
    lines = "".join(json.dumps(doc) + "\n" for doc in docs)
    answer = subprocess.run(
        [PYTHONS[side], str(HERE / "rendering_side.py"), side],
        input=lines,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    if answer.returncode:
        raise SystemExit(f"{side}: {answer.stderr}")
    return [json.loads(line) for line in answer.stdout.splitlines()]


def text_of(doc: dict[str, Any]) -> str:
    return "".join(
        word + " " * space
        for word, space in zip(doc["columns"]["words"], doc["columns"]["spaces"], strict=True)
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=200)
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with wnut17, ewt and ud")
    docs = documents(Path(os.environ["KERNEL_DATA"]), parser.parse_args().documents)
    both = {side: drawn(side, docs) for side in PYTHONS}
    counts: Counter[str] = Counter()
    differ: list[str] = []
    for number, doc in enumerate(docs):
        read = {side: reading(both[side][number], side, doc["columns"]["words"]) for side in PYTHONS}
        # spaCy writes lemmas and tags as they are, so that a browser takes what looks like markup for markup.
        for what in ("lemmas", "tags"):
            for place, own in enumerate(read["kernel"]["trees"][what]):
                if (
                    read["spacy"]["trees"][what][place] != own
                    and unescape(own) == read["spacy"]["trees"][what][place]
                ):
                    counts["lemmas and tags that spacy doesn't escape"] += 1
                    read["spacy"]["trees"][what][place] = own
        given = {
            "trees": sorted_tree(doc["columns"]),
            "entities": (text_of(doc), [in_characters(doc, each) for each in doc["entities"]]),
            "spans": sorted(map(tuple, doc["spans"])),
        }
        for what in ("trees", "entities", "spans", "merged"):
            for side, wanted in (("kernel", given.get(what)), ("spacy", read["kernel"][what])):
                if wanted is not None:
                    differ += [
                        f"document {number}, {each}"
                        for each in different(read[side][what], wanted, f"{side}: {what}")
                    ]
        counts["words"] += len(doc["columns"]["words"])
        counts["arcs"] += len(given["trees"]["arcs"])
        counts["entities"] += len(doc["entities"])
        counts["spans"] += len(doc["spans"])
        counts["from right to left"] += doc["direction"] == "rtl"
        for side in PYTHONS:
            counts[f"rows of spans, {side}"] += read[side]["rows"]
            counts[f"bytes, {side}"] += sum(
                len(both[side][number][style]) for style in ("dep", "ent", "span")
            )
    print(f"{len(docs)} documents: " + ", ".join(f"{many:,} {what}" for what, many in counts.items()))
    print(f"{len(differ)} differences", *differ[:20], sep="\n")
    return bool(differ)


def different(found: Any, wanted: Any, where: str) -> Iterator[str]:
    """The smallest parts of two values that are not equal."""
    if isinstance(found, dict) and isinstance(wanted, dict) and found.keys() == wanted.keys():
        for key in found:
            yield from different(found[key], wanted[key], f"{where} {key}")
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for place, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from different(one, other, f"{where} {place}")
    elif found != wanted:
        yield f"{where}: {str(found)[:200]!r}, not {str(wanted)[:200]!r}"


def reading(drawings: dict[str, Any], side: str, words: list[str]) -> dict[str, Any]:
    found, rows = spans(drawings["span"], side, words)
    return {
        "trees": tree(drawings["dep"], side),
        "entities": entities(drawings["ent"], side),
        "spans": found,
        "rows": rows,
        "merged": drawings["merged"],
    }


def sorted_tree(own: dict[str, Any]) -> dict[str, Any]:
    arcs = [
        (min(place, head), max(place, head), dep, place)
        for place, (head, dep) in enumerate(zip(own["heads"], own["deps"], strict=True))
        if place != head
    ]
    return {"words": own["words"], "lemmas": own["lemmas"], "tags": own["tags"], "arcs": sorted(arcs)}


def in_characters(doc: dict[str, Any], entity: tuple[int, int, str]) -> tuple[int, int, str]:
    words, spaces = doc["columns"]["words"], doc["columns"]["spaces"]
    starts, offset = [], 0
    for word, space in zip(words, spaces, strict=True):
        starts.append(offset)
        offset += len(word) + space
    start, end, label = entity
    return starts[start], starts[end - 1] + len(words[end - 1]), label


if __name__ == "__main__":
    sys.exit(main())
