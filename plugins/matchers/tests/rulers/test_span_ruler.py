"""Spans by rules: groups, filters, entities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_matchers.span_ruler import filters
from kernel_matchers.span_ruler.component import SpanRuler

import kernel
from kernel.language import Language
from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel.vocab import Vocab

PATTERNS = [
    {"label": "A", "pattern": "b c"},
    {"label": "B", "pattern": "c"},
    {"label": "C", "pattern": [{"ORTH": "c"}, {"ORTH": "d", "OP": "?"}], "id": "i"},
    {"label": "A", "pattern": "b c", "id": "j"},
]
FOUND = [
    (1, 3, "A", ""), (1, 3, "A", "j"), (2, 3, "C", "i"), (2, 3, "B", ""), (2, 4, "C", "i"),
    (5, 6, "C", "i"), (5, 6, "B", ""), (5, 7, "C", "i"),
]  # fmt: skip
OLD = [(0, 1, "OLD", ""), (2, 3, "B", "")]


def make(**settings):
    ruler = Language().add_pipe("span_ruler", config=settings)
    ruler.add_patterns(PATTERNS)
    return ruler


def doc_of(ruler, ents=()):
    doc = Doc(ruler.vocab, words=["a", "b", "c", "d", "e", "c", "d"])
    doc.spans["ruler"] = [Span(doc, start, end, label) for start, end, label, _ in OLD]
    doc.ents = [Span(doc, *each) for each in ents]
    return doc


def plain(spans):
    return [(span.start, span.end, span.label_, span.id_) for span in spans]


def test_all_matches_are_spans_in_the_order_of_spans():
    ruler = make()
    doc = ruler(doc_of(ruler))
    assert plain(doc.spans["ruler"]) == FOUND and plain(ruler.match(doc)) == FOUND
    assert [span.order() for span in ruler.match(doc)] == sorted(span.order() for span in ruler.match(doc))
    assert doc.ents == () and ruler.key == "ruler" and list(ruler(Doc(ruler.vocab)).spans) == ["ruler"]


def test_spans_that_were_there_stay_unless_they_are_overwritten():
    ruler = make(overwrite=False)
    docs = [doc_of(ruler), Doc(ruler.vocab, words=["c"])]
    docs[0].spans["ruler"].attrs["x"] = 1
    list(ruler.pipe(docs))
    assert plain(docs[0].spans["ruler"]) == OLD + FOUND and docs[0].spans["ruler"].attrs == {"x": 1}
    assert plain(docs[1].spans["ruler"]) == [(0, 1, "C", "i"), (0, 1, "B", "")]
    ruler = make(spans_key="other")
    doc = ruler(doc_of(ruler))
    assert plain(doc.spans["ruler"]) == OLD and plain(doc.spans["other"]) == FOUND


@pytest.mark.parametrize(
    ("name", "overwrite", "expected"),
    [
        ("first_longest_spans", True, [(1, 3, "A", ""), (5, 7, "C", "i")]),
        ("first_longest_spans", False, [(0, 1, "OLD", ""), (1, 3, "A", ""), (5, 7, "C", "i")]),
        ("prioritize_existing_ents", False, [*OLD, (5, 7, "C", "i")]),
        ("prioritize_new_ents", False, [(0, 1, "OLD", ""), (1, 3, "A", ""), (5, 7, "C", "i")]),
    ],
)
def test_filters_of_spans(name, overwrite, expected):
    ruler = make(spans_filter={"@misc": f"kernel.{name}_filter.v1"}, overwrite=overwrite)
    assert plain(ruler(doc_of(ruler)).spans["ruler"]) == expected


@pytest.mark.parametrize(
    ("name", "overwrite", "expected"),
    [
        ("first_longest_spans", True, [(1, 3, "A", ""), (5, 7, "C", "i")]),
        ("first_longest_spans", False, [(1, 3, "A", ""), (4, 5, "Q", ""), (5, 7, "Q", "")]),
        ("prioritize_existing_ents", True, [(1, 3, "A", ""), (5, 7, "C", "i")]),
        ("prioritize_existing_ents", False, [(1, 2, "Q", ""), (2, 4, "C", "i"), (4, 5, "Q", ""), (5, 7, "Q", "")]),
        ("prioritize_new_ents", False, [(1, 3, "A", ""), (4, 5, "Q", ""), (5, 7, "C", "i")]),
    ],
)  # fmt: skip
def test_entities_of_spans(name, overwrite, expected):
    settings = {
        "annotate_ents": True,
        "ents_filter": {"@misc": f"kernel.{name}_filter.v1"},
        "overwrite": overwrite,
    }
    present = [(1, 2, "Q"), (4, 5, "Q"), (5, 7, "Q")]
    ruler = make(**settings, spans_key=None)
    doc = ruler(doc_of(ruler, present))
    assert plain(doc.ents) == expected and plain(doc.spans["ruler"]) == OLD
    ruler = make(**settings)
    doc = ruler(doc_of(ruler, present))
    assert plain(doc.ents) == expected and plain(doc.spans["ruler"])[-len(FOUND) :] == FOUND


@pytest.mark.parametrize("overwrite", [True, False])
def test_the_future_entity_ruler_finds_what_the_entity_ruler_finds(overwrite):
    nlp = Language()
    rulers = [
        nlp.add_pipe(name, config={"overwrite_ents": overwrite})
        for name in ("entity_ruler", "future_entity_ruler")
    ]
    for ruler in rulers:
        # Not where several labels have the same tokens: of these each takes another one.
        ruler.add_patterns([PATTERNS[0], PATTERNS[2]])
    one, other = (plain(ruler(doc_of(ruler, [(3, 5, "Q"), (6, 7, "Q")])).ents) for ruler in rulers)
    assert one == other and "ruler" not in rulers[1](Doc(nlp.vocab, words=["c"])).spans


def test_a_filter_of_ones_own():
    kernel.registry.misc("test.shortest.v1", lambda: lambda entities, spans: sorted(spans, key=len)[:1])
    ruler = make(spans_filter={"@misc": "test.shortest.v1"})
    assert plain(ruler(doc_of(ruler)).spans["ruler"]) == [(2, 3, "C", "i")]


def test_scores():
    ruler = make()
    doc = ruler(Doc(ruler.vocab, words=["a", "b", "c"]))
    gold = Doc(ruler.vocab, words=["a", "b", "c"])
    gold.spans["ruler"] = [Span(gold, 1, 3, "A"), Span(gold, 0, 1, "B")]
    scores = ruler.score([Example(doc, gold), Example(doc, Doc(ruler.vocab, words=["a", "b", "c"]))])
    assert scores["spans_ruler_p"] == pytest.approx(1 / 3) and scores["spans_ruler_r"] == 0.5
    assert set(scores["spans_ruler_per_type"]) == {"A", "B", "C"}
    assert SpanRuler(ruler.nlp).scorer is not None


spans = st.lists(
    st.tuples(st.integers(0, 7), st.integers(1, 3)).map(lambda pair: (pair[0], min(8, sum(pair)))), max_size=6
)


@given(spans, spans)
def test_filters_leave_spans_that_do_not_overlap(old, new):
    doc = Doc(Vocab(), words=list("abcdefgh"))
    old = filters.first_longest_spans_filter([], [Span(doc, start, end, "OLD") for start, end in old])
    new = [Span(doc, start, end, "NEW") for start, end in new]
    for function in (
        filters.first_longest_spans_filter, filters.prioritize_existing_ents_filter, filters.prioritize_new_ents_filter,
    ):  # fmt: skip
        left = function(old, new)
        tokens = [token for span in left for token in range(span.start, span.end)]
        assert len(tokens) == len(set(tokens))
        covered = set(tokens)
        # What is not left touches something that is.
        assert all(span in left or covered & set(range(span.start, span.end)) for span in [*old, *new])
    assert [span for span in filters.prioritize_existing_ents_filter(old, new) if span.label_ == "OLD"] == old
    assert [s for s in filters.prioritize_new_ents_filter(old, new) if s.label_ == "NEW"] == (
        filters.first_longest_spans_filter([], new)
    )


def test_scores_are_those_of_the_group_that_it_sets():
    nlp = Language()
    nlp.add_pipe("span_ruler", config={"spans_key": "places"}).add_patterns(
        [{"label": "GPE", "pattern": "Bonn"}]
    )
    gold = nlp.make_doc("Bonn")
    gold.spans["places"] = [Span(gold, 0, 1, label="GPE")]
    scores = nlp.evaluate([Example(nlp.make_doc("Bonn"), gold)])
    assert scores["spans_places_f"] == 1.0 and "spans_ruler_f" not in scores
    assert set(nlp.score_weights) == {f"spans_places_{end}" for end in ("f", "p", "r", "per_type")}
    nlp.get_pipe("span_ruler").key = None
    assert not nlp.score_weights and nlp.get_pipe("span_ruler").score([]) == {}


def test_a_scorer_may_have_a_group_of_its_own():
    scorer = {"@scorers": "kernel.overlapping_labeled_spans_scorer.v1", "spans_key": "gold"}
    ruler = Language().add_pipe("span_ruler", config={"spans_key": "places", "scorer": scorer})
    assert set(ruler.score([])) == {f"spans_gold_{end}" for end in ("f", "p", "r", "per_type")}
