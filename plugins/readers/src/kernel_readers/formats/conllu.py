"""CoNLL-U, the format of Universal Dependencies: ten tab-separated columns a word, a blank line a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.tags import to_iob
from kernel_readers.lines import grouped, numbered_lines

N_COLUMNS = 10
_ENTITY_KEYS = ("name", "NE", "Entity")
_UPOS = frozenset(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
)


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

    The tag is XPOS, or UPOS where XPOS is empty. Entities come from MISC (`name=`, `NE=`) in any of the IOB
    variants. Raises DataError with the line for a wrong number of columns, ids out of order, heads out of
    range and cycles.
    """
    for sentences in grouped(_sentences(path), n_sents):
        yield _make_doc(path, nlp.vocab, sentences)


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
        sentence.pos.append(_pos(path, number, upos))
        sentence.tags.append(xpos if xpos != "_" else ("" if upos == "_" else upos))
        sentence.morphs.append("" if feats == "_" else feats)
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
    if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
        raise DataError(f"{index!r} is not a range of word ids", path=path, line=number)
    parts = {columns[0]: columns[1] for _, columns in rows}
    spelled = "".join(parts.get(str(i), "") for i in range(int(first), int(last) + 1))
    return (int(last), space) if spelled == form else (0, True)


def _pos(path: Path, number: int, upos: str) -> str:
    if upos in ("_", ""):
        return ""
    if upos not in _UPOS:
        raise DataError(f"{upos!r} is not a universal part-of-speech tag", path=path, line=number)
    return upos


def _head(path: Path, number: int, head: str, position: int) -> int:
    if head in ("_", ""):
        return -1
    if not head.isdigit():
        raise DataError(f"the head must be a number, found {head!r}", path=path, line=number)
    return position - 1 if head == "0" else int(head) - 1


def _entity(misc: str) -> str | None:
    for item in misc.split("|"):
        key, equals, value = item.partition("=")
        if equals and key in _ENTITY_KEYS:
            return value
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


def _make_doc(path: Path, vocab: Any, sentences: list[Sentence]) -> Doc:
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
            head + start for sentence, start in zip(sentences, offsets, strict=False) for head in sentence.heads
        ]
    else:
        starts = set(offsets)
        annotations["sent_starts"] = [i in starts for i in range(offsets[-1])]
    entities = flat("entities")
    if any(tag is not None for tag in entities):
        lines = flat("lines")
        tags = ["O" if tag is None else tag for tag in entities]
        annotations["ents"] = to_iob(tags, path=path, lines=lines, ends=offsets[1:])
    return Doc(vocab, words=flat("words"), spaces=flat("spaces"), **annotations)
