"""The phrase matcher: where phrases of some lists occur in documents."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.errors import MissingName, UsageError, WrongType, warn
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab, attrs
from kernel_matchers.phrase_matcher.lists import Lists, PhraseList, phrase_list
from kernel_matchers.token_patterns.attributes import attribute
from kernel_matchers.token_patterns.tokens import Tokens

Match = tuple[int, int, int]
"""The number of a key, the first token, and the token after the last."""

_PREDICTED = (attrs.TAG, attrs.POS, attrs.MORPH, attrs.LEMMA, attrs.DEP)


class Matches(NamedTuple):
    """M matches in a batch, document by document.

    documents: the place of each one's document or span in the batch, int64 (M,). keys: uint64 (M,). starts, ends: its first token, and the token
    after its last, counted from the beginning of the document, int64 (M,).
    """

    documents: NDArray[np.int64]
    keys: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class PhraseMatcher:
    """Finds phrases, each given as a document, by one attribute of their tokens.

    All occurrences are found, also those that overlap. Matches come by first token, then by last, then in the order in which their keys
    were added. attr: a name or number; `MissingName` or `DataError` for one that tokens can't be matched by. validate: warn of phrases
    that have annotations which `attr` does not need, as making these takes time.
    """

    def __init__(self, vocab: Vocab, attr: str | int | None = "ORTH", validate: bool = False) -> None:
        self.vocab = vocab
        self.validate = bool(validate)
        self._attr = attribute("ORTH" if attr is None else attr)
        # By the numbers of the keys.
        self._phrases: dict[int, list[PhraseList]] = {}
        self._callbacks: dict[int, Callable[..., Any] | None] = {}
        self._compiled: Lists | None = None

    def __getstate__(self) -> dict[str, Any]:
        # Compiled anew where it is used.
        return {**vars(self), "_compiled": None}

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._phrases)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str | int) and self.vocab.strings.as_int(key) in self._phrases

    def has_key(self, key: str | int) -> bool:
        """Whether phrases were added under a key."""
        return key in self

    def add(
        self,
        key: str | int,
        docs: Iterable[Doc | Span] | Callable[..., Any] | None,
        *more: Doc | Span,
        on_match: Callable[..., Any] | None = None,
    ) -> None:
        """Add phrases under a key, to those that it has.

        on_match: called as `on_match(matcher, doc, number, matches)` for each match with the key; it replaces the key's former one. The old
        form `add(key, on_match, *docs)` is understood too. `WrongType` for what is no document, `UsageError` for one that lacks the attribute.
        """
        if more or docs is None or callable(docs):
            docs, on_match = more, docs if callable(docs) else on_match
        phrases = _documents(docs, key)
        _check_annotation(phrases, self._attr, key)
        if self.validate:
            _check_needed(phrases, self._attr, key)
        if on_match is not None and not callable(on_match):
            raise WrongType(f"on_match of {key!r} is called for each match, and can't be {on_match!r}")
        added = phrase_list(phrases, self._attr)
        if not added.lengths.all():
            warn(f"phrase {int(added.lengths.argmin()) + 1} of {key!r} has no tokens, and matches nothing")
        number = self.vocab.strings.add(key) if isinstance(key, str) else int(key)
        self._phrases.setdefault(number, []).append(added)
        self._callbacks[number] = on_match
        self._compiled = None

    def remove(self, key: str | int) -> None:
        """Remove a key with its phrases. `MissingName` if it isn't there."""
        if key not in self:
            raise MissingName(f"the matcher has no phrases of {key!r}")
        number = self.vocab.strings.as_int(key)
        del self._phrases[number], self._callbacks[number]
        self._compiled = None

    def __call__(self, doclike: Doc | Span, *, as_spans: bool = False) -> Any:
        """The matches in a document or a span, as (number of the key, first token, token after the last), counted in the document.

        as_spans: as spans of the document, with the key for a label. Callbacks are called when all are found.
        """
        doc, start, end = _extent(doclike)
        matches = self._compile().find_in_one(doc, start, end)
        self._call_back(doc, matches)
        return [Span(doc, start, end, key) for key, start, end in matches] if as_spans else matches

    def matches(self, docs: Sequence[Doc | Span]) -> Matches:
        """The matches in some documents or spans as columns; on_match is not called."""
        compiled = self._compile()
        extents = [_extent(doc) for doc in docs]
        tokens = Tokens(docs)
        found = compiled.find(tokens)
        counts = np.diff(found.starts.searchsorted(tokens.starts))
        first = np.array([start for _, start, _ in extents], dtype=np.int64)
        shift = (tokens.starts[:-1] - first).repeat(counts)
        return Matches(
            np.arange(len(docs)).repeat(counts),
            np.array(compiled.numbers, dtype=np.uint64)[found.keys],
            found.starts - shift,
            found.ends - shift,
        )

    def batch(self, docs: Sequence[Doc | Span]) -> list[list[Match]]:
        """For each of some documents or spans what the matcher would return for it; on_match is called."""
        found = self.matches(docs)
        borders = found.documents.searchsorted(np.arange(len(docs) + 1)).tolist()
        matches = list(zip(found.keys.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True))
        parts = [matches[start:end] for start, end in pairwise(borders)]
        for doc, part in zip(docs, parts, strict=True):
            self._call_back(doc.doc, part)
        return parts

    def pipe(
        self,
        stream: Iterable[Any],
        batch_size: int = 1000,
        return_matches: bool = False,
        as_tuples: bool = False,
    ) -> Iterator[Any]:
        """Match documents, `batch_size` at a time, and yield them in turn.

        return_matches: yield pairs of a document and its matches. as_tuples: the stream is of pairs of a document and a context, and the
        context comes along with what is yielded.
        """
        items = iter(stream)
        while part := list(islice(items, batch_size)):
            docs = [item[0] for item in part] if as_tuples else part
            for item, doc, matches in zip(part, docs, self.batch(docs), strict=True):
                result = (doc, matches) if return_matches else doc
                yield (result, item[1]) if as_tuples else result

    def _compile(self) -> Lists:
        if self._compiled is None:
            self._compiled = Lists(self._attr, self._phrases)
        return self._compiled

    def _call_back(self, doc: Doc, matches: list[Match]) -> None:
        if not any(self._callbacks.values()):
            return
        for place, (number, _, _) in enumerate(matches):
            callback = self._callbacks.get(number)
            if callback is not None:
                callback(self, doc, place, matches)


def _documents(docs: Any, key: str | int) -> list[Doc]:
    if isinstance(docs, Doc | Span):
        raise WrongType(
            f"the phrases of {key!r} are a list of documents, not one document",
            hint=f"Write: add({key!r}, [doc])",
        )
    if isinstance(docs, str) or not isinstance(docs, Iterable):
        raise WrongType(f"the phrases of {key!r} are a list of documents, not {docs!r}")
    found = []
    for number, doc in enumerate(docs, 1):
        if not isinstance(doc, Doc | Span):
            raise WrongType(
                f"phrase {number} of {key!r} is a document, not {doc!r}",
                hint="nlp.make_doc(text) makes one of a text.",
            )
        found.append(doc.as_doc() if isinstance(doc, Span) else doc)
    return found


def _check_annotation(docs: Sequence[Doc], attr: int, key: str | int) -> None:
    if attr not in _PREDICTED:
        return
    for number, doc in enumerate(docs, 1):
        if len(doc) and not doc.has_annotation(attr):
            name = attrs.NAMES[attr]
            raise UsageError(
                f"phrase {number} of {key!r}, {doc.text!r}, has no {name}, by which phrases are to be matched",
                hint=f"Make it by nlp(text), with a component that sets {name}.",
            )


def _check_needed(docs: Sequence[Doc], attr: int, key: str | int) -> None:
    if attr in attrs.ANNOTATIONS:
        return
    for number, doc in enumerate(docs, 1):
        if len(doc) and any(doc.has_annotation(each) for each in _PREDICTED):
            warn(
                f"phrase {number} of {key!r} is tagged or parsed, but to match by {attrs.NAMES[attr]} nothing of that is needed. "
                "nlp.make_doc(text) makes it in less time"
            )
            return


def _extent(doclike: Any) -> tuple[Doc, int, int]:
    if isinstance(doclike, Doc):
        return doclike, 0, len(doclike)
    if isinstance(doclike, Span):
        return doclike.doc, doclike.start, doclike.end
    raise WrongType(f"phrases are found in a Doc or a Span, not in {type(doclike).__name__}")
