"""The attribute ruler: attributes of tokens by rules, without a model."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import srsly
from numpy.typing import NDArray

from kernel.component import BatchComponent, Examples, Finding, SavedFile
from kernel.errors import DataError, OutOfRange
from kernel.files.messages import message_from_bytes
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel.vocab.strings import hash_string
from kernel_matchers.attribute_ruler import debug
from kernel_matchers.attribute_ruler.settings import Settings, features_aside, named, read_settings
from kernel_matchers.attribute_ruler.writing import Writer
from kernel_matchers.token_patterns.automaton import Matches
from kernel_matchers.token_patterns.matcher import TokenMatcher

_KEYS = {"patterns", "attrs", "index"}


@Language.factory(
    "attribute_ruler",
    assigns=[
        "token.tag",
        "token.pos",
        "token.morph",
        "token.lemma",
        "token.dep",
        "token.norm",
        "token.is_sent_start",
        "doc.ents",
    ],
    default_config={"validate": False, "scorer": {"@scorers": "kernel.attribute_ruler_scorer.v1"}},
)
def make_attribute_ruler(
    nlp: Language, name: str, validate: bool, scorer: Callable[..., dict[str, Any]] | None
) -> "AttributeRuler":
    """Sets attributes of tokens by patterns.

    validate: taken as the field's configs have it. Patterns are checked in any case.
    """
    return AttributeRuler(nlp.vocab, name, validate=validate, scorer=scorer)


class Found(NamedTuple):
    """What is to be set in a batch: M rules in ascending order, and for each the place of a token in the batch."""

    rules: NDArray[np.int32]
    tokens: NDArray[np.int64]


@dataclass(frozen=True)
class _Table:
    """For each rule the place in a match of the token that it concerns, int64 (rules,), and what it sets."""

    index: NDArray[np.int64]
    writer: Writer


class AttributeRuler(BatchComponent):
    """Sets attributes of tokens that patterns match.

    A rule has patterns, what it sets, and the token of the match that gets it. Rules see the document as it came: what one sets
    no other one looks at. Where several rules set one attribute of a token, the one that was added last counts.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str = "attribute_ruler",
        *,
        validate: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(name, scorer=scorer)
        self.vocab = vocab
        self.validate = validate
        self.clear()

    def __len__(self) -> int:
        """Number of rules."""
        return len(self._given)

    def clear(self) -> None:
        """Forget all rules."""
        self._matcher = TokenMatcher()
        # The rules as they were given, what they set, and as one table that is made when it is needed.
        self._given: list[dict[str, Any]] = []
        self._settings: list[Settings] = []
        self._table: _Table | None = None

    @property
    def patterns(self) -> list[dict[str, Any]]:
        """The rules, in their order: `{"patterns": ..., "attrs": ..., "index": ...}`, as `add_patterns` takes them."""
        return deepcopy(self._given)

    def add(
        self, patterns: Iterable[Sequence[Mapping[Any, Any]]], attrs: Mapping[Any, Any], index: int = 0
    ) -> None:
        """Add a rule.

        patterns: lists of dicts, one for each token. attrs: what is set, by name, `_` for extension attributes. index: which token of
        a match gets it, negative from its end. `DataError` for what is wrong in them; the rule is not added then.
        """
        self._add(patterns, attrs, index, f"rule {len(self)} of component '{self.name}'")

    def _add(
        self, patterns: Iterable[Sequence[Mapping[Any, Any]]], attrs: Mapping[Any, Any], index: int, what: str
    ) -> None:
        """Add a rule. what: the rule, for messages."""
        if isinstance(index, bool) or not isinstance(index, int):
            raise DataError(f"{what}: index is the number of a token, not {index!r}")
        given = _plain(patterns)
        settings = read_settings(attrs, self.vocab, what)
        self._matcher.add(given, what)
        self._settings.append(settings)
        self._given.append({"patterns": given, "attrs": named(attrs), "index": index})
        self._table = None

    def add_patterns(self, patterns: Iterable[Mapping[str, Any]]) -> None:
        """Add rules as `patterns` gives them. `DataError` for something else."""
        for rule in patterns:
            if not isinstance(rule, Mapping) or not {"patterns", "attrs"} <= rule.keys() <= _KEYS:
                raise DataError(
                    f"component '{self.name}': a rule is a dict with 'patterns', 'attrs' and maybe 'index', not {rule!r}"
                )
            self.add(**rule)

    def load_from_tag_map(self, tag_map: Mapping[Any, Mapping[Any, Any]]) -> None:
        """Add a rule for each tag: tokens with it get the attributes. What is no attribute is a morphological feature; one that is
        called as an attribute but for capitals, such as pos, is warned of."""
        for tag, attrs in _entries(tag_map, "the tag map", self.name):
            self._add_entry([[{"TAG": tag}]], attrs, f"the entry {tag!r} of the tag map")

    def load_from_morph_rules(self, morph_rules: Mapping[Any, Mapping[Any, Mapping[Any, Any]]]) -> None:
        """Add a rule for each tag and word: tokens with both get the attributes, as in `load_from_tag_map`."""
        for tag, words in _entries(morph_rules, "the table of morphological rules", self.name):
            for word, attrs in _entries(words, f"the morphological rules of {tag!r}", self.name):
                what = f"the entry {word!r} of the morphological rules of {tag!r}"
                self._add_entry([[{"ORTH": word, "TAG": tag}]], attrs, what)

    def _add_entry(
        self, patterns: Iterable[Sequence[Mapping[Any, Any]]], given: Mapping[Any, Any], entry: str
    ) -> None:
        """Add the rule of an entry of a table. entry: the entry, for messages."""
        what = f"component '{self.name}', {entry}"
        self._add(patterns, features_aside(given, what), 0, what)

    def initialize(
        self,
        get_examples: Examples,
        *,
        nlp: Any = None,
        patterns: Iterable[Mapping[str, Any]] | None = None,
        tag_map: Mapping[Any, Mapping[Any, Any]] | None = None,
        morph_rules: Mapping[Any, Mapping[Any, Mapping[Any, Any]]] | None = None,
    ) -> None:
        """Replace all rules: by `patterns`, then those of a tag map, then those of morphological rules."""
        self.clear()
        self.add_patterns(patterns or ())
        self.load_from_tag_map(tag_map or {})
        self.load_from_morph_rules(morph_rules or {})

    def match(self, doc: Doc) -> list[tuple[int, int, int, int]]:
        """The matches in a document: (rule, the number of its name, first token, token after the last), sorted."""
        rules, starts, ends = self._matcher.matches([doc])
        return [
            (rule, hash_string(str(rule)), start, end)
            for rule, start, end in zip(rules.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ]

    def predict(self, docs: Sequence[Doc]) -> Found:
        """Which rules concern which tokens. `DataError` if a match is too short for its rule's index."""
        every = self._compiled().index
        # A token that is counted from the beginning of a match is the same in all that begin there; from the end likewise.
        matches = self._matcher.matches(docs, shortest=every >= 0, latest=every < 0)
        rules, starts, ends = matches
        index = every[rules]
        tokens = np.where(index < 0, ends, starts) + index
        wrong = (tokens < starts) | (tokens >= ends)
        if wrong.any():
            raise self._too_short(docs, matches, int(wrong.argmax()))
        return Found(rules, tokens)

    def _too_short(self, docs: Sequence[Doc], matches: Matches, which: int) -> OutOfRange:
        rule, start, end = (int(column[which]) for column in matches)
        borders = np.cumsum([0, *map(len, docs)])
        document = int(np.searchsorted(borders, start, side="right")) - 1
        text = docs[document][start - int(borders[document]) : end - int(borders[document])].text
        given = self._given[rule]
        size = f"{end - start} token{'s' * (end - start != 1)}"
        return OutOfRange(
            f"rule {rule} of component '{self.name}' sets token {given['index']} of a match, but {text!r} has {size}",
            hint=f"Its patterns: {given['patterns']}. Give it another index, or patterns that match enough tokens.",
        )

    def set_annotations(self, docs: Sequence[Doc], predictions: Found) -> None:
        """Set the attributes."""
        self._compiled().writer.write(docs, *predictions)

    def _compiled(self) -> "_Table":
        table = self._table
        if table is None:
            index = np.array([rule["index"] for rule in self._given], dtype=np.int64)
            table = self._table = _Table(index, Writer(self._settings))
        return table

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterator[Finding]:
        docs = [example.reference for example in train]
        return debug.findings(self._matcher, docs, [f"{rule['patterns']}" for rule in self._given])

    def files(self) -> dict[str, SavedFile]:
        """The rules, in a file that the field reads too. The settings are in the pipeline's config."""
        return {"patterns": SavedFile(self._patterns_to_bytes, self._patterns_from_bytes)}

    def _patterns_to_bytes(self) -> bytes:
        data: bytes = srsly.msgpack_dumps(self._given)
        return data

    def _patterns_from_bytes(self, data: bytes) -> None:
        rules = message_from_bytes(data)
        if not isinstance(rules, list):
            raise DataError(f"the rules of component '{self.name}' are no list")
        self.clear()
        self.add_patterns(rules)


def _entries(table: Any, what: str, name: str) -> Iterator[tuple[Any, Mapping[Any, Any]]]:
    """The entries of a table of tables. `DataError` for anything else."""
    if not isinstance(table, Mapping):
        raise DataError(f"component '{name}': {what} is a table, not {table!r}")
    for key, value in table.items():
        if not isinstance(value, Mapping):
            raise DataError(f"component '{name}': the entry {key!r} of {what} is a table, not {value!r}")
        yield key, value


def _plain(value: Any) -> Any:
    """Patterns with names for the numbers of attributes, and lists for tuples, sets and iterators, as files have them."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in named(value).items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return deepcopy(value)
    # The values of a set have no order of their own.
    return [
        _plain(each) for each in (sorted(value, key=repr) if isinstance(value, set | frozenset) else value)
    ]
