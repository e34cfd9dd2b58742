"""A document with other tokens in the place of some of its own: all annotations move with the tokens that stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.columns import dtype_of, values_of
from kernel.tokens.group_data import GroupData
from kernel.vocab import attrs
from kernel_augmenters.moving import moved_user_data

# Annotations of a token alone that are strings.
STRINGS = (attrs.TAG, attrs.POS, attrs.MORPH, attrs.LEMMA, attrs.DEP, attrs.ENT_KB_ID, attrs.ENT_ID)
_MISSING, _INSIDE, _OUTSIDE, _BEGIN = range(4)


@dataclass(frozen=True)
class Phrase:
    """Tokens with what is known of them.

    words: their texts. spaces: whether a space follows each. strings: annotation -> a string for each word. heads: the position of
    each word's head in the phrase, and its own of the root; None where they are not known, or make more than one tree.
    """

    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    strings: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    heads: tuple[int, ...] | None = None

    @classmethod
    def of(cls, doc: Doc, start: int, end: int) -> "Phrase":
        """The tokens of a document from start to end, with their annotations. Heads outside of them count as not there."""
        table = doc.vocab.strings
        strings = {
            attr: tuple(table[number] for number in values_of(doc, attr)[start:end].tolist())
            for attr in STRINGS
            if attr in doc.columns
        }
        heads = None
        if attrs.HEAD in doc.columns and doc.has_annotation(attrs.DEP):
            places = np.arange(end - start)
            own = places + values_of(doc, attrs.HEAD)[start:end]
            own = np.where((own >= 0) & (own < end - start), own, places)
            if (own == places).sum() == 1:
                heads = tuple(own.tolist())
        if heads is None:
            strings.pop(attrs.DEP, None)
        return cls(tuple(doc.words()[start:end]), tuple(doc.spaces[start:end].tolist()), strings, heads)


@dataclass(frozen=True)
class Edit:
    """Put a phrase in the place of the tokens from start to end; none of them if both are equal, and then before that token.

    An entity that the tokens are stays one, of the same label. A phrase that is only put in between is outside of entities unless it
    comes inside of one. head: the token on which the root of such a phrase hangs, and whose sentence it belongs to.
    """

    start: int
    end: int
    phrase: Phrase
    head: int = -1


@dataclass(frozen=True)
class _Places:
    """Where tokens are after edits. source: of each new token, the old one that it is, or -1. starts, ends: of each old token, its
    place and the place after it, -1 if it is gone. borders: of each border between old tokens, the first new token after it as the
    start of a span and as the end of one. firsts: of each edit, the place of its phrase."""

    source: NDArray[np.int64]
    starts: NDArray[np.int64]
    borders: NDArray[np.int64]
    ends: NDArray[np.int64]
    firsts: list[int]

    @classmethod
    def of(cls, n: int, edits: Sequence[Edit]) -> "_Places":
        parts, firsts, last, length = [], [], 0, 0
        for edit in edits:
            parts += [np.arange(last, edit.start), np.full(len(edit.phrase.words), -1)]
            length += edit.start - last
            firsts.append(length)
            length += len(edit.phrase.words)
            last = edit.end
        source = np.concatenate([*parts, np.arange(last, n)])
        stays = np.flatnonzero(source >= 0)
        starts = np.full(n, -1)
        starts[source[stays]] = stays
        # A border is where the token after it is; what is put in there is before it if something ends there.
        borders = np.append(starts, len(source))
        ends = np.concatenate([[0], np.where(starts < 0, -1, starts + 1)])
        for edit, first in zip(edits, firsts, strict=True):
            if edit.start < edit.end:
                borders[edit.start], ends[edit.end] = first, first + len(edit.phrase.words)
        return cls(source, starts, borders, ends, firsts)


def can_be_replaced(doc: Doc, start: int, end: int) -> bool:
    """Whether tokens lie in one sentence, and no span of a group begins or ends amid them."""
    begins = values_of(doc, attrs.SENT_START)[start + 1 : end]
    if (begins == 1).any():
        return False
    return not any(
        start < first < end or start < last < end
        for group in doc.groups.values()
        for first, last, *_ in group.records
    )


def spliced(doc: Doc, edits: Sequence[Edit]) -> Doc:
    """A document with the edits made, which are in the order of their tokens and don't overlap. Tensors are not kept."""
    places = _Places.of(len(doc), edits)
    new = _of_words(doc, edits, places)
    _put_strings(new, doc, edits, places)
    if attrs.SENT_START in doc.columns:
        new.set_column(attrs.SENT_START, _sentence_starts(doc, edits, places))
    if attrs.HEAD in doc.columns:
        new.set_column(attrs.HEAD, _heads(new, doc, edits, places))
    if attrs.ENT_IOB in doc.columns:
        new.set_entity_columns(*_entities(doc, edits, places))
    for key, group in doc.groups.items():
        records = [
            (int(places.borders[start]), int(places.ends[end]), *rest) for start, end, *rest in group.records
        ]
        new.groups[key] = GroupData(group.name, dict(group.attrs), [(*each,) for each in records])  # type: ignore[misc]
    new.cats = dict(doc.cats)
    new.has_unknown_spaces = doc.has_unknown_spaces
    new.user_data = moved_user_data(doc, new, places.starts, places.ends[1:])
    return new


def _of_words(doc: Doc, edits: Sequence[Edit], places: _Places) -> Doc:
    rows, spaces = doc.rows[places.source], doc.spaces[places.source]
    for edit, first in zip(edits, places.firsts, strict=True):
        here = slice(first, first + len(edit.phrase.words))
        rows[here] = doc.table.rows(edit.phrase.words)
        spaces[here] = edit.phrase.spaces
        if edit.start < edit.end:
            spaces[here.stop - 1] = doc.spaces[edit.end - 1]
    return type(doc).from_rows(doc.vocab, doc.table, rows, spaces, None)


def _put_strings(new: Doc, doc: Doc, edits: Sequence[Edit], places: _Places) -> None:
    for attr in STRINGS:
        if attr not in doc.columns:
            continue
        column = doc.columns[attr][places.source]
        # Where nobody has annotated any of the words, nobody has annotated the new ones.
        is_annotated = bool(doc.columns[attr].any())
        for edit, first in zip(edits, places.firsts, strict=True):
            texts = edit.phrase.strings.get(attr, ()) if is_annotated else ()
            texts = texts or ("",) * len(edit.phrase.words)
            column[first : first + len(texts)] = doc.table.intern_many(texts)
        new.set_column(attr, column)


def _sentence_starts(doc: Doc, edits: Sequence[Edit], places: _Places) -> NDArray[np.int8]:
    old = doc.columns[attrs.SENT_START]
    column = old[places.source]
    # Of a text in which nobody has annotated sentences, nothing is known.
    no_start = -1 if old[1:].any() or len(old) < 2 else 0
    for edit, first in zip(edits, places.firsts, strict=True):
        after = first + len(edit.phrase.words)
        column[first:after] = no_start
        if edit.start < edit.end:
            column[first] = old[edit.start]
        elif first == 0:
            column[0] = 1
            column[after : after + 1] = no_start
    return column


def _heads(new: Doc, doc: Doc, edits: Sequence[Edit], places: _Places) -> NDArray[np.int32]:
    old = np.arange(len(doc)) + doc.columns[attrs.HEAD]
    has_labels = attrs.DEP in doc.columns and bool(doc.columns[attrs.DEP].any())
    labels = new.edit_column(attrs.DEP) if has_labels else None
    # Where each old token is; of one that is gone, the root of what came in its place.
    where = places.starts.copy()
    heads = np.arange(len(places.source))
    roots = []
    for edit, first in zip(edits, places.firsts, strict=True):
        replaced = slice(edit.start, edit.end)
        top = _top(doc, edit)
        own = edit.phrase.heads
        if own is None:
            # Where it is in the tokens before: in front, as the first name of a person may be, or at the end.
            at = 0 if top == edit.start else len(edit.phrase.words) - 1
            own = (at,) * len(edit.phrase.words)
        root = next(place for place, head in enumerate(own) if place == head)
        heads[first : first + len(own)] = [first + head for head in own]
        where[replaced] = first + root
        roots.append((first + root, top, edit))
    stays = places.source >= 0
    heads[stays] = where[old[places.source[stays]]]
    for root, top, edit in roots:
        if edit.start < edit.end:
            heads[root] = root if old[top] == top else where[old[top]]
            if labels is not None:
                labels[root] = doc.columns[attrs.DEP][top]
        elif edit.head >= 0 and has_labels:
            heads[root] = where[edit.head]
    return (heads - np.arange(len(heads))).astype(np.int32)


def _top(doc: Doc, edit: Edit) -> int:
    """The first of the replaced tokens from which the fewest arcs lead to a root; -1 where none is replaced."""
    tokens = range(edit.start, edit.end)
    return doc.tree().highest(tokens) if tokens else -1


def _entities(
    doc: Doc, edits: Sequence[Edit], places: _Places
) -> tuple[NDArray[np.int8], NDArray[np.uint64]]:
    old_iob, old_types = doc.columns[attrs.ENT_IOB], values_of(doc, attrs.ENT_TYPE)
    iob, types = old_iob[places.source], old_types[places.source].astype(dtype_of(attrs.ENT_TYPE))
    for edit, first in zip(edits, places.firsts, strict=True):
        here = slice(first, first + len(edit.phrase.words))
        if edit.start < edit.end:
            is_entity = bool(old_types[edit.start])
            iob[here] = _INSIDE if is_entity else old_iob[edit.start]
            iob[first], types[here] = old_iob[edit.start], old_types[edit.start]
            continue
        after = old_iob[edit.start] if edit.start < len(doc) else _OUTSIDE
        if after == _INSIDE:
            iob[here], types[here] = _INSIDE, old_types[edit.start]
        else:
            before = old_iob[edit.start - 1] if edit.start else after
            iob[here] = _MISSING if _MISSING in (before, after) else _OUTSIDE
            types[here] = 0
    return iob, types
