"""The span ruler: spans by phrases and patterns over tokens, and entities of them by filters."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from kernel.component import SavedFile
from kernel.errors import MissingName
from kernel.language import Language
from kernel.scores.spans import weights_of_group
from kernel.tokens import Doc, Span
from kernel.tokens.batch import set_batch_spans
from kernel_matchers.rulers.component import Ruler
from kernel_matchers.rulers.table import Matches
from kernel_matchers.span_ruler.filters import (
    Filter,
    first_longest_spans_filter,
    prioritize_existing_ents_filter,
    prioritize_new_ents_filter,
)
from kernel_matchers.span_ruler.scorer import DEFAULT_KEY, overlapping_labeled_spans_score
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare


@Language.factory(
    "span_ruler",
    assigns=["doc.spans", "doc.ents"],
    default_config={
        "spans_key": DEFAULT_KEY,
        "spans_filter": None,
        "annotate_ents": False,
        "ents_filter": {"@misc": "kernel.first_longest_spans_filter.v1"},
        "phrase_matcher_attr": None,
        "matcher_fuzzy_compare": {"@misc": "kernel.levenshtein_compare.v1"},
        "validate": False,
        "overwrite": True,
        "scorer": {"@scorers": "kernel.overlapping_labeled_spans_scorer.v1"},
    },
    default_score_weights={
        f"spans_{DEFAULT_KEY}_f": 1.0,
        f"spans_{DEFAULT_KEY}_p": 0.0,
        f"spans_{DEFAULT_KEY}_r": 0.0,
        f"spans_{DEFAULT_KEY}_per_type": None,
    },
)
def make_span_ruler(
    nlp: Language,
    name: str,
    spans_key: str | None,
    spans_filter: Callable[..., Any] | None,
    annotate_ents: bool,
    ents_filter: Callable[..., Any],
    phrase_matcher_attr: int | str | None,
    matcher_fuzzy_compare: Callable[..., Any],
    validate: bool,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "SpanRuler":
    """Finds spans by phrases and patterns, and entities of them by filters.

    spans_key: the group of `doc.spans` that gets what is found, null for none. spans_filter: which spans are left where they overlap, null for all.
    annotate_ents: whether entities are set too, as far as `ents_filter` leaves them. overwrite: whether what documents have
    goes; if not, filters are told it. phrase_matcher_attr: the attribute by which phrases are compared, null for ORTH. validate: taken as
    the field's configs have it; patterns are checked in any case.
    """
    return SpanRuler(
        nlp,
        name,
        spans_key=spans_key,
        spans_filter=spans_filter,
        annotate_ents=annotate_ents,
        ents_filter=ents_filter,
        phrase_matcher_attr=phrase_matcher_attr,
        matcher_fuzzy_compare=matcher_fuzzy_compare,
        validate=validate,
        overwrite=overwrite,
        scorer=scorer,
    )


@Language.factory(
    "future_entity_ruler",
    assigns=["doc.ents"],
    default_config={
        "phrase_matcher_attr": None,
        "validate": False,
        "overwrite_ents": False,
        "scorer": {"@scorers": "kernel.entity_ruler_scorer.v1"},
        "ent_id_sep": "__unused__",
        "matcher_fuzzy_compare": {"@misc": "kernel.levenshtein_compare.v1"},
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_future_entity_ruler(
    nlp: Language,
    name: str,
    phrase_matcher_attr: int | str | None,
    matcher_fuzzy_compare: Callable[..., Any],
    validate: bool,
    overwrite_ents: bool,
    scorer: Callable[..., dict[str, Any]] | None,
    ent_id_sep: str,
) -> "SpanRuler":
    """Finds entities by phrases and patterns: a span ruler that sets them alone.

    overwrite_ents: whether entities that documents have give way to those that are found. ent_id_sep: taken as the field's configs have it; ids
    are not part of labels here. The other settings are those of `span_ruler`.
    """
    return SpanRuler(
        nlp,
        name,
        spans_key=None,
        annotate_ents=True,
        ents_filter=prioritize_new_ents_filter if overwrite_ents else prioritize_existing_ents_filter,
        phrase_matcher_attr=phrase_matcher_attr,
        matcher_fuzzy_compare=matcher_fuzzy_compare,
        validate=validate,
        overwrite=False,
        scorer=scorer,
    )


class SpanRuler(Ruler):
    """Sets spans that patterns match, in a group of `doc.spans`, or as entities.

    Spans come by first token, then by last, then by the numbers of label and id.
    """

    def __init__(
        self,
        nlp: Language,
        name: str = "span_ruler",
        *,
        spans_key: str | None = DEFAULT_KEY,
        spans_filter: Filter | None = None,
        annotate_ents: bool = False,
        ents_filter: Filter = first_longest_spans_filter,
        phrase_matcher_attr: int | str | None = None,
        matcher_fuzzy_compare: FuzzyCompare = levenshtein_compare,
        validate: bool = False,
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = overlapping_labeled_spans_score,
    ) -> None:
        self.spans_filter = spans_filter
        self.annotate_ents = annotate_ents
        self.ents_filter = ents_filter
        self.overwrite = overwrite
        super().__init__(
            nlp,
            name,
            phrase_matcher_attr=phrase_matcher_attr,
            matcher_fuzzy_compare=matcher_fuzzy_compare,
            validate=validate,
            scorer=scorer,
        )
        self.key = spans_key

    @property
    def key(self) -> str | None:
        """The group of `doc.spans` that gets what is found."""
        key: str | None = self.cfg["spans_key"]
        return key

    @key.setter
    def key(self, key: str | None) -> None:
        # The scorer is told what is in there.
        self.cfg["spans_key"] = key

    def score_weights(self, declared: Mapping[str, float | None]) -> Mapping[str, float | None]:
        """Those of the group that it sets; without one there are no scores of it."""
        if self.key is not None:
            return weights_of_group(declared, DEFAULT_KEY, self.key)
        return {name: weight for name, weight in declared.items() if not name.startswith("spans_")}

    def remove(self, label: str) -> None:
        """Remove the patterns with a label. `MissingName` if there are none."""
        if not self.table.remove(lambda pattern: pattern.label == label):
            raise MissingName(f"no pattern of component '{self.name}' has the label {label!r}")

    def remove_by_id(self, pattern_id: str) -> None:
        """Remove the patterns with an id. `MissingName` if there are none."""
        if not self.table.remove(lambda pattern: pattern.id == pattern_id):
            raise MissingName(f"no pattern of component '{self.name}' has the id {pattern_id!r}")

    def match(self, doc: Doc) -> list[Span]:
        """What the patterns find in a document."""
        return self._spans([doc], self.predict([doc]))[0]

    def predict(self, docs: Sequence[Doc]) -> Matches:
        """What the patterns find, in the order of the spans."""
        compiled, found = self.table.compiled(), super().predict(docs)
        labels, ids = compiled.labels[found.names], compiled.ids[found.names]
        order = np.lexsort((ids, labels, found.ends, found.starts))
        return Matches(*(column[order] for column in found))

    def set_annotations(self, docs: Sequence[Doc], predictions: Matches) -> None:
        """Set the spans, and the entities if `annotate_ents` is set."""
        if self.key is not None and self.spans_filter is None:
            self._set_all(docs, predictions, self.key)
            if not self.annotate_ents:
                return
        for doc, spans in zip(docs, self._spans(docs, predictions), strict=True):
            if self.key is not None and self.spans_filter is not None:
                present = () if self.overwrite else list(doc.spans.get(self.key, ()))
                doc.spans[self.key] = self.spans_filter(present, spans)
            if self.annotate_ents:
                doc.ents = self.ents_filter(() if self.overwrite else doc.ents, spans)

    def _set_all(self, docs: Sequence[Doc], found: Matches, key: str) -> None:
        """Set all that is found as a group of spans."""
        compiled = self.table.compiled()
        present = [None if self.overwrite else doc.groups.get(key) for doc in docs]
        labels, ids = compiled.labels[found.names], compiled.ids[found.names]
        set_batch_spans(docs, key, found.starts, found.ends, labels, ids=ids)
        for doc, group in zip(docs, present, strict=True):
            if group is not None:
                group.records += doc.groups[key].records
                doc.groups[key] = group

    def _spans(self, docs: Sequence[Doc], found: Matches) -> list[list[Span]]:
        """What is found in each document, as spans."""
        compiled = self.table.compiled()
        labels, ids = compiled.labels[found.names].tolist(), compiled.ids[found.names].tolist()
        borders = np.cumsum([0, *map(len, docs)])
        parts = found.starts.searchsorted(borders).tolist()
        spans = []
        for doc, first, last, shift in zip(docs, parts[:-1], parts[1:], borders[:-1].tolist(), strict=True):
            starts, ends = ((column[first:last] - shift).tolist() for column in (found.starts, found.ends))
            own = zip(starts, ends, labels[first:last], ids[first:last], strict=True)
            spans.append([Span(doc, start, end, label, span_id=own_id) for start, end, label, own_id in own])
        return spans

    def files(self) -> dict[str, SavedFile]:
        """The patterns, in a file that the field reads too. The settings are in the pipeline's config."""
        return {"patterns": SavedFile(self.patterns_to_bytes, self.patterns_from_bytes)}
