"""Span: a view on neighbouring tokens of a Doc, maybe with a label."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, OutOfRange, Unsupported
from kernel.tokens.arrays import to_array
from kernel.tokens.columns import check_text, values_of
from kernel.tokens.token import Token
from kernel.tokens.underscore import Extensible, Underscore
from kernel.tokens.vectored import Vectored
from kernel.vocab import attrs
from kernel.vocab.ordered import Ordered

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc
    from kernel.vocab import Vocab


class Span(Extensible, Vectored, Ordered):
    """Tokens start to end (exclusive) of a Doc. label, kb_id, id are numbers; label_, kb_id_, id_ strings.

    vector: a vector of the span's own, in place of the mean of the tokens' vectors.
    """

    __slots__ = ("_given_vector", "doc", "end", "id", "kb_id", "label", "start")
    extension_table = "span_extensions"

    def __init__(
        self,
        doc: Doc,
        start: int,
        end: int,
        label: str | int = 0,
        vector: Any = None,
        *,
        kb_id: str | int = 0,
        span_id: str | int = 0,
    ) -> None:
        if not 0 <= start <= end <= len(doc.rows):
            raise OutOfRange(
                f"a span from token {start} to {end} is outside of the text of {len(doc)} tokens"
            )
        self.doc = doc
        self.start = start
        self.end = end
        self.label = label if type(label) is int else doc.intern(label)
        self.kb_id = kb_id if type(kb_id) is int else doc.intern(kb_id)
        self.id = span_id if type(span_id) is int else doc.intern(span_id)
        if vector is not None:
            # Most have none, and do without what it costs to say so.
            self._given_vector = vector

    def __reduce__(self) -> tuple[Any, ...]:
        # Strings, as the document of another process may not know the numbers.
        return _unpickle, (self.doc, self.start, self.end, self.label_, self.kb_id_, self.id_)

    def __repr__(self) -> str:
        return self.text

    def __len__(self) -> int:
        """Number of tokens."""
        return self.end - self.start

    def __iter__(self) -> Iterator[Token]:
        return (Token(self.doc, index) for index in range(self.start, self.end))

    @overload
    def __getitem__(self, key: int) -> Token: ...
    @overload
    def __getitem__(self, key: slice) -> Span: ...
    def __getitem__(self, key: int | slice) -> Token | Span:
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                raise DataError("a span can't have a step")
            return Span(self.doc, self.start + start, self.start + max(start, stop))
        if not -len(self) <= key < len(self):
            raise IndexError(f"there is no token {key} in a span of {len(self)} tokens")
        return Token(self.doc, self.start + key % len(self))

    def order(self) -> tuple[int, int, int, int, int]:
        """What spans are compared by: their place, then label and ids."""
        return (self.start, self.end, self.label, self.kb_id, self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and other.doc is self.doc and other.order() == self.order()

    def __hash__(self) -> int:
        return hash((id(self.doc), self.order()))

    @property
    def vocab(self) -> Vocab:
        return self.doc.vocab

    @property
    def _(self) -> Underscore:
        """Extension attributes."""
        return Underscore(Underscore.span_extensions, self, self.start_char, self.end_char)

    @property
    def label_(self) -> str:
        return self.doc.vocab.strings[self.label]

    @label_.setter
    def label_(self, label: str | None) -> None:
        self.label = self.doc.intern(check_text(label))

    @property
    def kb_id_(self) -> str:
        return self.doc.vocab.strings[self.kb_id]

    @kb_id_.setter
    def kb_id_(self, kb_id: str | None) -> None:
        self.kb_id = self.doc.intern(check_text(kb_id))

    @property
    def id_(self) -> str:
        return self.doc.vocab.strings[self.id]

    @id_.setter
    def id_(self, span_id: str | None) -> None:
        self.id = self.doc.intern(check_text(span_id))

    # For an entity the field has these names too.
    ent_id = property(lambda self: self.id)
    ent_id_ = property(lambda self: self.id_)

    @property
    def start_char(self) -> int:
        """Character offset of the first token."""
        return int(self.doc.offsets()[self.start])

    @property
    def end_char(self) -> int:
        """Character offset after the last token."""
        if self.start == self.end:
            return self.start_char
        return int(self.doc.offsets()[self.end]) - int(self.doc.spaces[self.end - 1])

    @property
    def text(self) -> str:
        return self.doc.text[self.start_char : self.end_char]

    @property
    def text_with_ws(self) -> str:
        offsets = self.doc.offsets()
        return self.doc.text[int(offsets[self.start]) : int(offsets[self.end])]

    @property
    def orth_(self) -> str:
        return self.text

    @property
    def lower_(self) -> str:
        return self.text.lower()

    @property
    def lemma_(self) -> str:
        return "".join(token.lemma_ + token.whitespace_ for token in self).strip()

    @property
    def ents(self) -> tuple[Span, ...]:
        """The entities that lie in the span."""
        found = self.doc.entity_ranges()
        first = bisect_left(found, self.start, key=itemgetter(0))
        after = bisect_right(found, self.end, lo=first, key=itemgetter(1))
        return self.doc.entities_as_spans(found[first:after])

    @property
    def sents(self) -> Iterator[Span]:
        """The sentences that the span touches; of an empty span, the one where it is."""
        hook = self.user_hook("sents")
        if hook is not None:
            return iter(hook(self))
        last = max(self.end, self.start + 1)
        if self._sents_of_owner():
            return (each for each in self.doc.sents if each.start < last and self.start < each.end)
        borders = self.doc.sentence_borders()
        first = max(0, bisect_right(borders, self.start) - 1)
        after = bisect_left(borders, last, lo=first)
        return (Span(self.doc, start, end) for start, end in pairwise(borders[first : after + 1]))

    @property
    def sent(self) -> Span:
        """The sentence of the span's first token. DataError if nothing has set sentence boundaries."""
        hook = self.user_hook("sent")
        if hook is not None:
            found: Span = hook(self)
            return found
        if self._sents_of_owner():
            return next(each for each in self.doc.sents if each.start <= self.start < each.end)
        borders = self.doc.sentence_borders()
        end = min(max(1, bisect_right(borders, self.start)), len(borders) - 1)
        return Span(self.doc, borders[end - 1], borders[end])

    def _sents_of_owner(self) -> bool:
        """Whether the owner of the document says what its sentences are."""
        return self.doc.user_hook("sents") is not None

    @property
    def noun_chunks(self) -> Iterator[Span]:
        """The base noun phrases that lie in the span, by the language's rule. Unsupported if the language has none."""
        rule = self.vocab.get_noun_chunks
        if rule is None:
            raise Unsupported(f"the language {self.vocab.lang!r} has no rule for noun chunks")
        number = self.doc.intern("NP")
        return (
            Span(self.doc, start, end, label or number)
            for start, end, label in rule(self)
            if self.start <= start and end <= self.end
        )

    @property
    def root(self) -> Token:
        """The token of the span that is highest in the tree, the first of several that are.

        Space or punctuation on which nothing hangs is taken only where there is nothing else, or if it is the root of the tree.
        """
        heads = values_of(self.doc, attrs.HEAD, self.start, self.end)
        # Retokenizing may have made the text shorter than the span thinks.
        position = np.arange(self.start, self.start + len(heads))
        target = position + heads
        outside = (target < self.start) | (target >= self.end) | (target == position)
        tops: list[int] = position[outside].tolist()
        if not tops:
            raise DataError("a span without tokens has no root")
        if len(tops) > 1 and not (target == position).any():
            tops = [place for place in tops if not self._is_mark(place)] or tops
        return Token(self.doc, self.doc.tree().highest(tops))

    def _is_mark(self, place: int) -> bool:
        """Whether a token is space or punctuation on which nothing hangs."""
        token = self.doc[place]
        return (token.is_punct or token.is_space) and not len(self.doc.tree().children(place))

    @property
    def subtree(self) -> Iterator[Token]:
        """The tokens of the span and all that hangs on them, left to right."""
        return (Token(self.doc, i) for i in self.doc.tree().subtree(self.start, self.end))

    @property
    def lefts(self) -> Iterator[Token]:
        """The tokens left of the span whose head is in it."""
        return (Token(self.doc, i) for i in self._hanging() if i < self.start)

    @property
    def rights(self) -> Iterator[Token]:
        """The tokens right of the span whose head is in it."""
        return (Token(self.doc, i) for i in self._hanging() if i >= self.end)

    @property
    def n_lefts(self) -> int:
        return len(list(self.lefts))

    @property
    def n_rights(self) -> int:
        return len(list(self.rights))

    def _hanging(self) -> list[int]:
        tree = self.doc.tree()
        return sorted(child for i in range(self.start, self.end) for child in tree.children(i).tolist())

    @property
    def conjuncts(self) -> tuple[Token, ...]:
        """The tokens that are coordinated with the span's root."""
        return self.root.conjuncts

    def get_lca_matrix(self) -> NDArray[np.int32]:
        """The lowest common ancestor of any two tokens, both counted from the span's start: shape (tokens, tokens).

        -1 where there is none, or none in the span.
        """
        return self.doc.tree().common_ancestors(self.start, self.end)

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
        """As `Doc.char_span`, with offsets relative to the span."""
        start, end = start_idx + self.start_char, end_idx + self.start_char
        return self.doc.char_span(start, end, label, kb_id, alignment_mode, span_id, vector=vector)

    def as_doc(self, *, copy_user_data: bool = False) -> Doc:
        """A Doc of its own with the tokens of the span and their annotations.

        A head outside of the span is replaced by the nearest ancestor inside, or by what is the root then; the label is
        "dep". copy_user_data: whether extension attributes and other user data come along.
        """
        from kernel.tokens.combine import cut

        return cut(self.doc, self.start, self.end, copy_user_data=copy_user_data)

    def to_array(self, py_attr_ids: str | int | Sequence[str | int]) -> NDArray[np.uint64]:
        """Attributes of the span's tokens, as `Doc.to_array`."""
        return to_array(self.doc, py_attr_ids, self.start, self.end)

    def words(self) -> list[str]:
        """The text of each token."""
        return self.doc.table.forms(self.doc.rows[self.start : self.end].tolist())

    def user_hook(self, name: str) -> Callable[..., Any] | None:
        """What the owner of the document says of spans in place of what is computed."""
        said = self.doc.said
        return None if said is None else said.span.get(name)

    @property
    def tensor(self) -> Any:
        """The span's rows of `doc.tensor`."""
        return self.doc.tensor[self.start : self.end]

    def own_has_vector(self) -> bool:
        """Whether any token has a vector, or the document a tensor."""
        if hasattr(self, "_given_vector"):
            return True
        if self.doc.vocab.vectors:
            return bool(self.doc.has_vectors(self.start, self.end).any())
        return len(self.doc.tensor) > 0

    def own_vector(self) -> Any:
        """The mean of the tokens' vectors, or the vector that the span was given."""
        if hasattr(self, "_given_vector"):
            return self._given_vector
        vectors = self.doc.token_vectors(self.start, self.end)
        return vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1:], dtype=np.float32)


def _unpickle(doc: Doc, start: int, end: int, label: str, kb_id: str, span_id: str) -> Span:
    return Span(doc, start, end, label, kb_id=kb_id, span_id=span_id)
