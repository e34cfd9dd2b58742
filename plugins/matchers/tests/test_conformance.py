"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import ComponentSuite, ModuleSuite, ScorerSuite

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


class TestAttributerulerModule(ModuleSuite):
    name = "kernel.pipeline.attributeruler"
    names = ("AttributeRuler",)


class TestMatcherModule(ModuleSuite):
    name = "kernel.matcher"
    names = ("Matcher",)
    modules = ("levenshtein",)
