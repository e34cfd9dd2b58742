"""What a Doc consists of: arrays with a value for every token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, WrongType
from kernel.tokens.heads import Tree, checked_starts, labelled
from kernel.tokens.iob import Entity, find_entities
from kernel.vocab import attrs
from kernel.vocab.symbols import POS_TAGS

if TYPE_CHECKING:
    from kernel.vocab.lexemes import LexemeTable

_DTYPES: dict[int, Any] = {attrs.HEAD: np.int32, attrs.SENT_START: np.int8, attrs.ENT_IOB: np.int8}

STRING_COLUMNS = attrs.ANNOTATIONS - set(_DTYPES)
"""Annotations whose value is the number of a string."""


def dtype_of(attr: int) -> Any:
    """The element type of an annotation column: signed for heads, sentence starts and IOB, else uint64."""
    return _DTYPES.get(attr, np.uint64)


class Columns:
    """The arrays of a Doc, for whoever reads or writes an attribute of all its tokens at once.

    columns: annotations that have been set, attribute number -> array (tokens,) of `dtype_of(attribute)`. Numbers of
    strings come from `intern`; HEAD is relative; SENT_START is 1 for a start, -1 for none, 0 for not known; ENT_IOB is
    0 for missing, 1 I, 2 O, 3 B. Read them here; write them with `set_column` and `set_entity_columns`, which count
    the change. `kernel.tokens.batch` does the same for many documents.
    table, rows: a generation of word forms, and each token's row in it, int32 (tokens,).
    spaces: whether a space follows each token, bool (tokens,).
    version: a number that grows with every change of tokens or annotations.
    known_text, known_entities, known_offsets, known_sentences, known_tree: what `text`, `entity_ranges`, `offsets`,
    `sentence_borders` and `tree` give; None before somebody asks for it.
    """

    __slots__ = (
        "columns",
        "known_entities",
        "known_offsets",
        "known_sentences",
        "known_text",
        "known_tree",
        "rows",
        "spaces",
        "table",
        "version",
    )

    columns: dict[int, NDArray[Any]]
    table: LexemeTable
    rows: NDArray[np.int32]
    spaces: NDArray[np.bool_]
    version: int
    known_text: str | None
    known_entities: list[Entity] | None
    known_offsets: NDArray[np.int32] | None
    known_sentences: list[int] | None
    known_tree: Tree | None

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self.rows)

    def set_column(self, attr: int, values: NDArray[Any]) -> None:
        """Set an annotation of all tokens, shape (tokens,). The array is kept, not copied, if its type fits."""
        values = np.asarray(values, dtype=dtype_of(attr))
        if len(values) != len(self.rows):
            raise DataError(f"{attrs.NAMES[attr]}: {len(values)} values for {len(self.rows)} tokens")
        self.columns[attr] = values
        self.version += 1
        if attr in (attrs.ENT_IOB, attrs.ENT_TYPE):
            self.known_entities = None
        elif attr == attrs.SENT_START:
            self.known_sentences = None
        elif attr == attrs.HEAD:
            self.known_tree = None

    def set_entity_columns(
        self, iob: NDArray[np.int8], types: NDArray[np.uint64], entities: list[Entity] | None = None
    ) -> None:
        """Set ENT_IOB and ENT_TYPE; `entities`, if given, are what they say, so that nobody has to look."""
        self.set_column(attrs.ENT_IOB, iob)
        self.set_column(attrs.ENT_TYPE, types)
        self.known_entities = entities

    def set_heads(self, relative: NDArray[np.int32], known: NDArray[np.bool_] | None = None) -> None:
        """Set the heads, and the sentence starts that follow. DataError if they leave the text or form a cycle.

        known: whose heads are known, bool (tokens,). By default those of tokens with a label (DEP) are, and all if no token
        has one.
        """
        starts = checked_starts(relative, labelled(self.columns.get(attrs.DEP)) if known is None else known)
        self.set_column(attrs.HEAD, relative)
        self.set_column(attrs.SENT_START, starts)

    def set_spaces(self, spaces: NDArray[np.bool_]) -> None:
        """Set whether a space follows each token, bool (tokens,); the text changes with it."""
        self.spaces = spaces
        self.known_text = self.known_offsets = None
        self.version += 1

    def set_rows(self, rows: NDArray[np.int32]) -> None:
        """Replace the word forms by others of the same text, for example with another norm."""
        self.rows = rows
        self.version += 1

    def edit_column(self, attr: int) -> NDArray[Any]:
        """The column of an annotation to write into, made if it doesn't exist. Counts as a change."""
        column = self.columns.get(attr)
        if column is None or not column.flags.writeable:
            column = values_of(self, attr).copy()
        self.set_column(attr, column)
        return column

    def intern(self, value: str | int) -> int:
        """The number of a string of this document; numbers stay. WrongType for anything else."""
        if isinstance(value, str):
            return self.table.intern(value)
        if isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) < 1 << 64:
            return int(value)
        raise WrongType(
            f"{value!r} is no text, and no number of one", hint="An empty text says that there is none."
        )

    def words(self) -> list[str]:
        """The text of each token."""
        return self.table.forms(self.rows.tolist())

    @property
    def text(self) -> str:
        """The text; joined from words and spaces if the tokenizer didn't give it."""
        text = self.known_text
        if text is None:
            words = self.words()
            for index in compress(range(len(words)), self.spaces.tolist()):
                words[index] += " "
            text = self.known_text = "".join(words)
        return text

    def offsets(self) -> NDArray[np.int32]:
        """The character offset of each token, and of the end of the text: shape (tokens + 1,)."""
        offsets = self.known_offsets
        if offsets is None:
            lengths = self.table.column(attrs.LENGTH)[self.rows]
            offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
            np.cumsum(lengths + self.spaces, out=offsets[1:], dtype=np.int32)
            self.known_offsets = offsets
        return offsets

    def entity_ranges(self) -> list[Entity]:
        """The entities: (first token, token after the last, number of the label)."""
        found = self.known_entities
        if found is None:
            iob = self.columns.get(attrs.ENT_IOB)
            found = [] if iob is None else find_entities(iob, values_of(self, attrs.ENT_TYPE))
            self.known_entities = found
        return found

    def tree(self) -> Tree:
        """The dependency trees."""
        tree = self.known_tree
        if tree is None:
            tree = self.known_tree = Tree(values_of(self, attrs.HEAD))
        return tree


def value_of(doc: Columns, attr: int, i: int) -> int:
    """An annotation of one token, other than its sentence start; 0 if nothing has set it."""
    column = doc.columns.get(attr)
    return 0 if column is None else int(column[i])


def values_of(doc: Columns, attr: int, start: int = 0, end: int | None = None) -> NDArray[Any]:
    """One attribute of the tokens from start to end, all by default, in the attribute's own type. Don't write into it."""
    if attr in attrs.LEXICAL:
        values: NDArray[Any] = doc.table.column(attr)[doc.rows[start:end]]
        return values
    if attr == attrs.IDX:
        return doc.offsets()[:-1][start:end]
    column = doc.spaces if attr == attrs.SPACY else doc.columns.get(attr)
    if column is not None:
        return column if start == 0 and end is None else column[start:end]
    empty = np.zeros(len(doc.rows[start:end]), dtype=dtype_of(attr))
    if attr == attrs.SENT_START and start == 0 and len(empty):
        empty[0] = 1
    return empty


def as_uint64(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Any attribute as uint64; negative numbers as two's complement."""
    if values.dtype == np.uint64:
        return values
    if values.dtype.kind == "i":
        return values.astype(np.int64).view(np.uint64)
    return values.astype(np.uint64)


def sentence_start(value: bool | int | None) -> int:
    """1 starts a sentence, -1 doesn't, 0 isn't known: the numbers, True, False and None are taken."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1 if value else -1
    if value not in (-1, 0, 1):
        raise DataError(f"{value!r} is not a sentence start: expected True, False, None, 1, -1 or 0")
    return int(value)


def check_text(value: str | None) -> str:
    """What an attribute that is a text is set to; None says that there is none. WrongType for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongType(f"{value!r} is no text: an attribute whose name ends in _ is one, or None")
    return value


def check_words(words: Sequence[Any]) -> None:
    """DataError for a word that is empty, WrongType for one that is no text."""
    if all(words) and set(map(type, words)) <= {str}:
        return
    for index, word in enumerate(words):
        if not isinstance(word, str):
            raise WrongType(f"word {index} is {word!r}: expected a text")
        if not word:
            raise DataError(f"word {index} is empty", hint="Leave it out, with its annotations.")


def check_pos(values: Iterable[Any]) -> None:
    """DataError for a string that is no coarse part-of-speech tag."""
    wrong = {value for value in values if isinstance(value, str)} - POS_TAGS - {""}
    if wrong:
        raise DataError(
            f"{min(wrong)!r} is not a coarse part-of-speech tag: expected one of {', '.join(sorted(POS_TAGS))}",
            hint="Tags of another kind are fine-grained tags: tag_ and tags.",
        )
