"""Other borders for the tokens of a Doc, whose text stays: several tokens become one, or one becomes several.

What is asked for is checked as it is asked for, and done at the end of the block, all at once: for every new token the old
one is known that gives it its annotations, so that a column is one look-up. An error changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, UsageError, WrongType
from kernel.tokens.columns import sentence_start, values_of
from kernel.tokens.heads import checked_starts, labelled
from kernel.tokens.iob import BEGIN, INSIDE, OUTSIDE
from kernel.tokens.morph import normalize_features
from kernel.tokens.snapshot import snapshot
from kernel.tokens.token import Token
from kernel.tokens.underscore import existing
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc
    from kernel.tokens.group_data import Record
    from kernel.tokens.span import Span

_SETTABLE = attrs.ANNOTATIONS - {attrs.HEAD}
# Attributes of one new token: annotations, attributes of the word form, and values of extension attributes.
Settings = dict[Any, Any]


@dataclass(frozen=True)
class _Part:
    """What becomes of the tokens from start to end: new words, their heads as (token, which of its parts), their attributes."""

    start: int
    end: int
    words: list[str]
    heads: list[tuple[int, int]]
    settings: list[Settings]


class Retokenizer:
    """Collects what to merge and to split in a `with` block: `with doc.retokenize() as retokenizer: ...`."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self._parts: dict[tuple[int, int], _Part] = {}
        self._taken: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if error is None and self._parts:
            _apply(self.doc, [self._parts[place] for place in sorted(self._parts)])

    def merge(self, span: Span, attrs: Mapping[str | int, Any] | None = None) -> None:
        """Make one token of a span. What it is comes from the span's root, its lemma from all; attrs says otherwise.

        attrs: names or numbers of annotations (strings or their numbers), of attributes of the word form (which change for
        good), and "_" for a dict of extension attributes. A span that was given before is passed over.
        """
        place = (span.start, span.end)
        if place in self._parts and not self._parts[place].heads:
            return
        if span.doc is not self.doc:
            raise DataError(f"the span {span.text!r} belongs to another document")
        if span.start == span.end:
            raise DataError("a span without tokens can't become a token")
        text = span.text
        settings = _settings(dict(attrs), f"the token {text!r}") if attrs else {}
        self._take(span.start, span.end, text)
        self._parts[place] = _Part(*place, [text], [], [settings])

    def split(
        self,
        token: Token,
        orths: Sequence[str],
        heads: Sequence[Token | tuple[Token, int]],
        attrs: Mapping[str | int, Any] | None = None,
    ) -> None:
        """Make several tokens of one. orths: their texts, which joined are the token's.

        heads: for each, a token, or (token, which of its parts) for one that is being split; they count where the document
        has a parse, or `attrs` a "dep". attrs: as in `merge`, with a list of one value for each part ("_": a list of dicts).
        """
        orths = list(orths)
        if token.doc is not self.doc:
            raise DataError(f"the token {token.text!r} belongs to another document")
        if "".join(orths) != token.text or not all(orths):
            raise DataError(
                f"the token {token.text!r} can't become {orths!r}: the parts joined are the token, and none is empty"
            )
        if len(heads) != len(orths):
            raise DataError(f"{len(orths)} parts of {token.text!r}, but {len(heads)} heads")
        each = _each_part(dict(attrs or {}), len(orths), token.text)
        settings = [_settings(one, f"the part {orth!r}") for one, orth in zip(each, orths, strict=True)]
        places = [(head[0].i, int(head[1])) if isinstance(head, tuple) else (head.i, 0) for head in heads]
        self._take(token.i, token.i + 1, token.text)
        self._parts[token.i, token.i + 1] = _Part(token.i, token.i + 1, orths, places, settings)

    def _take(self, start: int, end: int, text: str) -> None:
        if not self._taken.isdisjoint(range(start, end)):
            raise DataError(
                f"{text!r} overlaps with what is merged or split already",
                hint="Keep the longest of overlapping spans, or use one block after the other.",
            )
        self._taken.update(range(start, end))


def _each_part(given: Settings, count: int, text: str) -> list[Settings]:
    """The attributes of each part, from lists with a value for each."""
    for name, values in given.items():
        if isinstance(values, str | Mapping) or not isinstance(values, Sequence) or len(values) != count:
            raise DataError(
                f"splitting {text!r}: attrs[{name!r}] is a list with a value for each of the {count} parts, not {values!r}"
            )
    return [{name: values[number] for name, values in given.items()} for number in range(count)]


def _settings(given: Settings, what: str) -> Settings:
    """Attributes by number, and "_" with the values of extension attributes, all of which can be set."""
    settings: Settings = {}
    for name, value in given.items():
        if name == "_":
            _check_extensions(value, what)
            settings["_"] = dict(value)
            continue
        attr = attrs.intify(name)
        if attr not in _SETTABLE and attr not in attrs.FLAGS and attr not in attrs.STRINGS - {attrs.ORTH}:
            raise UsageError(f"{attrs.NAMES[attr]} of {what} can't be set")
        is_text = isinstance(value, str | Integral) or (attr == attrs.NORM and value is None)
        if attr in attrs.STRINGS and not is_text:
            raise WrongType(f"{attrs.NAMES[attr]} of {what} is a string or its number, not {value!r}")
        settings[attr] = value
    return settings


def _check_extensions(values: Any, what: str) -> None:
    if not isinstance(values, Mapping):
        raise DataError(f"'_' of {what} is a dict of extension attributes, not {values!r}")
    for name in values:
        extension = existing(Token, name)
        if extension.method is not None or (extension.getter is not None and extension.setter is None):
            raise DataError(f"the extension attribute {name!r} of {what} can't be set: it is computed")


@dataclass(frozen=True)
class _Plan:
    """Which new tokens come from which old ones.

    source: for each new token the old one that gives it its annotations. begin, end: for each old token its first new one,
    and the one after its last. stands: for each old token the new one that others hang on. first: for each part its first
    new token.
    """

    source: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    stands: NDArray[np.int64]
    first: list[int]


# (place, word, attributes) of every token that is made.
_New = list[tuple[int, str, Settings]]


def _planned(doc: Doc, parts: list[_Part]) -> _Plan:
    count = np.ones(len(doc), dtype=np.int64)
    for part in parts:
        count[part.start : part.end] = 0
        count[part.start] = len(part.words)
    source = np.repeat(np.arange(len(doc)), count)
    begin = np.cumsum(count) - count
    end, stands = begin + count, begin.copy()
    first = begin[[part.start for part in parts]].tolist()
    for part, new, root in zip(parts, first, _roots(doc, parts), strict=True):
        source[new : new + len(part.words)] = root
        begin[part.start : part.end], end[part.start : part.end] = new, new + len(part.words)
        stands[part.start : part.end] = new + _top(part)
    return _Plan(source, begin, end, stands, first)


def _roots(doc: Doc, parts: list[_Part]) -> list[int]:
    """Of each part the token that is highest in the tree, the first of several that are."""
    starts, ends = (np.array([getattr(part, side) for part in parts]) for side in ("start", "end"))
    if attrs.HEAD not in doc.columns:
        alone: list[int] = starts.tolist()
        return alone
    sizes = ends - starts
    owner = np.repeat(np.arange(len(parts)), sizes)
    tokens = np.arange(len(owner)) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    target = tokens + values_of(doc, attrs.HEAD)[tokens]
    is_top = (target < starts[owner]) | (target >= ends[owner]) | (target == tokens)
    tops, owner = tokens[is_top], owner[is_top]
    roots: list[int] = tops[np.searchsorted(owner, np.arange(len(parts)))].tolist()
    # Where arcs leave a part from several tokens, one has to look at the tree.
    for number in np.flatnonzero(np.bincount(owner) > 1).tolist():
        roots[number] = doc[parts[number].start : parts[number].end].root.i
    return roots


def _top(part: _Part) -> int:
    """Which of the parts of a token stands for it: the one whose head lies outside, the first of several."""
    inside = [place == part.start and number != own for own, (place, number) in enumerate(part.heads)]
    return inside.index(False) if False in inside else 0


def _apply(doc: Doc, parts: list[_Part]) -> None:
    plan = _planned(doc, parts)
    new: _New = [
        (first + number, word, settings)
        for part, first in zip(parts, plan.first, strict=True)
        for number, (word, settings) in enumerate(zip(part.words, part.settings, strict=True))
    ]
    columns, forms = _annotations(doc, parts, plan, new), _of_forms(doc, new)
    put_back = snapshot([doc])
    try:
        _replace(doc, parts, plan, columns)
        for place, _, settings in new:
            for name, value in settings.get("_", {}).items():
                doc[place]._.set(name, value)
        # Last, as they are not the document's.
        for word, attr, value in forms:
            doc.vocab.set_lexeme_attr(word, attr, value)
    except BaseException:
        put_back()
        raise


def _of_forms(doc: Doc, new: _New) -> list[tuple[str, int, Any]]:
    """(word, attribute, value) of what is set for word forms."""
    return [
        (word, attr, _text(doc, attr, settings[attr]))
        for _, word, settings in new
        for attr in settings.keys() - _SETTABLE - {"_", attrs.NORM}
    ]


def _annotations(doc: Doc, parts: list[_Part], plan: _Plan, new: _New) -> dict[int, NDArray[Any]]:
    """The columns of the new tokens."""
    given = {attr for _, _, settings in new for attr in settings} & _SETTABLE
    columns = {attr: column[plan.source] for attr, column in doc.columns.items()}
    for attr in given - columns.keys():
        columns[attr] = values_of(doc, attr)[plan.source]
    if attrs.LEMMA in doc.columns:
        _carry_lemmas(doc, columns[attrs.LEMMA], parts, plan)
    if not columns.keys().isdisjoint({attrs.ENT_IOB, attrs.ENT_TYPE}):
        _carry_entities(doc, columns, parts, plan)
    if attrs.SENT_START in columns and attrs.HEAD not in doc.columns:
        _carry_starts(doc, columns[attrs.SENT_START], parts, plan)
    _set_given(doc, columns, new, _SETTABLE - {attrs.SENT_START})
    if attrs.HEAD in doc.columns or any(attrs.DEP in part.settings[0] for part in parts if part.heads):
        columns[attrs.HEAD] = heads = _heads(doc, parts, plan)
        starts = checked_starts(heads, labelled(columns.get(attrs.DEP)))
        if attrs.HEAD in doc.columns:
            columns[attrs.SENT_START] = starts
    _set_given(doc, columns, new, {attrs.SENT_START})
    if attrs.ENT_IOB in columns:
        _make_consistent(columns)
    return columns


def _set_given(doc: Doc, columns: dict[int, NDArray[Any]], new: _New, names: AbstractSet[int]) -> None:
    """Set what the caller gave for new tokens."""
    for place, _, settings in new:
        for attr in settings.keys() & names:
            columns[attr][place] = _number(doc, attr, settings[attr])
        if attrs.ENT_TYPE in settings.keys() & names and attrs.ENT_IOB not in settings:
            iob, is_entity = columns[attrs.ENT_IOB], bool(columns[attrs.ENT_TYPE][place])
            if is_entity != (iob[place] in (INSIDE, BEGIN)):
                iob[place] = BEGIN if is_entity else OUTSIDE


def _number(doc: Doc, attr: int, value: Any) -> int:
    """A value of an annotation as its column holds it."""
    if attr == attrs.SENT_START:
        return sentence_start(value)
    if value is None:
        return 0
    if attr == attrs.MORPH and isinstance(value, str):
        value = normalize_features(value)
    return doc.intern(value)


def _text(doc: Doc, attr: int, value: Any) -> Any:
    """A value of an attribute of the word form as the vocab takes it."""
    return doc.vocab.strings[int(value)] if attr in attrs.STRINGS and isinstance(value, Integral) else value


def _carry_lemmas(doc: Doc, column: NDArray[Any], parts: list[_Part], plan: _Plan) -> None:
    """Merged tokens get the lemmas of all that they are made of, parts their text; without a lemma there is none."""
    old = values_of(doc, attrs.LEMMA)
    places: list[int] = []
    lemmas: list[str] = []
    texts, spaces = doc.vocab.strings, doc.spaces.tolist()
    for part, first in zip(parts, plan.first, strict=True):
        numbers = old[part.start : part.end].tolist()
        if any(numbers):
            if part.heads:
                own = part.words
            else:
                pairs = zip(numbers, spaces[part.start : part.end], strict=True)
                own = ["".join(texts[number] + " " * has_space for number, has_space in pairs).strip()]
            places += range(first, first + len(own))
            lemmas += own
    column[places] = doc.table.intern_many(lemmas)


def _carry_entities(doc: Doc, columns: dict[int, NDArray[Any]], parts: list[_Part], plan: _Plan) -> None:
    """A merged token lies in the entity that its root lies in; of parts the first begins what the token began."""
    for attr in (attrs.ENT_IOB, attrs.ENT_TYPE):
        columns.setdefault(attr, values_of(doc, attr)[plan.source])
    iob, old_iob, old_type = (
        columns[attrs.ENT_IOB],
        values_of(doc, attrs.ENT_IOB),
        values_of(doc, attrs.ENT_TYPE),
    )
    for part, first in zip(parts, plan.first, strict=True):
        if part.heads and iob[first] == BEGIN:
            iob[first + 1 : first + len(part.words)] = INSIDE
        elif not part.heads and iob[first] in (INSIDE, BEGIN):
            start, kind = part.start, columns[attrs.ENT_TYPE][first]
            continues = (
                start > 0 and old_iob[start] == INSIDE and old_type[start] == old_type[start - 1] == kind
            )
            iob[first] = INSIDE if continues else BEGIN


def _make_consistent(columns: dict[int, NDArray[Any]]) -> None:
    """An I- that continues nothing begins an entity."""
    iob, types = columns[attrs.ENT_IOB], columns[attrs.ENT_TYPE]
    continues = np.zeros(len(iob), dtype=bool)
    continues[1:] = ((iob[:-1] == INSIDE) | (iob[:-1] == BEGIN)) & (types[1:] == types[:-1])
    iob[(iob == INSIDE) & ~continues] = BEGIN


def _carry_starts(doc: Doc, starts: NDArray[Any], parts: list[_Part], plan: _Plan) -> None:
    """Sentence starts without a parse. A border inside a merged token isn't known any more; there is none inside a word."""
    old = values_of(doc, attrs.SENT_START)
    for part, first in zip(parts, plan.first, strict=True):
        starts[first] = begin = old[part.start]
        starts[first + 1 : first + len(part.words)] = -1 if begin else 0
        if begin != 1 and (old[part.start : part.end] == 1).any():
            starts[first] = 0


def _heads(doc: Doc, parts: list[_Part], plan: _Plan) -> NDArray[np.int32]:
    """Relative heads. What hung on a token that was split hangs on the part that stands for it."""
    old = np.arange(len(doc)) + values_of(doc, attrs.HEAD)
    absolute = plan.stands[old[plan.source]]
    sizes = {part.start: len(part.words) for part in parts if part.heads}
    for part, first in zip(parts, plan.first, strict=True):
        for number, (token, which) in enumerate(part.heads):
            if not 0 <= which < sizes.get(token, 1):
                raise DataError(
                    f"a head is part {which} of {doc[token].text!r}, which has {sizes.get(token, 1)}"
                )
            absolute[first + number] = plan.begin[token] + which if token in sizes else plan.stands[token]
    relative: NDArray[np.int32] = (absolute - np.arange(len(absolute))).astype(np.int32)
    return relative


def _replace(doc: Doc, parts: list[_Part], plan: _Plan, columns: dict[int, NDArray[Any]]) -> None:
    """Give the document its new tokens."""
    rows, spaces = doc.rows[plan.source], doc.spaces[plan.source]
    tensor = doc.tensor if len(doc.tensor) != len(doc) else doc.tensor[_tensor_rows(parts, plan)]
    places = [
        first + number
        for part, first in zip(parts, plan.first, strict=True)
        for number in range(len(part.words))
    ]
    rows[places] = doc.table.rows([word for part in parts for word in part.words])
    for part, first in zip(parts, plan.first, strict=True):
        after = first + len(part.words)
        for place, word, settings in zip(range(first, after), part.words, part.settings, strict=True):
            if settings.get(attrs.NORM) is not None:
                rows[place] = doc.table.row(word, _text(doc, attrs.NORM, settings[attrs.NORM]))
        spaces[first : after - 1] = False
        spaces[after - 1] = doc.spaces[part.end - 1]
        if part.heads and len(tensor):
            # Nobody knows what a part of a vector means.
            tensor[first:after] = 0
    for group in doc.groups.values():
        group.records[:] = [_moved(record, plan) for record in group.records]
    doc.rows, doc.spaces, doc.tensor, doc.columns = rows, spaces, tensor, {}
    doc.known_offsets = doc.known_entities = doc.known_sentences = doc.known_tree = None
    for attr, column in columns.items():
        doc.set_column(attr, column)
    doc.version += 1
    _move_user_data(doc)


def _tensor_rows(parts: list[_Part], plan: _Plan) -> NDArray[np.int64]:
    """For each new token the row of the tensor that it keeps: of a merged one the last."""
    rows = plan.source.copy()
    for part, first in zip(parts, plan.first, strict=True):
        rows[first] = part.end - 1
    return rows


def _moved(record: Record, plan: _Plan) -> Record:
    """A span of a group in the new tokens; one that begins or ends inside a merged token gets all of it."""
    start, end, label, kb_id, span_id = record
    if start == end:
        here = int(plan.begin[start]) if start < len(plan.begin) else len(plan.source)
        return (here, here, label, kb_id, span_id)
    return (int(plan.begin[start]), int(plan.end[end - 1]), label, kb_id, span_id)


def _move_user_data(doc: Doc) -> None:
    """Drop the extension attributes of tokens that are gone; those of spans follow the borders of tokens."""
    if not doc.user_data:
        return
    offsets = doc.offsets()
    begins, ends = offsets[:-1], offsets[1:] - doc.spaces
    known = set(begins.tolist())
    kept = {}
    for key, value in doc.user_data.items():
        if isinstance(key, tuple) and len(key) == 4 and key[0] == "._." and key[2] is not None:
            _, name, start, end = key
            if end is None and start not in known:
                continue
            if end is not None and start < end:
                first = int(np.searchsorted(begins, start, side="right")) - 1
                last = int(np.searchsorted(ends, end))
                key = ("._.", name, int(begins[first]), int(ends[min(last, len(ends) - 1)]))
        kept[key] = value
    doc.user_data.clear()
    doc.user_data.update(kept)
