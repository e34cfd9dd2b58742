"""`DependencyMatcher`: keys, each with patterns over trees; matches in documents and spans."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kernel.errors import MissingName, WrongType
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab, attrs
from kernel_matchers.dependency_matcher.matching import TreeMatching
from kernel_matchers.dependency_matcher.reading import TreePattern, read_tree_patterns
from kernel_matchers.token_patterns.annotated import check_annotated
from kernel_matchers.token_patterns.tokens import Tokens

Match = tuple[int, list[int]]
"""The number of a key, and the tokens in the order of the pattern."""

OnMatch = Callable[["DependencyMatcher", Doc, int, list[Match]], Any]


@dataclass
class _Rule:
    given: list[Any] = field(default_factory=list)
    patterns: list[TreePattern] = field(default_factory=list)
    on_match: OnMatch | None = None


@dataclass(frozen=True)
class _Compiled:
    """keys: of each pattern. asked: the attributes that have to be annotated."""

    matching: TreeMatching
    keys: list[int]
    asked: tuple[int, ...]


class DependencyMatcher:
    """Finds tokens that hang together in a tree as patterns say.

    vocab: that of the documents. validate: taken as the field has it; patterns are checked in any case.
    """

    def __init__(self, vocab: Vocab, *, validate: bool = True) -> None:
        self.vocab = vocab
        self.validate = validate
        self._rules: dict[int, _Rule] = {}
        self._compiled: _Compiled | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        rules = [(self.vocab.strings[key], rule.given, rule.on_match) for key, rule in self._rules.items()]
        return _unpickle, (self.vocab, self.validate, rules)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._rules)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str | int) and self.has_key(key)

    def has_key(self, key: str | int) -> bool:
        """Whether there are patterns of a key, which is a text or its number."""
        return self.vocab.strings.as_int(key) in self._rules

    def add(
        self, key: str | int, patterns: Sequence[Sequence[dict[str, Any]]], *, on_match: OnMatch | None = None
    ) -> None:
        """Add patterns to those of a key.

        patterns: each is a list of dicts. The first one has RIGHT_ID, a name, and RIGHT_ATTRS, what the token has to be; the others also have
        LEFT_ID, the name of a token before, and REL_OP, how that one stands to this one. on_match: called for each match, in place of
        what was called before. `DataError` for what is wrong in the patterns; nothing is added then.
        """
        if on_match is not None and not callable(on_match):
            raise WrongType(f"on_match of {key!r} is called for each match, and can't be {on_match!r}")
        read = read_tree_patterns(patterns, f"the patterns of {key!r}")
        number = self.vocab.strings.add(key) if isinstance(key, str) else int(key)
        rule = self._rules.setdefault(number, _Rule())
        rule.given += deepcopy(list(patterns))
        rule.patterns += read
        rule.on_match = on_match
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

    def __call__(self, doclike: Doc | Span) -> list[Match]:
        """The matches in a document, or in a span: the number of the key, and the tokens in the order of the pattern.

        Tokens are counted from the beginning of the span, if it is one; what is outside of it is not seen. Matches come key by key and pattern by
        pattern, and those of one pattern in ascending order. on_match gets the span as a document of its own.
        """
        (matches,) = self.batch([doclike])
        return matches

    def batch(self, docs: Sequence[Doc | Span]) -> list[list[Match]]:
        """For each of some documents what the matcher would return for it; on_match is called."""
        compiled = self._compile()
        whole = [_document(doc) for doc in docs]
        tokens = Tokens(whole)
        check_annotated(compiled.asked, tokens)
        found: list[list[Match]] = [[] for _ in docs]
        for key, rows in zip(compiled.keys, compiled.matching.matches(tokens), strict=True):
            borders = np.searchsorted(rows[:, 0], tokens.starts)
            for document in np.flatnonzero(np.diff(borders)).tolist():
                own = rows[borders[document] : borders[document + 1]] - tokens.starts[document]
                found[document] += [(key, row) for row in own.tolist()]
        for doc, matches in zip(whole, found, strict=True):
            for place, (key, _) in enumerate(matches):
                # What is called may remove keys.
                rule = self._rules.get(key)
                if rule is not None and rule.on_match is not None:
                    rule.on_match(self, doc, place, matches)
        return found

    def _compile(self) -> _Compiled:
        compiled = self._compiled
        if compiled is None:
            placed = [(key, pattern) for key, rule in self._rules.items() for pattern in rule.patterns]
            asked = {one.target for _, pattern in placed for node in pattern for one in node.asked[0]}
            if any(len(pattern) > 1 for _, pattern in placed):
                asked.add(attrs.HEAD)
            compiled = self._compiled = _Compiled(
                TreeMatching([pattern for _, pattern in placed]),
                [key for key, _ in placed],
                tuple(one for one in asked if isinstance(one, int)),
            )
        return compiled


def _document(doclike: Any) -> Doc:
    if isinstance(doclike, Span):
        return doclike.as_doc()
    if not isinstance(doclike, Doc):
        raise WrongType(f"matches are found in a Doc or a Span, not in {type(doclike).__name__}")
    return doclike


def _unpickle(vocab: Vocab, validate: bool, rules: list[tuple[str, list[Any], Any]]) -> DependencyMatcher:
    matcher = DependencyMatcher(vocab, validate=validate)
    for key, given, on_match in rules:
        matcher.add(key, given, on_match=on_match)
    return matcher
