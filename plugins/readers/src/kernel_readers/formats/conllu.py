"""CoNLL-U, the format of Universal Dependencies: ten tab-separated columns a word, a blank line a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.tags import EntityTags
from kernel_readers.formats.universal import check_upos
from kernel_readers.lines import grouped, numbered_lines

N_COLUMNS = 10
# A tag in MISC, with or without a key.
_ENTITY = re.compile(r"(?:(?:name|NE)=(?P<keyed>.+)|(?P<plain>O|[BILUES]-[^=]+))")
_CLOSING = re.compile(rb"[\t|](?:name=|NE=)?[LUES]-[^\t|]+(?:\|[^\t]*)?$")


@dataclass
class Sentence:
    """One sentence as columns of strings; `heads` are positions in the sentence, -1 where not annotated."""

    words: list[str] = field(default_factory=list)
    spaces: list[bool] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    pos: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    morphs: list[str] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    deps: list[str] = field(default_factory=list)
    entities: list[str | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def read(path: Path, nlp: Any, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Yield documents with words, lemmas, tags, morphology, dependencies, sentence starts and entities.

    The tag is XPOS, or UPOS where XPOS is empty. Entities come from MISC (`name=TAG`, `NE=TAG` or the tag alone)
    in any of the IOB variants. Raises DataError with the line for a wrong number of columns, ids out of order,
    heads out of range and cycles.
    """
    tags = EntityTags(path, _CLOSING)
    for sentences in grouped(_sentences(path), n_sents):
        yield _make_doc(tags, nlp.vocab, sentences)
    tags.finish()


def _sentences(path: Path) -> Iterator[tuple[Sentence, bool]]:
    rows: list[tuple[int, list[str]]] = []
    starts = False
    for number, line in numbered_lines(path):
        if not line.strip():
            if rows:
                yield _parse(path, rows), starts
                rows, starts = [], False
        elif line.startswith("#"):
            starts = starts or line[1:].split("=", 1)[0].split()[:1] == ["newdoc"]
        else:
            columns = line.split("\t")
            if len(columns) != N_COLUMNS:
                raise DataError(
                    f"expected {N_COLUMNS} tab-separated columns, found {len(columns)}: {line[:60]!r}",
                    path=path,
                    line=number,
                )
            rows.append((number, columns))
    if rows:
        yield _parse(path, rows), starts


def _parse(path: Path, rows: list[tuple[int, list[str]]]) -> Sentence:
    sentence = Sentence()
    multiword_end, multiword_space = 0, True
    for number, columns in rows:
        index, word, lemma, upos, xpos, feats, head, dep, _, misc = columns
        space = "SpaceAfter=No" not in misc.split("|")
        if "." in index:  # an empty node of the enhanced graph has no place in the text
            continue
        if "-" in index:
            multiword_end, multiword_space = _multiword(path, number, index, word, space, rows)
            continue
        position = len(sentence.words) + 1
        if index != str(position):
            raise DataError(f"expected word id {position}, found {index!r}", path=path, line=number)
        if not word:
            raise DataError("the word form is empty", path=path, line=number)
        if multiword_end:
            space = multiword_space if position == multiword_end else False
            multiword_end = 0 if position == multiword_end else multiword_end
        sentence.words.append(word)
        sentence.spaces.append(space)
        sentence.lemmas.append("" if lemma == "_" and word != "_" else lemma)
        sentence.pos.append("" if upos == "_" else upos)
        check_upos(sentence.pos[-1:], path, number)
        sentence.tags.append(xpos if xpos != "_" else ("" if upos == "_" else upos))
        sentence.morphs.append(_feats(path, number, feats))
        sentence.heads.append(_head(path, number, head, position))
        sentence.deps.append("" if dep == "_" else ("ROOT" if dep == "root" else dep))
        sentence.entities.append(_entity(misc))
        sentence.lines.append(number)
    if not sentence.words:
        raise DataError("a sentence without words", path=path, line=rows[0][0])
    _check_heads(path, sentence)
    return sentence


def _multiword(
    path: Path, number: int, index: str, form: str, space: bool, rows: list[tuple[int, list[str]]]
) -> tuple[int, bool]:
    """Where a multi-word token ends; 0 where its words do not spell it, so that they stay apart in the text."""
    first, _, last = index.partition("-")
    parts = {columns[0]: columns[1] for _, columns in rows}
    known = first in parts and last in parts and first.isdecimal() and last.isdecimal()
    if not known or int(first) >= int(last):
        raise DataError(f"{index!r} is not a range of this sentence's word ids", path=path, line=number)
    spelled = "".join(parts.get(str(i), "") for i in range(int(first), int(last) + 1))
    return (int(last), space) if spelled == form else (0, True)


def _feats(path: Path, number: int, feats: str) -> str:
    if feats in ("_", ""):
        return ""
    if not all(0 < feature.find("=") < len(feature) - 1 for feature in feats.split("|")):
        raise DataError(f"{feats!r} is not a list of features Name=Value|Name=Value", path=path, line=number)
    return feats


def _head(path: Path, number: int, head: str, position: int) -> int:
    if head in ("_", ""):
        return -1
    if not head.isdecimal():
        raise DataError(f"the head must be a number, found {head!r}", path=path, line=number)
    if int(head) == position:
        raise DataError(
            f"word {position} is its own head", path=path, line=number, hint="The root has head 0."
        )
    return position - 1 if head == "0" else int(head) - 1


def _entity(misc: str) -> str | None:
    for item in misc.split("|"):
        found = _ENTITY.fullmatch(item)
        if found:
            return found["keyed"] or found["plain"]
    return None


def _check_heads(path: Path, sentence: Sentence) -> None:
    size = len(sentence.words)
    for position, head in enumerate(sentence.heads):
        if head >= size:
            raise DataError(
                f"head {head + 1} is out of range, the sentence has {size} words",
                path=path,
                line=sentence.lines[position],
            )
    settled = [head in (-1, position) for position, head in enumerate(sentence.heads)]
    for position in range(size):
        walk = []
        current = position
        while not settled[current] and current not in walk:
            walk.append(current)
            current = sentence.heads[current]
        if not settled[current]:
            cycle = " -> ".join(str(i + 1) for i in [*walk[walk.index(current) :], current])
            raise DataError(f"the heads form a cycle: {cycle}", path=path, line=sentence.lines[position])
        for i in walk:
            settled[i] = True


def _make_doc(entity_tags: EntityTags, vocab: Any, sentences: list[Sentence]) -> Doc:
    def flat(name: str) -> list[Any]:
        return [value for sentence in sentences for value in getattr(sentence, name)]

    annotations: dict[str, Any] = {}
    for name in ("lemmas", "pos", "tags", "morphs"):
        values = flat(name)
        if any(values):
            annotations[name] = values
    offsets = [0]
    for sentence in sentences:
        offsets.append(offsets[-1] + len(sentence.words))
    if all(head >= 0 for head in flat("heads")) and any(flat("deps")):
        annotations["deps"] = flat("deps")
        annotations["heads"] = [
            head + start
            for sentence, start in zip(sentences, offsets, strict=False)
            for head in sentence.heads
        ]
    else:
        starts = set(offsets)
        annotations["sent_starts"] = [i in starts for i in range(offsets[-1])]
    entities = flat("entities")
    if any(tag is not None for tag in entities):
        lines = flat("lines")
        tags = ["O" if tag is None else tag for tag in entities]
        annotations["ents"] = entity_tags.to_iob(tags, lines=lines, ends=offsets[1:])
    return Doc(vocab, words=flat("words"), spaces=flat("spaces"), **annotations)
