"""What all rulers do with their patterns, whatever they set."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kernel.component import BatchComponent, Examples, Finding
from kernel.errors import warn
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel_matchers.phrase_matcher.lists import PhraseList, phrase_list
from kernel_matchers.rulers.files import patterns_from_bytes, patterns_to_bytes
from kernel_matchers.rulers.patterns import RulerPattern, read_ruler_patterns
from kernel_matchers.rulers.phrases import check_annotated, documents_of
from kernel_matchers.rulers.table import Entry, Matches, Table
from kernel_matchers.token_patterns.attributes import attribute
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare
from kernel_matchers.token_patterns.reading import read_pattern


class Ruler(BatchComponent):
    """Finds phrases and patterns over tokens, each with a label and maybe an id.

    phrase_matcher_attr: the attribute by which phrases are compared, None for ORTH. matcher_fuzzy_compare: see `FuzzyCompare`.
    validate: taken as the field's configs have it; patterns are checked in any case.
    """

    def __init__(
        self,
        nlp: Language,
        name: str,
        *,
        phrase_matcher_attr: str | int | None,
        matcher_fuzzy_compare: FuzzyCompare,
        validate: bool,
        scorer: Callable[..., dict[str, Any]] | None,
    ) -> None:
        super().__init__(name, scorer=scorer)
        self.nlp = nlp
        self.vocab = nlp.vocab
        self.validate = validate
        self.matcher_fuzzy_compare = matcher_fuzzy_compare
        self._use_attribute(phrase_matcher_attr)

    def _use_attribute(self, name: str | int | None) -> None:
        """Compare phrases by an attribute from now on; all patterns are forgotten."""
        self.phrase_matcher_attr = name
        self._attr = attribute("ORTH" if name is None else name)
        self.clear()

    def clear(self) -> None:
        """Forget all patterns."""
        self.table = Table(self._attr, self.matcher_fuzzy_compare)

    def __len__(self) -> int:
        """Number of patterns."""
        return len(self.table)

    def __contains__(self, label: object) -> bool:
        """Whether any pattern has a label."""
        return any(label == own for own, _ in self.table.names)

    @property
    def patterns(self) -> list[dict[str, Any]]:
        """The patterns in the order in which they were added, as `add_patterns` takes them."""
        return [each.as_dict() for each in self.table.patterns]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the patterns, sorted."""
        return tuple(sorted({label for label, _ in self.table.names}))

    @property
    def label_data(self) -> None:
        """None: labels come with the patterns."""
        return

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the patterns, sorted."""
        return tuple(sorted({own_id for _, own_id in self.table.names if own_id}))

    def add_patterns(self, patterns: Iterable[Mapping[str, Any]]) -> None:
        """Add patterns: dicts with `label`, `pattern`, which is a phrase or a list with a dict for each token, and maybe `id`.

        All phrases are tokenized in one batch. `DataError` for what is wrong in them; none is added then.
        """
        given = [(what, self.read_id(each)) for what, each in read_ruler_patterns(patterns, self.name)]
        phrases = iter(self._phrases([each for each in given if isinstance(each[1].pattern, str)]))
        entries = [
            Entry(
                each,
                next(phrases) if isinstance(each.pattern, str) else read_pattern(each.pattern, what),
            )
            for what, each in given
        ]
        self.table.add(entries)
        names = dict.fromkeys(text for each, _ in entries for text in (each.label, each.id))
        self.vocab.strings.add_many(list(names))

    def read_id(self, pattern: RulerPattern) -> RulerPattern:
        """The pattern, with the id that it is to have. A subclass may read it elsewhere."""
        return pattern

    def _phrases(self, given: Sequence[tuple[str, RulerPattern]]) -> Iterator[PhraseList]:
        if not given:
            return
        docs = documents_of([str(each.pattern) for _, each in given], self.nlp, self, self._attr)
        names = [what for what, _ in given]
        check_annotated(docs, names, self._attr)
        values, lengths = phrase_list(docs, self._attr)
        if not lengths.all():
            warn(f"{names[int(lengths.argmin())]} has no tokens, and matches nothing")
        ends = lengths.cumsum().tolist()
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            yield PhraseList(values[start:end], np.array([end - start], dtype=np.int64))

    def initialize(
        self,
        get_examples: Examples,
        *,
        nlp: Any = None,
        patterns: Iterable[Mapping[str, Any]] | None = None,
    ) -> None:
        """Replace all patterns by `patterns`."""
        self._replace(patterns or ())

    def _replace(self, patterns: Iterable[Mapping[str, Any]]) -> None:
        before = self.table
        self.clear()
        try:
            self.add_patterns(patterns)
        except BaseException:
            self.table = before
            raise

    def predict(self, docs: Sequence[Doc]) -> Matches:
        """What the patterns find, longer matches first."""
        if not len(self):
            warn(f"component '{self.name}' has no patterns, so it finds nothing")
        return self.table.find(docs)

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterator[Finding]:
        """How many patterns there are, and how many labels of them are in the training data."""
        if not len(self):
            yield Finding("warn", "there are no patterns, so the component does nothing")
            return
        found = self.table.find([example.reference for example in train])
        labels = [label for label, _ in self.table.names]
        used = {labels[place] for place in np.unique(found.names).tolist()}
        yield Finding(
            "info",
            f"{len(self)} patterns with {len(self.labels)} labels, {len(found.names)} matches in the training data",
        )
        unused = tuple(label for label in self.labels if label not in used)
        if unused:
            yield Finding(
                "info", f"{len(unused)} labels whose patterns match nothing in the training data", unused
            )

    def patterns_to_bytes(self) -> bytes:
        """The patterns, one JSON object on each line."""
        return patterns_to_bytes(self.patterns)

    def patterns_from_bytes(self, data: bytes) -> None:
        """Replace all patterns by those of a file. `DataError` for what is wrong in it."""
        self._replace(patterns_from_bytes(data, self.name))
