"""Doc: a tokenized text with its annotations, as columns.

A Doc holds one row number per token into a generation of word forms, a flag per token (is it followed by a
space?), and one array per annotation that has been set. Tokens and spans are views made on demand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.tokens import arrays
from kernel.tokens import entities as entity_columns
from kernel.tokens.columns import Columns, as_uint64, check_pos, check_words, sentence_start, values_of
from kernel.tokens.group_data import GroupData
from kernel.tokens.iob import Entity
from kernel.tokens.morph import normalize_features
from kernel.tokens.retokenize import Retokenizer
from kernel.tokens.span import Span
from kernel.tokens.span_group import SpanGroups
from kernel.tokens.storage import Stored
from kernel.tokens.token import Token
from kernel.tokens.underscore import Extensible, Underscore
from kernel.tokens.user_hooks import Hooks, OwnersSay
from kernel.tokens.vectored import Vectored
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.vocab import Vocab
    from kernel.vocab.lexemes import LexemeTable

_NO_TENSOR: NDArray[np.float32] = np.zeros((0,), dtype=np.float32)
_NO_TENSOR.flags.writeable = False


class Doc(Columns, Extensible, Vectored, Stored):
    """A tokenized text.

    words, spaces: the tokens, and whether a space follows each; without `spaces` every token is followed by
    one and `has_unknown_spaces` is true. tags, pos, morphs, lemmas, deps: a string per token. heads: the
    position of each token's head (absolute), None where it isn't known, as it isn't for a token without a label in `deps`. sent_starts: True, False or None (or 1, -1, 0) per token,
    ignored if there are heads. ents: an IOB or BILUO string per token. Lists that don't fit raise a DataError.
    """

    __slots__ = (
        "__weakref__",
        "cats",
        "groups",
        "has_unknown_spaces",
        "said",
        "tensor",
        "user_data",
        "vocab",
    )
    extension_table = "doc_extensions"

    vocab: Vocab
    cats: dict[str, float]
    tensor: Any
    user_data: dict[Any, Any]
    has_unknown_spaces: bool
    groups: dict[str, GroupData]
    """What `spans` is a view of."""
    said: OwnersSay | None
    """Hooks and a vector that the owner of the document has set, if there are any."""

    def __init__(
        self,
        vocab: Vocab,
        words: Sequence[str] | None = None,
        spaces: Sequence[bool] | None = None,
        *,
        user_data: dict[Any, Any] | None = None,
        tags: Sequence[str] | None = None,
        pos: Sequence[str] | None = None,
        morphs: Sequence[str] | None = None,
        lemmas: Sequence[str] | None = None,
        heads: Sequence[int | None] | None = None,
        deps: Sequence[str] | None = None,
        sent_starts: Sequence[bool | int | None] | None = None,
        ents: Sequence[str | None] | None = None,
    ) -> None:
        words = [] if words is None else list(words)
        check_words(words)
        if spaces is not None and len(spaces) != len(words):
            raise DataError(f"{len(words)} words, but {len(spaces)} spaces")
        table = vocab.lexemes
        flags = np.ones(len(words), dtype=bool) if spaces is None else np.array(spaces, dtype=bool)
        self.begin(vocab, table, table.rows(words), flags, None)
        self.has_unknown_spaces = spaces is None and bool(words)
        if user_data is not None:
            self.user_data = user_data
        strings = ((attrs.TAG, tags), (attrs.POS, pos), (attrs.LEMMA, lemmas), (attrs.DEP, deps))
        for attr, values in strings:
            if values is not None:
                self._set_strings(attr, values)
        if morphs is not None:
            given = [normalize_features(each) if isinstance(each, str) else each for each in morphs]
            self._set_strings(attrs.MORPH, given)
        if heads is not None:
            position = range(len(words))
            relative = [
                0 if head is None else head - i
                for head, i in zip(self._fitting("heads", heads), position, strict=True)
            ]
            if deps is None:
                self._set_strings(attrs.DEP, ["" if head is None else "dep" for head in heads])
            known = [
                head is not None and bool(dep)
                for head, dep in zip(heads, self.columns[attrs.DEP], strict=True)
            ]
            self.set_heads(np.array(relative, dtype=np.int32), np.array(known, dtype=bool))
        elif sent_starts is not None:
            starts = [sentence_start(each) for each in self._fitting("sent_starts", sent_starts)]
            starts[:1] = [1] * len(starts[:1])
            self.set_column(attrs.SENT_START, np.array(starts, dtype=np.int8))
        if ents is not None:
            self.set_entity_columns(*entity_columns.columns_from_tags(self, self._fitting("ents", ents)))

    @classmethod
    def from_rows(
        cls,
        vocab: Vocab,
        table: LexemeTable,
        rows: NDArray[np.int32],
        spaces: NDArray[np.bool_],
        text: str | None,
    ) -> Doc:
        """A Doc around arrays that somebody has made (see `Columns`); nothing is copied or checked.

        text: the text that the tokens make, None to have it joined when somebody asks.
        """
        doc = cls.__new__(cls)
        doc.begin(vocab, table, rows, spaces, text)
        return doc

    def begin(
        self,
        vocab: Vocab,
        table: LexemeTable,
        rows: NDArray[np.int32],
        spaces: NDArray[np.bool_],
        text: str | None,
    ) -> None:
        """Replace the content by tokens that have no annotations; the arrays are neither copied nor checked."""
        self.vocab = vocab
        self.table = table
        self.rows = rows
        self.spaces = spaces
        self.columns = {}
        self.version = 0
        self.known_text = text
        self.known_entities = None
        self.known_offsets = None
        self.known_sentences = None
        self.known_tree = None
        self.groups = {}
        self.cats = {}
        self.tensor = _NO_TENSOR
        self.user_data = {}
        self.said = None
        self.has_unknown_spaces = False

    def _fitting(self, name: str, values: Sequence[Any]) -> Sequence[Any]:
        if len(values) != len(self):
            raise DataError(f"{len(self)} words, but {len(values)} {name}")
        return values

    def _set_strings(self, attr: int, values: Sequence[str]) -> None:
        values = self._fitting(attrs.NAMES[attr].lower(), values)
        if set(map(type, values)) != {str}:
            for index, each in enumerate(values):
                if each is not None and not isinstance(each, str):
                    raise DataError(
                        f"{attrs.NAMES[attr]} of word {index} is {each!r}: expected a string or None"
                    )
            values = ["" if each is None else each for each in values]
        if attr == attrs.POS:
            check_pos(values)
        self.set_column(attr, self.table.intern_many(values))

    def __iter__(self) -> Iterator[Token]:
        return (Token(self, index) for index in range(len(self.rows)))

    @overload
    def __getitem__(self, key: int) -> Token: ...
    @overload
    def __getitem__(self, key: slice) -> Span: ...
    def __getitem__(self, key: int | slice) -> Token | Span:
        n = len(self.rows)
        if isinstance(key, slice):
            start, stop, step = key.indices(n)
            if step != 1:
                raise DataError("a span of a Doc can't have a step")
            return Span(self, start, max(start, stop))
        if not -n <= key < n:
            raise IndexError(f"there is no token {key} in a text of {n} tokens")
        return Token(self, int(key) % n)

    def __repr__(self) -> str:
        return self.text

    @property
    def doc(self) -> Doc:
        return self

    @property
    def text_with_ws(self) -> str:
        return self.text

    @property
    def lang_(self) -> str:
        return self.vocab.lang

    @property
    def lang(self) -> int:
        return self.vocab.strings[self.vocab.lang]

    @property
    def _(self) -> Underscore:
        """Extension attributes."""
        return Underscore(Underscore.doc_extensions, self)

    @property
    def ents(self) -> tuple[Span, ...]:
        """Named entities in order. Setting them makes every other token an outside one."""
        return self.entities_as_spans(self.entity_ranges())

    @ents.setter
    def ents(self, spans: Iterable[Any]) -> None:
        self.set_ents(spans)

    def entities_as_spans(self, ranges: Sequence[Entity]) -> tuple[Span, ...]:
        """Spans of some of the document's `entity_ranges`, with their ids."""
        kb_ids, ids = self.columns.get(attrs.ENT_KB_ID), self.columns.get(attrs.ENT_ID)
        if kb_ids is None and ids is None:
            return tuple([Span(self, start, end, label) for start, end, label in ranges])
        kb_ids, ids = values_of(self, attrs.ENT_KB_ID), values_of(self, attrs.ENT_ID)
        return tuple(
            [
                Span(self, start, end, label, kb_id=int(kb_ids[start]), span_id=int(ids[start]))
                for start, end, label in ranges
            ]
        )

    def set_ents(
        self,
        entities: Iterable[Any],
        *,
        blocked: Iterable[Span] | None = None,
        missing: Iterable[Span] | None = None,
        outside: Iterable[Span] | None = None,
        default: str = "outside",
    ) -> None:
        """Set the named entities.

        entities: Spans, or tuples (label, start token, end token), (label, kb_id, start token, end token) or
        (id, kb_id, label, start token, end token). blocked, missing, outside: spans that can't be entities,
        whose annotation is missing, that are outside entities. default: what all other tokens become:
        "outside", "missing", "blocked" or "unmodified". Overlaps are a DataError.
        """
        entity_columns.set_entities(
            self, entities, blocked=blocked, missing=missing, outside=outside, default=default
        )

    @property
    def spans(self) -> SpanGroups:
        """Named groups of spans, which may overlap: `doc.spans["key"] = [span, ...]`."""
        return SpanGroups(self)

    @property
    def sents(self) -> Iterator[Span]:
        """The sentences. DataError if nothing has set sentence boundaries."""
        hook = self.user_hook("sents")
        if hook is not None:
            return iter(hook(self))
        return (Span(self, start, end) for start, end in pairwise(self.sentence_borders()))

    def sentence_borders(self) -> list[int]:
        """The first token of each sentence, and the end of the text. DataError if nothing has set them."""
        if self.known_sentences is not None:
            return self.known_sentences
        if not self.has_annotation(attrs.SENT_START):
            raise DataError(
                "the text has no sentence boundaries",
                hint="add a component that sets them (parser, senter, sentencizer), in training also to annotating_components of [training]; "
                "or set token.is_sent_start",
            )
        starts = values_of(self, attrs.SENT_START) == 1
        starts[:1] = True
        self.known_sentences = [*np.flatnonzero(starts).tolist(), len(self)]
        return self.known_sentences

    @property
    def noun_chunks(self) -> Iterator[Span]:
        """Base noun phrases, by the language's rule. Unsupported if the language has none."""
        return self[:].noun_chunks

    def has_annotation(self, attr: str | int, *, require_complete: bool = False) -> bool:
        """Whether any token (all tokens, if `require_complete`) has a value for an attribute.

        The first token's sentence start doesn't count: it always is one. An empty text has everything.
        """
        # Where sentences end follows from where they start.
        number = attrs.SENT_START if attr == "IS_SENT_END" else attrs.intify(attr)
        if number == attrs.HEAD:
            number = attrs.DEP
        if len(self) == 0:
            return True
        values = values_of(self, number)
        if number == attrs.SENT_START and len(self) > 1:
            values = values[1:]
        return bool(values.all() if require_complete else values.any())

    def char_span(
        self,
        start_idx: int,
        end_idx: int,
        label: str | int = 0,
        kb_id: str | int = 0,
        alignment_mode: str = "strict",
        span_id: str | int = 0,
        *,
        vector: Any = None,
    ) -> Span | None:
        """The span between two character offsets, None if they don't fall on token borders.

        alignment_mode: "strict", or "contract" (the tokens inside), or "expand" (all tokens touched). vector: of the span's own.
        """
        if alignment_mode not in ("strict", "contract", "expand"):
            raise DataError(f"alignment_mode={alignment_mode!r}: expected strict, contract or expand")
        found = self.token_range(start_idx, end_idx, alignment_mode)
        if found is None:
            return None
        return Span(self, *found, label, vector, kb_id=kb_id, span_id=span_id)

    def token_range(self, start_char: int, end_char: int, mode: str) -> tuple[int, int] | None:
        """First token and token after the last of a range of characters; None, and mode, as in `char_span`."""
        n = len(self)
        length = len(self.text)
        if n == 0 or not 0 <= start_char < end_char <= length:
            return None
        offsets = self.offsets()
        first = bisect_right(offsets, start_char) - 1
        last = bisect_right(offsets, end_char - 1) - 1
        first, last = min(first, n - 1), min(last, n - 1)
        if mode == "expand" and start_char >= int(offsets[first + 1]) - int(self.spaces[first]):
            # The space after a token is no part of it.
            first += 1
            if first > last:
                return None
        starts_token = int(offsets[first]) == start_char
        end_of_last = int(offsets[last + 1]) - int(self.spaces[last])
        ends_token = end_of_last == end_char
        if mode == "strict":
            return (first, last + 1) if starts_token and ends_token else None
        if mode == "contract":
            first += not starts_token
            last -= end_char < end_of_last
            return (first, last + 1) if first <= last else None
        return first, last + 1

    def retokenize(self) -> Retokenizer:
        """A block in which tokens are merged and split: `with doc.retokenize() as retokenizer: ...`."""
        return Retokenizer(self)

    def to_array(self, py_attr_ids: str | int | Sequence[str | int]) -> NDArray[np.uint64]:
        """Attributes as numbers: (len(doc),) for one attribute, (len(doc), n) for a list of several."""
        return arrays.to_array(self, py_attr_ids)

    def from_array(self, attrs: str | int | Sequence[str | int], array: NDArray[Any]) -> Doc:
        """Set annotations and norms from what `to_array` returns; what follows from the words is passed over. Returns the doc."""
        return arrays.from_array(self, attrs, array)

    def get_lca_matrix(self) -> NDArray[np.int32]:
        """The lowest common ancestor of any two tokens, -1 where there is none: shape (tokens, tokens)."""
        return self.tree().common_ancestors(0, len(self))

    @property
    def user_hooks(self) -> Hooks:
        """What to call in place of what is computed for the document; the names are in `kernel.tokens.user_hooks`."""
        return self._owners_say().doc

    @property
    def user_span_hooks(self) -> Hooks:
        """The same for its spans."""
        return self._owners_say().span

    @property
    def user_token_hooks(self) -> Hooks:
        """The same for its tokens."""
        return self._owners_say().token

    def _owners_say(self) -> OwnersSay:
        if self.said is None:
            self.said = OwnersSay()
        return self.said

    def user_hook(self, name: str) -> Callable[..., Any] | None:
        """What the owner says of the document in place of what is computed."""
        return None if self.said is None else self.said.doc.get(name)

    def count_by(self, attr_id: str | int) -> dict[int, int]:
        """How often each value of an attribute occurs."""
        values, counts = np.unique(self.to_array(attr_id), return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))

    def own_has_vector(self) -> bool:
        """Any token has a vector, or the document has a tensor."""
        if self.said is not None and self.said.vector is not None:
            return True
        if self.vocab.vectors:
            return bool(self.has_vectors().any())
        return len(self.tensor) > 0

    def _vector_keys(self, start: int, end: int | None) -> NDArray[np.uint64]:
        attr = attrs.intify(self.vocab.vectors.attr)
        if attr in attrs.LEXICAL:
            return as_uint64(self.table.column(attr)[self.rows[start:end]])
        return as_uint64(values_of(self, attr, start, end))

    def has_vectors(self, start: int = 0, end: int | None = None) -> NDArray[np.bool_]:
        """Whether each token from start to end has a word vector."""
        return self.vocab.vectors.has_many(self._vector_keys(start, end))

    def token_vectors(self, start: int = 0, end: int | None = None) -> NDArray[np.float32]:
        """The vector of each token from start to end, shape (tokens, width)."""
        vectors = self.vocab.vectors
        if vectors:
            return vectors.get_batch(self._vector_keys(start, end))
        if len(self.tensor):
            tensor: NDArray[np.float32] = self.tensor[start:end]
            return tensor
        return np.zeros((len(self.rows[start:end]), vectors.width), dtype=np.float32)

    def own_vector(self) -> Any:
        """The mean of the tokens' vectors; of the tensor's rows, if there are no word vectors."""
        if self.said is not None and self.said.vector is not None:
            return self.said.vector
        vectors = self.token_vectors()
        return vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1:], dtype=np.float32)

    @property
    def vector(self) -> Any:
        """The mean of the tokens' vectors, or of the tensor's rows if there are no word vectors; or what it was set to."""
        return super().vector

    @vector.setter
    def vector(self, vector: Any) -> None:
        self._owners_say().vector = vector
