"""Example: a document as the pipeline sees it, and the same document as it should be."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from kernel.errors import DataError, WrongType
from kernel.tokens import biluo
from kernel.tokens.alignment import Alignment, AlignmentArray, folded
from kernel.tokens.columns import STRING_COLUMNS, as_uint64, values_of
from kernel.tokens.doc import Doc
from kernel.tokens.iob import OUTSIDE
from kernel.tokens.span import Span
from kernel.vocab import attrs

T = TypeVar("T")
_STRING_ATTRS = STRING_COLUMNS | attrs.STRINGS


class Example:
    """`predicted` gets the pipeline's annotations, `reference` holds the gold ones; their words may differ.

    What is derived from the gold annotations is made once and kept: see `cached`. origin: where a reader found it, such as
    file and line, for messages.
    """

    __slots__ = (
        "__weakref__",
        "_alignment",
        "_cache",
        "_cache_version",
        "_rows",
        "_same",
        "_x",
        "_y",
        "origin",
    )

    def __init__(
        self, predicted: Doc, reference: Doc, *, alignment: Alignment | None = None, origin: str = ""
    ) -> None:
        if not isinstance(predicted, Doc) or not isinstance(reference, Doc):
            wrong = predicted if not isinstance(predicted, Doc) else reference
            raise WrongType(f"an Example is made of two Docs, not of {type(wrong).__name__}")
        self._x = predicted
        self._y = reference
        self._alignment = alignment
        self._same: bool | None = None
        self._cache: dict[Hashable, Any] = {}
        self._cache_version = reference.version
        self.origin = origin
        self._rows = (predicted.rows, reference.rows)

    @classmethod
    def from_dict(cls, predicted: Doc, example_dict: dict[str, Any]) -> Example:
        """An example with the gold annotations of a dict.

        Keys: words, spaces, text, tags, pos, morphs, lemmas, heads (absolute), deps, sent_starts, entities
        (BILUO or IOB strings, or (start, end, label) character offsets), cats, links, spans. They may also
        be given in the two dicts token_annotation and doc_annotation, as `to_dict` returns them.
        """
        from kernel.tokens.example_dict import reference_from_dict

        if not isinstance(predicted, Doc):
            raise WrongType(
                f"an Example is made of a Doc, not of {type(predicted).__name__}",
                hint="Write Example.from_dict(nlp.make_doc(text), annotations).",
            )
        return cls(predicted, reference_from_dict(predicted, example_dict))

    def to_dict(self) -> dict[str, Any]:
        """The gold annotations as a dict that `from_dict` reads."""
        from kernel.tokens.example_dict import to_dict

        return to_dict(self._y)

    def __len__(self) -> int:
        """Number of predicted tokens."""
        return len(self._x)

    def __repr__(self) -> str:
        return f"Example({self.text!r})"

    @property
    def predicted(self) -> Doc:
        return self._x

    @predicted.setter
    def predicted(self, doc: Doc) -> None:
        # It may be the same document, with other tokens by now.
        self._notice_new_tokens()
        if not _same_words(doc, self._x):
            self._forget()
        self._x = doc
        self._rows = (doc.rows, self._y.rows)

    @property
    def reference(self) -> Doc:
        return self._y

    @reference.setter
    def reference(self, doc: Doc) -> None:
        self._forget()
        self._y = doc
        self._cache_version = doc.version
        self._rows = (self._x.rows, doc.rows)

    x = predicted
    y = reference

    @property
    def text(self) -> str:
        """The text of the predicted document."""
        return self._x.text

    def copy(self) -> Example:
        """An example with documents of its own."""
        return Example(self._x.copy(), self._y.copy(), alignment=self._alignment, origin=self.origin)

    def described(self) -> str:
        """The beginning of the text, quoted, and where the example comes from, if that is known: for messages."""
        text = repr(self._y.text[:40])
        return f"{text} ({self.origin})" if self.origin else text

    def _forget(self) -> None:
        self._alignment = None
        self._same = None
        self._cache.clear()

    def _notice_new_tokens(self) -> None:
        """Forget what was known of the tokens, if a document has others by now."""
        x, y = self._rows
        if self._x.rows is not x or self._y.rows is not y:
            self._forget()
            self._rows = (self._x.rows, self._y.rows)

    def cached(self, key: Hashable, make: Callable[[Example], T]) -> T:
        """`make(self)`, called once. Made anew if the gold annotations or the tokens have changed since.

        The key names what is made, with all it depends on (for example a component's name and its labels).
        Changes of `cats`, and of a span group in place, are not noticed.
        """
        self._notice_new_tokens()
        if self._cache_version != self._y.version:
            self._cache.clear()
            self._cache_version = self._y.version
        try:
            value: T = self._cache[key]
        except KeyError:
            value = self._cache[key] = make(self)
        return value

    @property
    def same_words(self) -> bool:
        """Whether both documents have the same words, so that nothing needs aligning."""
        self._notice_new_tokens()
        if self._same is None:
            self._same = _same_words(self._x, self._y)
        return self._same

    @property
    def alignment(self) -> Alignment:
        """Which predicted tokens fall on which reference tokens. DataError if the texts differ."""
        self._notice_new_tokens()
        if self._alignment is None:
            if self.same_words:
                self._alignment = Alignment.identity(len(self._x))
            else:
                self._alignment = Alignment.from_strings(self._x.words(), self._y.words())
        return self._alignment

    def get_aligned(self, field: str | int, as_string: bool = False) -> list[Any]:
        """A gold attribute for each predicted token, None where it isn't known.

        A token that falls on several gold tokens has their value if it is the same in all of them.
        """
        attr = attrs.intify(field)
        values, known = values_of(self._y, attr), None
        if not self.same_words:
            values, known = self.alignment.x2y.gather(values)
        aligned: list[Any] = values.tolist()
        if as_string:
            if attr not in _STRING_ATTRS:
                raise DataError(f"{attrs.NAMES[attr]} is not a string attribute")
            texts = {number: self._y.vocab.strings[number] for number in set(aligned)}
            aligned = [texts[number] for number in aligned]
        if known is not None:
            aligned = [value if sure else None for value, sure in zip(aligned, known.tolist(), strict=True)]
        return aligned

    def get_aligned_parse(self, projectivize: bool = True) -> tuple[list[int | None], list[str | None]]:
        """The gold head (position) and dependency label of each predicted token, None where not known.

        Known are tokens that fall on one gold token with a label; their head is if it falls on one predicted token.
        projectivize: arcs that cross others are lifted to an ancestor of their head, which the label then records.
        """
        heads: list[int | None] = [None] * len(self._x)
        deps: list[str | None] = [None] * len(self._x)
        if not len(self._x) or not self._y.has_annotation(attrs.DEP):
            return heads, deps
        numbers = values_of(self._y, attrs.DEP)
        gold_heads = np.arange(len(numbers)) + values_of(self._y, attrs.HEAD)
        strings = {number: self._y.vocab.strings[number] for number in np.unique(numbers).tolist()}
        labels = [strings[number] for number in numbers.tolist()]
        if projectivize:
            from kernel.tokens.projective import projectivized

            lifted, labels = projectivized(gold_heads.tolist(), labels)
            gold_heads = np.array(lifted)
        x2y, y2x = self.alignment.x2y, self.alignment.y2x
        tokens = np.flatnonzero(x2y.lengths == 1)
        gold = x2y.data[x2y.starts[tokens]]
        tokens, gold = tokens[numbers[gold] != 0], gold[numbers[gold] != 0]
        for index, place in zip(tokens.tolist(), gold.tolist(), strict=True):
            deps[index] = labels[place]
        known = y2x.lengths[gold_heads[gold]] == 1
        found = y2x.data[y2x.starts[gold_heads[gold[known]]]]
        for index, head in zip(tokens[known].tolist(), found.tolist(), strict=True):
            heads[index] = head
        return heads, deps

    def get_aligned_sent_starts(self) -> list[bool | None]:
        """Whether a gold sentence starts in each predicted token; all None without gold sentences."""
        if not self._y.has_annotation(attrs.SENT_START):
            return [None] * len(self._x)
        starts = np.zeros(len(self._x), dtype=bool)
        borders = self._y.sentence_borders() if len(self._y) else []
        if self.same_words:
            starts[borders[:-1]] = True
        else:
            places = [self.alignment.y2x[start:end][:1] for start, end in pairwise(borders)]
            starts[np.concatenate(places) if places else []] = True
        return list(starts.tolist())

    def get_aligned_spans_x2y(self, x_spans: Iterable[Span], allow_overlap: bool = False) -> list[Span]:
        """Spans of `predicted` as spans of `reference`; those with other borders there are left out."""
        return self._aligned_spans(self._y, x_spans, self.alignment.x2y, allow_overlap)

    def get_aligned_spans_y2x(self, y_spans: Iterable[Span], allow_overlap: bool = False) -> list[Span]:
        """Spans of `reference` as spans of `predicted`; those with other borders there are left out."""
        return self._aligned_spans(self._x, y_spans, self.alignment.y2x, allow_overlap)

    def _aligned_spans(
        self, target: Doc, spans: Iterable[Span], array: AlignmentArray, allow_overlap: bool
    ) -> list[Span]:
        found = []
        taken: set[int] = set()
        for span in spans:
            places = array[span.start : span.end].tolist()
            if not places or not allow_overlap and not taken.isdisjoint(places):
                continue
            label = span.label_ if span.label else 0
            aligned = Span(target, places[0], places[-1] + 1, label)
            if self.same_words or folded(aligned.text) == folded(span.text):
                found.append(aligned)
                taken.update(places)
        return found

    def get_aligned_ents_and_ner(self) -> tuple[list[Span], list[str | None]]:
        """The gold entities as spans of `predicted`, and a BILUO tag (None: not known) for each token.

        Entities with other borders in `predicted` are left out, and their tokens are not known. Whitespace
        is outside of entities, if anything is annotated.
        """
        tags: list[str | None] = [None] * len(self._x)
        if not len(self._x) or not self._y.has_annotation(attrs.ENT_IOB):
            return [], tags
        spans = self.get_aligned_spans_y2x(self._y.ents)
        iob = values_of(self._y, attrs.ENT_IOB)
        if not self.same_words:
            iob, _ = self.alignment.x2y.gather(iob)
        outside = (iob == OUTSIDE) | values_of(self._x, attrs.IS_SPACE)
        for index in outside.nonzero()[0].tolist():
            tags[index] = "O"
        for span in spans:
            tags[span.start : span.end] = biluo.biluo_of_entities(len(span), [(0, len(span), span.label_)])
        return spans, tags

    def get_aligned_ner(self) -> list[str | None]:
        """A BILUO tag for each predicted token, None where it isn't known."""
        return self.get_aligned_ents_and_ner()[1]

    def get_matching_ents(self, check_label: bool = True) -> list[Span]:
        """The predicted entities that are gold ones too, by their characters and, if `check_label`, their label."""
        gold = {(ent.start_char, ent.end_char): ent.label_ for ent in self._y.ents}
        found = [(ent, gold.get((ent.start_char, ent.end_char))) for ent in self._x.ents]
        return [ent for ent, label in found if label is not None and (not check_label or label == ent.label_)]

    def split_sents(self) -> list[Example]:
        """An example for each gold sentence; itself if there are none."""
        if not self._y.has_annotation(attrs.SENT_START):
            return [self]
        parts = []
        seen = 0
        for sentence in self._y.sents:
            places = self.alignment.y2x[sentence.start : sentence.end]
            if len(places) == 0:
                continue
            start, seen = seen, max(seen, int(places.max()) + 1)
            if start < seen:
                parts.append(Example(self._x[start:seen].as_doc(), sentence.as_doc()))
        return parts


def _same_words(x: Doc, y: Doc) -> bool:
    if len(x) != len(y):
        return False
    if x.table is y.table:
        if x.rows is y.rows or np.array_equal(x.rows, y.rows):
            return True
        orth_x, orth_y = values_of(x, attrs.ORTH), values_of(y, attrs.ORTH)
        return bool(np.array_equal(as_uint64(orth_x), as_uint64(orth_y)))
    return x.words() == y.words()
