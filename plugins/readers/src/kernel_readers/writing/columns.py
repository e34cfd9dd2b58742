"""Writes column files: a token a line with its entity tag, a blank line between sentences; and sentences of `word|tag|entity` on one line."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple

from kernel.tokens import Doc
from kernel_readers.formats.column_form import DOCUMENT_MARK
from kernel_readers.formats.conllu_columns import starts_of
from kernel_readers.formats.tags import MISSING
from kernel_readers.writing.losses import Losses

NOTHING = "-X-"
# A word that would be the mark of a document.
_NO_MARK = DOCUMENT_MARK.replace("-", "_")
_ENTITIES = frozenset({"sentences", "entities", "tokens of which entities are not annotated"})


class Sentence(NamedTuple):
    """A sentence to be written: a value a word in each list. Part-of-speech tags are empty where there are none."""

    words: list[str]
    pos: list[str]
    entities: list[str]


def _bio(length: int, follows: bool) -> list[str]:
    return ["B", *["I"] * (length - 1)]


def _iob1(length: int, follows: bool) -> list[str]:
    return ["B" if follows else "I", *["I"] * (length - 1)]


def _closed(begin: str, end: str, single: str) -> Callable[[int, bool], list[str]]:
    return lambda length, follows: [single] if length == 1 else [begin, *["I"] * (length - 2), end]


# Scheme -> letters of an entity of some length; whether one of the same label stands right before it.
SCHEMES: dict[str, Callable[[int, bool], list[str]]] = {
    "bio": _bio,
    "iob1": _iob1,
    "biluo": _closed("B", "L", "U"),
    "bioes": _closed("B", "E", "S"),
}


class ColumnsWriter:
    """Sentences in columns.

    lines: gives the lines of a sentence. suffixes: of the files. scheme: of the entity tags, a key of `SCHEMES`. separators: characters
    that no value may have; of_tags: those that only words may have. has_tags: whether the format has part-of-speech tags. has_marks: whether a line marks where a document starts.
    """

    is_folder = False

    def __init__(
        self,
        name: str,
        lines: Callable[[Sentence], Iterable[str]],
        suffixes: tuple[str, ...],
        *,
        scheme: str,
        separators: str,
        of_tags: str = "",
        has_tags: bool = False,
        has_marks: bool = False,
    ) -> None:
        self.suffixes = suffixes
        self._name, self._lines, self._letters = name, lines, SCHEMES[scheme]
        self._holds = _ENTITIES | ({"tags"} if has_tags else set())
        # By a character U+0000, a file is taken for a binary one.
        self._breaks = dict.fromkeys(map(ord, f"{separators}\n\r\0"), "_")
        self._breaks_of_tags = self._breaks | dict.fromkeys(map(ord, of_tags), "_")
        self._has_marks = has_marks

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO) -> None:
        """Write documents to an open file, each at once."""
        losses = Losses(self._name, self._holds)
        is_begun = False
        for doc, others in docs:
            losses.of(doc, others)
            if self._has_marks and len(doc):
                target.write(f"{DOCUMENT_MARK} {NOTHING} {NOTHING} O\n\n".encode())
                is_begun = True
            for sentence in self._sentences(doc, losses):
                content = "".join(f"{line}\n" for line in self._lines(sentence)).encode()
                # The first one at the start of a file is a mark of UTF-8, and no character.
                target.write(BOM_UTF8 + content if not is_begun and content.startswith(BOM_UTF8) else content)
                is_begun = True
        losses.say()

    def _sentences(self, doc: Doc, losses: Losses) -> Iterator[Sentence]:
        """The sentences, without tokens that are white space, of which columns have none."""
        texts, tags = [token.text for token in doc], [token.tag_ for token in doc]
        borders = [*starts_of(doc), len(doc)]
        entities = self._tags(doc, borders, losses)
        words = [not text.isspace() for text in texts]
        if not any(words):
            losses.add("documents without words")
        changed = 0
        for start, end in pairwise(borders):
            places = [place for place in range(start, end) if words[place]]
            columns = [[column[place] for place in places] for column in (texts, tags, entities)]
            marks = columns[0].count(DOCUMENT_MARK)
            if marks:
                losses.add(f"words {DOCUMENT_MARK}, which are {_NO_MARK} there", marks)
                columns[0] = [_NO_MARK if word == DOCUMENT_MARK else word for word in columns[0]]
            breaks = (self._breaks, self._breaks_of_tags, self._breaks_of_tags)
            fitting = [
                [value.translate(own) for value in column]
                for column, own in zip(columns, breaks, strict=True)
            ]
            changed += sum(
                a != b
                for before, after in zip(columns, fitting, strict=True)
                for a, b in zip(before, after, strict=True)
            )
            if places:
                yield Sentence(*fitting)
        if changed:
            losses.add("separators within values, which are _ there", changed)

    def _tags(self, doc: Doc, borders: list[int], losses: Losses) -> list[str]:
        """The tag of each token. An entity ends with its sentence, and white space is no part of it."""
        found = [MISSING if token.ent_iob == 0 else "O" for token in doc]
        is_space = [token.is_space for token in doc]
        cuts = set(borders)
        before, label_before = -1, ""
        for ent in doc.ents:
            inner = [place for place in range(ent.start + 1, ent.end) if place in cuts]
            if inner:
                losses.add("entities that lie in several sentences, and are cut there")
            for start, end in pairwise([ent.start, *inner, ent.end]):
                places = [place for place in range(start, end) if not is_space[place]]
                if not places:
                    continue
                follows = before == places[0] and label_before == ent.label_ and places[0] not in cuts
                for place, letter in zip(places, self._letters(len(places), follows), strict=True):
                    found[place] = f"{letter}-{ent.label_}"
                before, label_before = places[-1] + 1, ent.label_
        return found


def tabs(sentence: Sentence) -> Iterator[str]:
    """A word and its entity tag a line, with a tab between them."""
    yield from (f"{word}\t{entity}" for word, entity in zip(sentence.words, sentence.entities, strict=True))
    yield ""


def conll2003(sentence: Sentence) -> Iterator[str]:
    """The four columns of CoNLL-2003: word, part-of-speech tag, phrase and entity tag. Documents have no phrases."""
    for word, pos, entity in zip(*sentence, strict=True):
        yield f"{word} {pos or NOTHING} {NOTHING} {entity}"
    yield ""


def bars(sentence: Sentence) -> Iterator[str]:
    """A sentence a line, its tokens as `word|tag|entity`; or `word|entity` where it has no tags."""
    if any(sentence.pos) or any("|" in word for word in sentence.words):
        yield " ".join("|".join(token) for token in zip(*sentence, strict=True))
    else:
        yield " ".join(
            f"{word}|{entity}" for word, entity in zip(sentence.words, sentence.entities, strict=True)
        )
