"""The corpora of spacy_pipelines_made.py: what is learnt, as plain columns, and the texts that the pipelines are asked about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# One document: "words", "spaces" and what is known of it, by the names of Doc's arguments; "cats", "spans" apart.
Sample = dict[str, Any]
COLUMNS = ("words", "spaces", "tags", "pos", "morphs", "lemmas", "heads", "deps", "sent_starts")
# So many texts are also asked about in longer documents.
LONGER = 500
# A treebank without entities gets some: names, by what they are to their head.
NAMES = {"nsubj": "ACTOR", "obl": "PLACE", "nmod": "OF", "obj": "GOAL"}


def sentences(path: Path) -> Iterator[tuple[str, list[list[str]], dict[int, bool]]]:
    """The sentences of a CoNLL-U file: text, rows of words, and whether a space follows, for the last word of each joined token."""
    text, rows, spaces, last = "", [], {}, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# text = "):
            text = line[len("# text = ") :]
        elif line and not line.startswith("#"):
            row = line.split("\t")
            if "-" in row[0]:
                first, last = map(int, row[0].split("-"))
                spaces.update(dict.fromkeys(range(first, last), False))
                spaces[last] = "SpaceAfter=No" not in row[9]
            elif "." not in row[0]:
                spaces.setdefault(int(row[0]), "SpaceAfter=No" not in row[9])
                rows.append(row)
        elif not line and rows:
            yield text, rows, spaces
            text, rows, spaces = "", [], {}


def names(rows: list[list[str]]) -> list[str]:
    """Tags of runs of proper nouns."""
    found, before = [], False
    for row in rows:
        name = row[3] == "PROPN"
        kind = NAMES.get(row[7].partition(":")[0], "NAME")
        found.append((f"I-{found[-1][2:]}" if before else f"B-{kind}") if name else "O")
        before = name
    return found


def treebank(path: Path, *, per_doc: int = 1, entities: bool = False) -> list[Sample]:
    """A sample for every `per_doc` sentences. entities: whether proper nouns are marked as such."""
    found: list[Sample] = []
    for number, (_, rows, spaces) in enumerate(sentences(path)):
        if number % per_doc == 0:
            found.append({name: [] for name in COLUMNS})
            if entities:
                found[-1]["ents"] = []
        sample, offset = found[-1], len(found[-1]["words"])
        for row in rows:
            sample["words"].append(row[1])
            sample["spaces"].append(spaces[int(row[0])])
            sample["tags"].append(row[4])
            sample["pos"].append(row[3])
            sample["morphs"].append("" if row[5] == "_" else row[5])
            sample["lemmas"].append(row[2])
            head = int(row[6]) or int(row[0])
            sample["heads"].append(offset + head - 1)
            sample["deps"].append("ROOT" if row[6] == "0" else row[7])
            sample["sent_starts"].append(row[0] == "1")
        if entities:
            sample["ents"] += names(rows)
    return found


def conll(path: Path, per_doc: int = 1) -> list[Sample]:
    """Words and entity tags."""
    blocks = [block.splitlines() for block in path.read_text(encoding="utf-8").split("\n\n") if block.strip()]
    found = []
    for first in range(0, len(blocks), per_doc):
        lines = [
            line.split("\t") for block in blocks[first : first + per_doc] for line in block if line.strip()
        ]
        found.append(
            {
                "words": [line[0] for line in lines],
                "spaces": [True] * len(lines),
                "ents": [line[-1] for line in lines],
            }
        )
    return found


def texts_of(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def labelled(path: Path, *, exclusive: bool) -> list[Sample]:
    """Texts and categories. exclusive: only the last one that holds, which is the rarest."""
    found = []
    for line in texts_of(path):
        cats = dict(line["cats"])
        if exclusive:
            chosen = [label for label, value in cats.items() if value][-1]
            cats = {label: float(label == chosen) for label in cats}
        found.append({"text": line["text"], "cats": cats})
    return found


def with_spans(samples: list[Sample], key: str = "sc") -> list[Sample]:
    """The same with each entity as a span, and each one of several words also without its first word: spans that overlap."""
    for sample in samples:
        spans: list[list[Any]] = []
        for place, tag in enumerate(sample["ents"]):
            if tag.startswith("I-") and spans:
                spans[-1][1] = place + 1
            elif tag != "O":
                spans.append([place, place + 1, tag[2:]])
        inner = [[start + 1, end, f"INNER-{label}"] for start, end, label in spans if end - start > 1]
        sample["spans"] = {key: spans + inner}
    return samples


CLEAR = {
    "obj": "dobj",
    "nsubj:pass": "nsubjpass",
    "iobj": "dative",
    "obl": "pobj",
    "nmod": "pobj",
    "case": "prep",
} | {
    "cop": "aux",
    "fixed": "prep",
    "flat": "compound",
}


def relabelled(samples: list[Sample]) -> list[Sample]:
    """The same with labels of ClearNLP, as far as one of Universal Dependencies has a counterpart."""
    for sample in samples:
        sample["deps"] = [
            CLEAR.get(dep, CLEAR.get(dep.partition(":")[0], dep.partition(":")[0])) for dep in sample["deps"]
        ]
    return samples


def joined(texts: list[str], size: int = 10) -> list[str]:
    return [" ".join(texts[first : first + size]) for first in range(0, len(texts), size)]


def write_texts(texts: list[str], out: Path) -> None:
    """The texts one by one, and the first ones again in documents of ten of them."""
    with out.open("w", encoding="utf-8") as file:
        for each in [*texts, *joined(texts[:LONGER])]:
            file.write(json.dumps({"text": each}, ensure_ascii=False) + "\n")


class Corpora:
    """What is learnt, and the texts that are asked about, by name. data: the folder with ewt, ud, wnut17 and textcat."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def learnt(self, name: str) -> list[Sample]:
        data = self.data
        if name == "en":
            return treebank(data / "ewt" / "train.conllu", per_doc=3, entities=True)[:1500]
        if name == "en-clear":
            return relabelled(self.learnt("en"))
        if name == "de":
            return treebank(data / "ud" / "de_pud-ud-test.conllu", per_doc=2, entities=True)[:125]
        if name == "en-names":
            return conll(data / "wnut17" / "train.conll", per_doc=2)[:1000]
        if name == "en-spans":
            return with_spans(self.learnt("en"))
        if name == "de-spans":
            return with_spans(self.learnt("de"))
        if name == "en-topics":
            return labelled(data / "textcat" / "cooking-train.jsonl", exclusive=False)
        if name == "en-topic":
            return labelled(data / "textcat" / "cooking-train.jsonl", exclusive=True)
        raise ValueError(f"no corpus {name!r}")

    def asked(self, name: str) -> list[str]:
        data = self.data
        if name == "de":
            found = [text for text, _, _ in sentences(data / "ud" / "de_pud-ud-test.conllu")]
            return found[250:]
        if name == "en-names":
            return [" ".join(sample["words"]) for sample in conll(data / "wnut17" / "test.conll")]
        if name in ("en-topics", "en-topic"):
            return [line["text"] for line in texts_of(data / "textcat" / "cooking-dev.jsonl")][:200]
        if name == "de-spans":
            return self.asked("de")
        return [text for text, _, _ in sentences(data / "ewt" / "dev.conllu")]
