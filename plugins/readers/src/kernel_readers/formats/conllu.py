"""CoNLL-U, the format of Universal Dependencies: ten tab-separated columns a word, a blank line a sentence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import eq
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.excerpt import of_file
from kernel_readers.formats.conllu_columns import GLOBAL_COLUMNS, KEY, NAMES, kept
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.tags import EntityTags
from kernel_readers.formats.universal import UPOS, check_upos
from kernel_readers.lines import grouped, numbered_lines, paragraphs
from kernel_readers.memo import Memo
from kernel_readers.problems import Problems, collected
from kernel_readers.report import Report

N_COLUMNS = len(NAMES)
# A tag in MISC, with or without a key.
_ENTITY = re.compile(r"(?:(?:name|NE)=(?P<keyed>.+)|(?P<plain>O|[BILUES]-[^=]+))")
_CLOSING = re.compile(r"[\t|](?:name=|NE=)?[LUES]-[^\t|]+(?:\|[^\t]*)?$")
_DEPS = {"_": "", "root": "ROOT"}
_TAGS = frozenset({*UPOS, "SPACE", ""})
# Numbers of words are short, whatever a file says: long ones are no numbers.
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_EMPTY_NODE = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")


@dataclass
class Sentence:
    """One sentence as columns of strings; `heads` are positions in the sentence, -1 where not annotated."""

    words: list[str]
    spaces: list[bool]
    lemmas: list[str]
    pos: list[str]
    tags: list[str]
    morphs: list[str]
    heads: list[int]
    deps: list[str]
    entities: list[str | None]
    lines: list[int]
    rows: Sequence[list[str]] = ()
    """The columns of the words, as they are in the file."""
    others: Sequence[tuple[int, str]] = ()
    """Lines that are no words, each with the number of words before it."""


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield documents with words, lemmas, tags, morphology, dependencies, sentence starts and entities.

    The tag is XPOS, or UPOS where XPOS is empty. Entities come from MISC (`name=TAG`, `NE=TAG` or the tag alone)
    in any of the IOB variants. Raises DataError with the line for a wrong number of columns, ids out of order,
    heads out of range and cycles. Documents begin where `# newdoc` says so, also if only the first does. Sentences of which some words have no head are documents of their own, without heads.
    Of CoNLL-U Plus, the columns that CoNLL-U has are read. If settings say so, everything else is kept: see `conllu_columns`.
    """
    names = of_file(path, "names", _names)
    tags = EntityTags(path, is_biluo=lambda: of_file(path, "biluo", _is_biluo))
    with collected("sentences") as problems:
        each = _sentences(path, names, problems, report, whole=settings.whole)
        for group in grouped(each, settings.n_sents):
            for has_heads, sentences in groupby(group, key=_has_heads):
                alike = list(sentences)
                try:
                    doc = _make_doc(tags, nlp.vocab, alike, has_heads=has_heads)
                except DataError as error:
                    problems.add(error)
                    continue
                if not problems:
                    if settings.whole:
                        _keep(doc, alike, names)
                    report.line = alike[0].lines[0]
                    yield doc
            for sentence in group:
                _remark_heads(path, sentence, report)
    tags.finish(report)


def _has_heads(sentence: Sentence) -> bool:
    return -1 not in sentence.heads


def _remark_heads(path: Path, sentence: Sentence, report: Report) -> None:
    if not _has_heads(sentence) and any(sentence.deps):
        without = sentence.lines[sentence.heads.index(-1)]
        report.remark("{} sentences lose their heads, because words have none", report.place(path, without))


def _is_biluo(path: Path) -> bool:
    return any(not line.startswith("#") and _CLOSING.search(line) for _, line in numbered_lines(path))


def _names(path: Path) -> tuple[str, ...] | None:
    """The columns of a file of CoNLL-U Plus, which its first line tells; None for CoNLL-U. DataError if words have no place there."""
    number, line = next(numbered_lines(path), (1, ""))
    if not line.startswith(GLOBAL_COLUMNS):
        return None
    names = tuple(line.removeprefix(GLOBAL_COLUMNS).split())
    if len(set(names)) < len(names) or not {"ID", "FORM"} <= set(names):
        raise DataError(
            f"the columns are {' '.join(names)}",
            path=path,
            line=number,
            hint="Each is named once, and ID and FORM are among them.",
        )
    return names


def _keep(doc: Doc, sentences: list[Sentence], names: tuple[str, ...] | None) -> None:
    """Keep, in the user data, what the file has besides what the document has."""
    values = zip(*(row for sentence in sentences for row in sentence.rows), strict=True)
    columns = dict(zip(names or NAMES, values, strict=True))
    lines = [(number, before, line) for number, each in enumerate(sentences) for before, line in each.others]
    doc.user_data[KEY] = kept(doc, columns, [len(each.words) for each in sentences], lines, names)


def _sentences(
    path: Path, names: tuple[str, ...] | None, problems: Problems, report: Report, *, whole: bool
) -> Iterator[tuple[Sentence, bool]]:
    """The sentences, and whether each starts a document. One that can't be read is left out. whole: with the lines that are no words."""
    parser = _Parser(path, names, whole=whole)
    starts = False
    waiting: list[tuple[int, str]] = []
    for first, lines in paragraphs(path):
        rows = [(number, line.split("\t")) for number, line in enumerate(lines, first) if line[0] != "#"]
        if len(rows) < len(lines):
            starts = starts or any(map(_starts_document, lines))
        if not rows:
            waiting += [*((0, line) for line in lines), (0, "")]
            last = first
            continue
        try:
            sentence = parser.sentence(rows)
        except DataError as error:
            problems.add(error)
            continue
        if whole and (waiting or len(sentence.words) < len(lines)):
            sentence.others = [*waiting, *_others(lines)]
        waiting = []
        yield sentence, starts
        starts = False
    if waiting and whole:
        report.remark(
            "{} comments follow the last sentence, and belong to none",
            report.place(path, last),
            sum(map(bool, (line for _, line in waiting))),
        )


def _others(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines of a sentence that are no words, each with the number of words before it; not the one that names columns."""
    before = 0
    for line in lines:
        if line[0] != "#" and line.partition("\t")[0].isdecimal():
            before += 1
        elif not line.startswith(GLOBAL_COLUMNS):
            yield before, line


def _starts_document(line: str) -> bool:
    return line[0] == "#" and line[1:].split("=", 1)[0].split()[:1] == ["newdoc"]


Row = tuple[int, list[str]]


class _Parser:
    """Makes sentences of the rows of one file, column by column. A row has the number of its line."""

    def __init__(self, path: Path, names: tuple[str, ...] | None, *, whole: bool) -> None:
        self._path, self._whole = path, whole
        self._n_columns = len(names or NAMES)
        # Where the columns of CoNLL-U are among those of the file; None where they are just these.
        self._places = (
            None if names is None else [names.index(name) if name in names else -1 for name in NAMES]
        )
        self._feats, self._heads, self._miscs = Memo(_feats), Memo(_head), Memo(_misc)

    def _error(self, row: Row, message: str, *, hint: str = "") -> DataError:
        return DataError(message, path=self._path, line=row[0], hint=hint)

    def sentence(self, rows: list[Row]) -> Sentence:
        """The sentence of some rows."""
        for row in rows:
            if len(row[1]) != self._n_columns:
                shown = "\t".join(row[1])[:60]
                raise self._error(
                    row, f"expected {self._n_columns} tab-separated columns, found {len(row[1])}: {shown!r}"
                )
        of_file = rows
        if self._places is not None:
            rows = [
                (number, [columns[place] if place >= 0 else "_" for place in self._places])
                for number, columns in rows
            ]
        words = [row for row in rows if row[1][0].isdecimal()]
        spaces = {} if len(words) == len(rows) else self._spaces_of_ranges(rows)
        if not words:
            raise self._error(rows[0], "a sentence without words")
        self._check_ids(words)
        sentence = self._sentence(words, spaces)
        if self._whole:
            pairs = zip(of_file, rows, strict=True)
            sentence.rows = [row[1] for row, plain in pairs if plain[1][0].isdecimal()]
        return sentence

    def _check_ids(self, rows: list[Row]) -> None:
        for position, row in enumerate(rows, start=1):
            if row[1][0] != str(position):
                raise self._error(row, f"expected word id {position}, found {row[1][0][:20]!r}")
            if not row[1][1]:
                raise self._error(row, "the word form is empty")

    def _spaces_of_ranges(self, rows: list[Row]) -> dict[int, bool]:
        """Whether a space follows, for the words (positions from 0) that spell a multi-word token."""
        forms = {columns[0]: columns[1] for _, columns in rows}
        found: dict[int, bool] = {}
        position, range_end = 1, 0
        for row in rows:
            index, word, misc = row[1][0], row[1][1], row[1][9]
            if "-" in index:
                first, last = self._range(row, forms)
                if first != position or position <= range_end:
                    raise self._error(
                        row, f"{index!r} stands before no word of this range, or inside of another"
                    )
                range_end = last
                if "".join(forms.get(str(i), "") for i in range(first, last + 1)) == word:
                    found |= dict.fromkeys(range(first - 1, last - 1), False)
                    found[last - 1] = self._miscs[misc][0]
            elif index.isdecimal():
                position += 1
            elif not _EMPTY_NODE.fullmatch(index):
                # An empty node is one of the enhanced graph: it has no place in the text.
                raise self._error(row, f"expected word id {position}, found {index[:20]!r}")
        return found

    def _range(self, row: Row, forms: dict[str, str]) -> tuple[int, int]:
        """The first and the last word of a multi-word token."""
        index = row[1][0]
        found = _RANGE.fullmatch(index)
        # Words are as many as lines, so that a range of words that are there is no longer than the sentence.
        if (
            not found
            or not all(end in forms for end in found.groups())
            or not 0 < int(found[2]) - int(found[1]) < len(forms)
        ):
            raise self._error(row, f"{index[:40]!r} is not a range of this sentence's word ids")
        return int(found[1]), int(found[2])

    def _sentence(self, rows: list[Row], spaces: dict[int, bool]) -> Sentence:
        _, words, lemmas, upos, xpos, feats, heads, deps, _, miscs = zip(
            *[columns for _, columns in rows], strict=True
        )
        pos = ["" if tag == "_" else tag for tag in upos]
        if not _TAGS.issuperset(pos):
            for tag, (number, _) in zip(pos, rows, strict=True):
                check_upos([tag], self._path, number)
        morphs = [self._feats[each] for each in feats]
        if None in morphs:
            row = rows[morphs.index(None)]
            raise self._error(row, f"{row[1][5]!r} is not a list of features Name=Value|Name=Value")
        known = [self._miscs[misc] for misc in miscs]
        following = [space for space, _ in known]
        for place, space in spaces.items():
            following[place] = space
        sentence = Sentence(
            words=list(words),
            spaces=following,
            lemmas=[
                "" if lemma == "_" and word != "_" else lemma
                for lemma, word in zip(lemmas, words, strict=True)
            ],
            pos=pos,
            tags=[tag if xtag == "_" else xtag for xtag, tag in zip(xpos, pos, strict=True)],
            morphs=[each or "" for each in morphs],
            heads=self._places_of_heads(rows, heads),
            deps=[_DEPS.get(dep, dep) for dep in deps],
            entities=[entity for _, entity in known],
            lines=[number for number, _ in rows],
        )
        _check_cycles(self._path, sentence)
        return sentence

    def _places_of_heads(self, rows: list[Row], heads: Sequence[str]) -> list[int]:
        """Positions of heads in the sentence: of a root its own, -1 where there is none."""
        found = [self._heads[head] for head in heads]
        known = [head for head in found if head is not None]
        if len(known) < len(found) or max(known) > len(rows) or any(map(eq, known, range(1, len(rows) + 1))):
            for position, (head, row) in enumerate(zip(found, rows, strict=True), start=1):
                self._check_head(row, head, position, len(rows))
        return [position if head < 0 else head - 1 for position, head in enumerate(known)]

    def _check_head(self, row: Row, head: int | None, position: int, size: int) -> None:
        shown = row[1][6]
        if head is None and shown.isdecimal() and shown.isascii():
            raise self._error(row, f"the head {shown[:9]}... is out of range")
        if head is None:
            raise self._error(row, f"the head must be a number, found {shown[:20]!r}")
        if head == position:
            raise self._error(row, f"word {position} is its own head", hint="The root has head 0.")
        if head > size:
            raise self._error(row, f"head {head} is out of range, the sentence has {size} words")


def _feats(feats: str) -> str | None:
    """Morphological features, None for what is no list of such."""
    if feats in ("_", ""):
        return ""
    is_list = all(0 < feature.find("=") < len(feature) - 1 for feature in feats.split("|"))
    return feats if is_list else None


def _head(head: str) -> int | None:
    """The id of a head, -1 for a root, 0 for none; None for what is no number of a word."""
    if head in ("_", ""):
        return 0
    return (int(head) or -1) if head.isdecimal() and head.isascii() and len(head) < 10 else None


def _misc(misc: str) -> tuple[bool, str | None]:
    """Whether a space follows the word, and its entity tag, if it has one."""
    entity = None
    items = misc.split("|")
    for item in items if misc != "_" else ():
        found = _ENTITY.fullmatch(item)
        if found:
            entity = found["keyed"] or found["plain"]
            break
    return "SpaceAfter=No" not in items, entity


def _check_cycles(path: Path, sentence: Sentence) -> None:
    size = len(sentence.words)
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
