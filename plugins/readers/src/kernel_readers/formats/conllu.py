"""CoNLL-U, the format of Universal Dependencies: ten tab-separated columns a word, a blank line a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.tags import EntityTags
from kernel_readers.formats.universal import check_upos
from kernel_readers.lines import closing_and_marks, grouped, numbered_lines
from kernel_readers.report import Report

N_COLUMNS = 10
# A tag in MISC, with or without a key.
_ENTITY = re.compile(r"(?:(?:name|NE)=(?P<keyed>.+)|(?P<plain>O|[BILUES]-[^=]+))")
_CLOSING = re.compile(rb"[\t|](?:name=|NE=)?[LUES]-[^\t|]+(?:\|[^\t]*)?$")
_MARK = re.compile(rb"#\s*newdoc\b")
# Numbers of words are short, whatever a file says: long ones are no numbers.
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_EMPTY_NODE = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")


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


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield documents with words, lemmas, tags, morphology, dependencies, sentence starts and entities.

    The tag is XPOS, or UPOS where XPOS is empty. Entities come from MISC (`name=TAG`, `NE=TAG` or the tag alone)
    in any of the IOB variants. Raises DataError with the line for a wrong number of columns, ids out of order,
    heads out of range and cycles. Sentences of which some words have no head are documents of their own, without heads.
    """
    is_biluo, marks = closing_and_marks(path, _CLOSING, _MARK)
    tags = EntityTags(path, is_biluo=is_biluo)
    for group in grouped(_sentences(path), settings.n_sents, marks=marks):
        for has_heads, sentences in groupby(group, key=_has_heads):
            yield _make_doc(tags, nlp.vocab, list(sentences), has_heads=has_heads)
        for sentence in group:
            _remark_heads(path, sentence, report)
    tags.finish()


def _has_heads(sentence: Sentence) -> bool:
    return -1 not in sentence.heads


def _remark_heads(path: Path, sentence: Sentence, report: Report) -> None:
    if not _has_heads(sentence) and any(sentence.deps):
        without = sentence.lines[sentence.heads.index(-1)]
        report.remark("{} sentences lose their heads, because words have none", report.place(path, without))


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
    forms: dict[str, str] = {}
    # The last word of the multi-word token at hand; whether its words spell it, and whether a blank follows.
    range_end, is_spelled, range_space = 0, False, True
    for number, columns in rows:
        index, word, lemma, upos, xpos, feats, head, dep, _, misc = columns
        space = "SpaceAfter=No" not in misc.split("|")
        position = len(sentence.words) + 1
        if "." in index and _EMPTY_NODE.fullmatch(
            index
        ):  # of the enhanced graph: it has no place in the text
            continue
        if "-" in index:
            forms = forms or {columns[0]: columns[1] for _, columns in rows}
            first, last = _range(path, number, index, forms)
            if first != position or position <= range_end:
                raise DataError(
                    f"{index!r} stands before no word of this range, or inside of another",
                    path=path,
                    line=number,
                )
            range_end, range_space = last, space
            is_spelled = "".join(forms.get(str(i), "") for i in range(first, last + 1)) == word
            continue
        if index != str(position):
            raise DataError(f"expected word id {position}, found {index[:20]!r}", path=path, line=number)
        if not word:
            raise DataError("the word form is empty", path=path, line=number)
        if is_spelled and position <= range_end:
            space = range_space if position == range_end else False
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


def _range(path: Path, number: int, index: str, forms: dict[str, str]) -> tuple[int, int]:
    """The first and the last word of a multi-word token."""
    found = _RANGE.fullmatch(index)
    # Words are as many as lines, so that a range of words that are there is no longer than the sentence.
    if (
        not found
        or not all(end in forms for end in found.groups())
        or not 0 < int(found[2]) - int(found[1]) < len(forms)
    ):
        raise DataError(f"{index[:40]!r} is not a range of this sentence's word ids", path=path, line=number)
    return int(found[1]), int(found[2])


def _feats(path: Path, number: int, feats: str) -> str:
    if feats in ("_", ""):
        return ""
    if not all(0 < feature.find("=") < len(feature) - 1 for feature in feats.split("|")):
        raise DataError(f"{feats!r} is not a list of features Name=Value|Name=Value", path=path, line=number)
    return feats


def _head(path: Path, number: int, head: str, position: int) -> int:
    if head in ("_", ""):
        return -1
    if not (head.isdecimal() and head.isascii()):
        raise DataError(f"the head must be a number, found {head[:20]!r}", path=path, line=number)
    if len(head) > 9:
        raise DataError(f"the head {head[:9]}... is out of range", path=path, line=number)
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
    # 0: not looked at, a number: the walk that came by, -1: leads to a root or to a word without head.
    came_by = [-1 if head in (-1, place) else 0 for place, head in enumerate(sentence.heads)]
    for position in range(size):
        if came_by[position]:
            continue
        walk = []
        current = position
        while came_by[current] == 0:
            came_by[current] = position + 1
            walk.append(current)
            current = sentence.heads[current]
        if came_by[current] == position + 1:
            cycle = " -> ".join(str(i + 1) for i in [*walk[walk.index(current) :][:20], current])
            raise DataError(f"the heads form a cycle: {cycle}", path=path, line=sentence.lines[position])
        for i in walk:
            came_by[i] = -1


def _make_doc(entity_tags: EntityTags, vocab: Any, sentences: list[Sentence], *, has_heads: bool) -> Doc:
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
    if has_heads and any(flat("deps")):
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
