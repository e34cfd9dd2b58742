"""Writes the field's JSON of version 2: a list of documents, each of one paragraph."""

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, BinaryIO

from kernel.tokens import Doc
from kernel.tokens.annotated import KINDS
from kernel.vocab import attrs
from kernel_readers.formats.conllu_columns import entity_tags, starts_of
from kernel_readers.writing.columns import SCHEMES
from kernel_readers.writing.losses import Losses

_HOLDS = frozenset(KINDS) - {"ids of entities", "spans", "user data"}
_STRINGS = (
    ("tag", attrs.TAG),
    ("pos", attrs.POS),
    ("morph", attrs.MORPH),
    ("lemma", attrs.LEMMA),
    ("dep", attrs.DEP),
)


class JsonV2Writer:
    """Documents of paragraphs, sentences and tokens; entities in BILUO, heads as distances."""

    suffixes = (".json",)
    is_folder = False

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO) -> None:
        """Write documents to an open file, each at once."""
        losses = Losses("JSON of version 2", _HOLDS)
        target.write(b"[")
        for number, (doc, others) in enumerate(docs):
            losses.of(doc, others)
            found = {"id": number, "paragraphs": [_paragraph(doc, losses)]}
            target.write(b",\n" * bool(number) + json.dumps(found, ensure_ascii=False).encode())
        target.write(b"]\n")
        losses.say()


def _paragraph(doc: Doc, losses: Losses) -> dict[str, Any]:
    borders = [*starts_of(doc), len(doc)]
    tokens = _tokens(doc, borders, losses)
    sentences = [{"tokens": tokens[start:end], "brackets": []} for start, end in pairwise(borders)]
    found: dict[str, Any] = {} if doc.has_unknown_spaces else {"raw": doc.text}
    found["sentences"] = sentences
    if doc.cats:
        found["cats"] = [{"label": label, "value": value} for label, value in doc.cats.items()]
    return found


def _tokens(doc: Doc, borders: list[int], losses: Losses) -> list[dict[str, Any]]:
    """The tokens, with what is annotated of each."""
    found: list[dict[str, Any]] = [{"id": token.i, "orth": token.text} for token in doc]
    if not doc.has_unknown_spaces:
        for entry, space in zip(found, doc.spaces.tolist(), strict=True):
            entry["space"] = " " * space
    for name, attr in _STRINGS:
        column = doc.columns.get(attr)
        if column is not None and column.any():
            for entry, token in zip(found, doc, strict=True):
                entry[name] = str(token.morph) if name == "morph" else getattr(token, f"{name}_")
    labels = doc.columns.get(attrs.DEP)
    if labels is not None and labels.any():
        for entry, token, is_known in zip(found, doc, labels.tolist(), strict=True):
            if is_known:
                entry["head"] = token.head.i - token.i
            else:
                del entry["dep"]
    tags = entity_tags(doc)
    if tags is not None:
        for entry, tag in zip(found, _biluo(doc, tags, borders, losses), strict=True):
            entry["ner"] = tag
    return found


def _biluo(doc: Doc, tags: list[str], borders: list[int], losses: Losses) -> list[str]:
    """The tags in BILUO. An entity ends with its sentence."""
    found = ["-" if tag == "-" else "O" for tag in tags]
    cuts = set(borders)
    for ent in doc.ents:
        inner = [place for place in range(ent.start + 1, ent.end) if place in cuts]
        if inner:
            losses.add("entities that lie in several sentences, and are cut there")
        for start, end in pairwise([ent.start, *inner, ent.end]):
            found[start:end] = [f"{letter}-{ent.label_}" for letter in SCHEMES["biluo"](end - start, False)]
    return found
