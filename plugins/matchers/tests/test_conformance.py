"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import ComponentSuite, MiscSuite, ModuleSuite, ScorerSuite
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab

GOLDENS = Path(__file__).with_name("goldens.json")


class TestAttributeRuler(ComponentSuite):
    name = "attribute_ruler"
    goldens = GOLDENS

    def pipeline(self, *, initialize=True):
        nlp, ruler = super().pipeline(initialize=initialize)
        if initialize:
            ruler.add([[{"IS_TITLE": True}, {"IS_ALPHA": True, "OP": "+"}]], {"TAG": "NNP", "NORM": "title"})
            ruler.add([[{"LOWER": {"REGEX": "s$"}}]], {"MORPH": "Number=Plur", "LEMMA": "many"}, index=-1)
            ruler.load_from_tag_map({"NNP": {"POS": "PROPN", "Number": "Sing"}})
        return nlp, ruler


class TestScorer(ScorerSuite):
    name = "kernel.attribute_ruler_scorer.v1"
    goldens = GOLDENS


class RulerSuite(ComponentSuite):
    goldens = GOLDENS
    patterns = (
        {"label": "TITLE", "pattern": [{"IS_TITLE": True}, {"IS_ALPHA": True, "OP": "?"}], "id": "two"},
        {"label": "PLURAL", "pattern": [{"LOWER": {"REGEX": "s$"}}]},
        {"label": "SIT", "pattern": "sits on"},
        {"label": "THE", "pattern": "the"},
    )

    def pipeline(self, *, initialize=True):
        nlp, ruler = super().pipeline(initialize=False)
        if initialize:
            nlp.config["initialize"] = {"components": {ruler.name: {"patterns": list(self.patterns)}}}
            nlp.initialize(lambda: self.examples(nlp))
        return nlp, ruler


class TestEntityRuler(RulerSuite):
    name = "entity_ruler"


class TestFutureEntityRuler(RulerSuite):
    name = "future_entity_ruler"


class TestSpanRuler(RulerSuite):
    name = "span_ruler"


class TestSpanRulerWithEntities(RulerSuite):
    name = "span_ruler"
    goldens = None
    settings = {
        "annotate_ents": True,
        "spans_filter": {"@misc": "kernel.prioritize_existing_ents_filter.v1"},
        "phrase_matcher_attr": "LOWER",
    }


class FilterSuite(MiscSuite):
    goldens = GOLDENS

    def as_plain(self, value):
        doc = Doc(Vocab(), words=list("abcdefgh"))
        old = [Span(doc, start, end, "OLD") for start, end in ((6, 7), (2, 4), (0, 1))]
        new = [Span(doc, start, end, "NEW") for start, end in ((0, 2), (1, 4), (4, 5), (4, 7), (6, 7))]
        return [(span.start, span.end, span.label_) for span in value(old, new)]


class TestFirstLongest(FilterSuite):
    name = "kernel.first_longest_spans_filter.v1"


class TestPrioritizeExisting(FilterSuite):
    name = "kernel.prioritize_existing_ents_filter.v1"


class TestPrioritizeNew(FilterSuite):
    name = "kernel.prioritize_new_ents_filter.v1"


class TestLevenshteinCompare(MiscSuite):
    name = "kernel.levenshtein_compare.v1"
    goldens = GOLDENS

    def as_plain(self, value):
        texts = ("", "a", "abc", "abcdefgh", "abcdefxy", "abxyefxy")
        return [value(one, other, edits) for one in texts for other in texts for edits in (-1, 0, 1, 3)]


class TestEntityRulerScorer(ScorerSuite):
    name = "kernel.entity_ruler_scorer.v1"
    goldens = GOLDENS
    perfect = ("ents_f",)


class TestSpansScorer(ScorerSuite):
    name = "kernel.overlapping_labeled_spans_scorer.v1"
    goldens = GOLDENS
    perfect = ("spans_ruler_f",)

    def gold(self):
        examples = super().gold()
        for example in examples:
            example.reference.spans["ruler"] = [*example.reference.ents, *example.reference.ents[:1]]
        return examples


class TestEntityrulerModule(ModuleSuite):
    name = "kernel.pipeline.entityruler"
    names = ("EntityRuler", "entity_ruler_score", "make_entity_ruler_scorer")


class TestSpanRulerModule(ModuleSuite):
    name = "kernel.pipeline.span_ruler"
    names = ("SpanRuler", "overlapping_labeled_spans_score", "prioritize_new_ents_filter")


class TestAttributerulerModule(ModuleSuite):
    name = "kernel.pipeline.attributeruler"
    names = ("AttributeRuler",)


class TestMatcherModule(ModuleSuite):
    name = "kernel.matcher"
    names = ("DependencyMatcher", "Matcher", "PhraseMatcher")
    modules = ("dependencymatcher", "levenshtein", "matcher", "phrasematcher")
