"""`Matcher`: keys, each with patterns over tokens; matches in documents and spans."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.errors import MissingName, UsageError, WrongType
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab
from kernel_matchers.matcher.greedy import FIRST, GREEDY, chosen_by_rule
from kernel_matchers.token_patterns.annotated import ANNOTATED, check_annotated
from kernel_matchers.token_patterns.automaton import Automaton
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare
from kernel_matchers.token_patterns.reading import Pattern, read_patterns
from kernel_matchers.token_patterns.tokens import Tokens

OnMatch = Callable[["Matcher", Doc, int, list[Any]], Any]
"""Called for each match with the matcher, the document, the place of the match among the matches, and these."""

_REMEDY = " With allow_missing=True such patterns match nothing."


class Matches(NamedTuple):
    """M matches in a batch, document by document.

    documents: the place of each one's document or span in the batch, int64 (M,). keys: uint64 (M,). starts, ends: its first token, and
    the token after its last, counted from the beginning of the document or span, int64 (M,).
    """

    documents: NDArray[np.int64]
    keys: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def cut(self, begin: int, end: int) -> "Matches":
        """The matches from one place to another."""
        return Matches(
            self.documents[begin:end], self.keys[begin:end], self.starts[begin:end], self.ends[begin:end]
        )


@dataclass
class _Rule:
    """A key's patterns as they were given and as they were read, each of these with its place among all that were ever added."""

    given: list[Any] = field(default_factory=list)
    patterns: list[tuple[int, Pattern]] = field(default_factory=list)
    on_match: OnMatch | None = None
    greedy: str | None = None


@dataclass(frozen=True)
class _Compiled:
    """keys: of the rules, uint64 (rules,). greedy: the numbers of rules of which matches must not overlap, and which they prefer.

    annotated: the attributes that have to be annotated.
    """

    automaton: Automaton
    keys: NDArray[np.uint64]
    greedy: dict[int, str]
    annotated: tuple[int, ...]


class Matcher:
    """Finds sequences of tokens by patterns: lists of dicts, one for each token.

    vocab: that of the documents. validate: taken as the field has it; patterns are checked in any case. fuzzy_compare: for FUZZY,
    a function of a token's text, the pattern's text and the number of edits (-1 for as many as suit the pattern).
    """

    def __init__(
        self, vocab: Vocab, validate: bool = True, *, fuzzy_compare: FuzzyCompare = levenshtein_compare
    ) -> None:
        self.vocab = vocab
        self.validate = validate
        self._fuzzy_compare = fuzzy_compare
        self._rules: dict[int, _Rule] = {}
        self._added = 0
        self._compiled: _Compiled | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        rules = [
            (self.vocab.strings[key], rule.given, rule.on_match, rule.greedy)
            for key, rule in self._rules.items()
        ]
        return _unpickle, (self.vocab, self.validate, self._fuzzy_compare, rules)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._rules)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str | int) and self.has_key(key)

    def has_key(self, key: str | int) -> bool:
        """Whether there are patterns of a key, which is a text or its number."""
        return self.vocab.strings.as_int(key) in self._rules

    def add(
        self,
        key: str | int,
        patterns: Sequence[Sequence[dict[Any, Any]]],
        *,
        on_match: OnMatch | None = None,
        greedy: str | None = None,
    ) -> None:
        """Add patterns to those of a key.

        on_match: called for each match of the key. greedy: "FIRST" or "LONGEST" for matches of the key that don't overlap, None for all.
        Both replace what the key had. `DataError` for what is wrong in the patterns; nothing is added then.
        """
        if on_match is not None and not callable(on_match):
            raise WrongType(f"on_match of {key!r} is called for each match, and can't be {on_match!r}")
        if greedy is not None and greedy not in GREEDY:
            raise UsageError(f"greedy of {key!r} is 'FIRST', 'LONGEST' or None, not {greedy!r}")
        read = read_patterns(patterns, f"the patterns of {key!r}") if patterns != [] else []
        rule = self._rules.setdefault(_number(self.vocab, key), _Rule())
        rule.given += deepcopy(list(patterns))
        rule.patterns += enumerate(read, self._added)
        rule.on_match, rule.greedy = on_match, greedy
        self._added += len(read)
        self._compiled = None

    def remove(self, key: str | int) -> None:
        """Remove a key with its patterns. `MissingName` if it isn't there."""
        if not self.has_key(key):
            raise MissingName(f"the matcher has no patterns of {key!r}")
        del self._rules[self.vocab.strings.as_int(key)]
        self._compiled = None

    def get(self, key: str | int, default: Any = None) -> Any:
        """What is called for matches of a key, and its patterns: (on_match, patterns); `default` if there are none."""
        rule = self._rules.get(self.vocab.strings.as_int(key))
        return default if rule is None else (rule.on_match, deepcopy(rule.given))

    def __call__(
        self,
        doclike: Doc | Span,
        *,
        as_spans: bool = False,
        allow_missing: bool = False,
        with_alignments: bool = False,
    ) -> list[Any]:
        """The matches in a document, or in a span: tuples of the key's number, the first token and the token after the last.

        Places are counted from the beginning of the span, if it is one. as_spans: spans of the document, with the key as label.
        allow_missing: whether it is no error that patterns ask for annotations that the document doesn't have. with_alignments: a fourth
        item has for each token of the match the place of its description in the pattern; it has no effect together with as_spans.
        """
        found = self.matches([_checked(doclike)], allow_missing=allow_missing)
        matches = _as_tuples(found)
        if with_alignments and not as_spans:
            matches = self._aligned(doclike, matches)
        return self._told(doclike, matches, as_spans=as_spans)

    def pipe(
        self,
        docs: Iterable[Any],
        batch_size: int = 1000,
        return_matches: bool = False,
        as_tuples: bool = False,
    ) -> Iterator[Any]:
        """Match a stream of documents in batches, and give them on.

        return_matches: tuples of a document and its matches. as_tuples: the stream consists of tuples of a document and anything else,
        and so does what is given on.
        """
        stream = iter(docs)
        while batch := list(islice(stream, batch_size)):
            given = [each[0] for each in batch] if as_tuples else batch
            for each, doc, matches in zip(batch, given, self.batch(given), strict=True):
                result = (doc, matches) if return_matches else doc
                yield (result, each[1]) if as_tuples else result

    def batch(self, docs: Sequence[Doc | Span], *, allow_missing: bool = False) -> list[list[Any]]:
        """For each of some documents what the matcher would return for it; on_match is called."""
        found = self.matches(docs, allow_missing=allow_missing)
        borders = np.searchsorted(found.documents, np.arange(len(docs) + 1)).tolist()
        return [
            self._told(doc, _as_tuples(found.cut(begin, end)))
            for doc, (begin, end) in zip(docs, pairwise(borders), strict=True)
        ]

    def matches(self, docs: Sequence[Doc | Span], *, allow_missing: bool = False) -> Matches:
        """The matches in some documents as columns; on_match is not called."""
        compiled = self._compile()
        tokens = Tokens([_checked(doc) for doc in docs])
        if not allow_missing:
            check_annotated(compiled.annotated, tokens, remedy=_REMEDY)
        rules, starts, ends = compiled.automaton.matches_as_seen(tokens)
        documents = tokens.starts.searchsorted(starts, side="right") - 1
        order = np.arange(len(rules))
        if compiled.greedy:
            order = _without_overlaps(documents, rules, starts, ends, compiled.greedy)
        documents = documents[order]
        offset = tokens.starts[documents]
        return Matches(documents, compiled.keys[rules[order]], starts[order] - offset, ends[order] - offset)

    def _compile(self) -> _Compiled:
        compiled = self._compiled
        if compiled is None:
            rules = list(self._rules.values())
            placed = sorted(
                (place, number) for number, rule in enumerate(rules) for place, _ in rule.patterns
            )
            patterns = {place: pattern for rule in rules for place, pattern in rule.patterns}
            asked = {
                one.target for pattern in patterns.values() for token in pattern for one in token.conditions
            }
            compiled = self._compiled = _Compiled(
                Automaton([(number, patterns[place]) for place, number in placed], self._fuzzy_compare),
                np.array(list(self._rules), dtype=np.uint64),
                {number: rule.greedy for number, rule in enumerate(rules) if rule.greedy is not None},
                tuple(attr for attr in ANNOTATED if attr in asked),
            )
        return compiled

    def _aligned(self, doclike: Doc | Span, matches: list[Any]) -> list[Any]:
        tokens, automaton = Tokens([doclike]), self._compile().automaton
        numbers = {key: number for number, key in enumerate(self._rules)}
        return [
            (key, start, end, automaton.alignment(tokens, numbers[key], start, end))
            for key, start, end in matches
        ]

    def _told(self, doclike: Doc | Span, matches: list[Any], *, as_spans: bool = False) -> list[Any]:
        """The matches as they are to be returned, after on_match was called for each."""
        doc = doclike.doc
        for place, match in enumerate(matches):
            # What is called may remove keys.
            rule = self._rules.get(match[0])
            if rule is not None and rule.on_match is not None:
                rule.on_match(self, doc, place, matches)
        if as_spans:
            offset = doclike.start if isinstance(doclike, Span) else 0
            return [Span(doc, start + offset, end + offset, key) for key, start, end in matches]
        return matches


def _as_tuples(found: Matches) -> list[Any]:
    return list(zip(found.keys.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True))


def _unpickle(
    vocab: Vocab, validate: bool, fuzzy_compare: FuzzyCompare, rules: list[tuple[str, list[Any], Any, Any]]
) -> Matcher:
    matcher = Matcher(vocab, validate, fuzzy_compare=fuzzy_compare)
    for key, given, on_match, greedy in rules:
        matcher.add(key, given, on_match=on_match, greedy=greedy)
    return matcher


def _number(vocab: Vocab, key: str | int) -> int:
    return vocab.strings.add(key) if isinstance(key, str) else int(key)


def _checked(doclike: Any) -> Doc | Span:
    if not isinstance(doclike, Doc | Span):
        raise WrongType(f"matches are found in a Doc or a Span, not in {type(doclike).__name__}")
    return doclike


def _without_overlaps(
    documents: NDArray[np.int64],
    rules: NDArray[np.int32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    greedy: dict[int, str],
) -> NDArray[np.int64]:
    """The places of matches in order of documents: first those that may overlap, then, rule by rule, what is chosen of the others."""
    own = np.isin(rules, list(greedy))
    others = own.nonzero()[0]
    is_first = np.isin(rules[others], [rule for rule, how in greedy.items() if how == FIRST])
    kept = others[chosen_by_rule(rules[others], starts[others], ends[others], is_first)]
    # In a document rules come in the order of their first matches.
    groups = documents * (int(rules.max(initial=0)) + 1) + rules
    distinct, first = np.unique(groups[others], return_index=True)
    places = np.concatenate([(~own).nonzero()[0], kept])
    ranks = np.where(own[places], 0, -1)
    again = ranks == 0
    ranks[again] = first[distinct.searchsorted(groups[places[again]])]
    return places[np.lexsort((np.arange(len(places)), ranks, documents[places]))]
