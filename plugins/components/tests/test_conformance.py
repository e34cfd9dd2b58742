"""Every registered name of the package goes through the suite of its kind."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import kernel
from kernel.language import Language
from kernel.numeric.ops import KernelOps
from kernel.testing import (
    ComponentSuite,
    LookupsSuite,
    MiscSuite,
    ModuleSuite,
    ScorerSuite,
    sample_examples,
)
from kernel.tokens import Doc, Span

GOLDENS = Path(__file__).with_name("goldens.json")
WIDTH = 16
HASH_EMBED = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "width": WIDTH,
    "depth": 1,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
    "pretrained_vectors": None,
}
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": WIDTH}
BOW = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 1,
    "no_output_layer": False,
    "length": 512,
}


class Component(ComponentSuite):
    goldens = GOLDENS


class Annotated(Component):
    """Of components that work on what is there already."""

    def docs(self, nlp):
        return [example.reference for example in sample_examples(nlp)]


class TestDocCleaner(Annotated):
    name = "doc_cleaner"
    exempt = {
        "test_the_factory_says_what_it_sets": "it takes away, and what is for its settings to say",
        "test_sets_nothing_but_what_it_declares": "the same",
    }

    def docs(self, nlp):
        docs = super().docs(nlp)
        for doc in docs:
            doc.tensor = np.ones((len(doc), 2), dtype="float32")
        return docs


class TestMergeEntities(Annotated):
    name = "merge_entities"


class TestMergeNounChunks(Annotated):
    name = "merge_noun_chunks"

    def language(self):
        nlp = super().language()
        nlp.vocab.get_noun_chunks = lambda doclike: iter([(0, 2, 0)])
        return nlp


class TestMergeSubtokens(Annotated):
    name = "merge_subtokens"

    def docs(self, nlp):
        docs = super().docs(nlp)
        for doc in docs:
            doc[1].dep_ = "subtok"
        return docs


class TestTokenSplitter(Component):
    name = "token_splitter"
    settings = {"min_length": 5, "split_length": 3}


class Learning(Component):
    """With a model of ours: the component itself takes anybody's."""

    pytestmark = pytest.mark.skipif(
        find_spec("kernel_architectures") is None, reason="needs the models of kernel-nlp-architectures"
    )


def with_features(examples):
    """Some features for every token, by its part of speech."""
    features = {
        "NOUN": "Number=Sing",
        "PROPN": "Number=Sing",
        "VERB": "Mood=Ind|VerbForm=Fin",
        "PRON": "Case=Acc,Nom",
    }
    for example in examples:
        for token in example.reference:
            token.set_morph(features.get(token.pos_, ""))
    return examples


class TestMorphologizer(Learning):
    name = "morphologizer"
    settings = {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": HASH_EMBED}}

    def examples(self, nlp):
        return with_features(super().examples(nlp))


class TestNer(Learning):
    name = "ner"
    settings = {
        "model": {
            "@architectures": "kernel.TransitionBasedParser.v2",
            "tok2vec": HASH_EMBED,
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": 16,
            "maxout_pieces": 2,
            "use_upper": True,
        }
    }


class TestParser(Learning):
    name = "parser"
    settings = {
        "model": {**TestNer.settings["model"], "state_type": "parser", "maxout_pieces": 3},
        "min_action_freq": 0,
    }


class TestSenter(Learning):
    name = "senter"
    settings = {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": HASH_EMBED}}


class TestSentencizer(Component):
    name = "sentencizer"


def with_found_spans(examples):
    """A group of spans: all names."""
    for example in examples:
        example.reference.spans["sc"] = list(example.reference.ents)
    return examples


class TestSpanFinder(Learning):
    name = "span_finder"
    settings = {"model": {"tok2vec": HASH_EMBED}}

    def examples(self, nlp):
        return with_found_spans(super().examples(nlp))


class TestSpanFinderThatListens(Learning):
    name = "span_finder"
    goldens = None
    settings = {"model": {"tok2vec": LISTENER}}
    before = {"tok2vec": {"model": HASH_EMBED}}

    def examples(self, nlp):
        return with_found_spans(super().examples(nlp))


def with_spans(examples):
    """The entities as spans, and their last words as another kind."""
    for example in examples:
        doc = example.reference
        heads = [Span(doc, ent.end - 1, ent.end, "HEAD") for ent in doc.ents]
        doc.spans["sc"] = [*doc.ents, *heads]
    return examples


class TestSpancat(Learning):
    name = "spancat"
    settings = {
        "model": {
            "@architectures": "kernel.SpanCategorizer.v1",
            "tok2vec": HASH_EMBED,
            "reducer": {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 16},
            "scorer": {"@layers": "kernel.LinearLogistic.v1"},
        },
        "max_positive": 2,
    }

    def examples(self, nlp):
        return with_spans(super().examples(nlp))


class TestSpancatThatListens(Learning):
    name = "spancat"
    goldens = None
    settings = {"model": {**TestSpancat.settings["model"], "tok2vec": LISTENER}}
    before = {"tok2vec": {"model": HASH_EMBED}}

    def examples(self, nlp):
        return with_spans(super().examples(nlp))


class TestSpancatSinglelabel(TestSpancat):
    name = "spancat_singlelabel"
    settings = {
        "model": {**TestSpancat.settings["model"], "scorer": {"@layers": "Softmax.v2"}},
        "allow_overlap": False,
        "negative_weight": 0.8,
    }


class TestTagger(Learning):
    name = "tagger"
    settings = {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": HASH_EMBED}}


class TestTaggerThatListens(Learning):
    name = "tagger"
    goldens = None
    settings = {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER}}
    before = {"tok2vec": {"model": HASH_EMBED}}


class TestTextCat(Learning):
    name = "textcat"
    settings = {"model": BOW}


class TestTextCatMultilabel(Learning):
    name = "textcat_multilabel"
    settings = {"model": {**BOW, "exclusive_classes": False}}


class TestTok2Vec(Learning):
    name = "tok2vec"
    settings = {"model": HASH_EMBED}
    after = {"tagger": TestTaggerThatListens.settings}


class TestLemmatizer(Component):
    name = "lemmatizer"
    settings = {"mode": "lookup"}

    def language(self):
        nlp = super().language()
        nlp.vocab.lookups = {"lemma_lookup": {"moved": "move", "is": "be"}}
        return nlp


@pytest.mark.skipif(
    find_spec("kernel_languages") is None, reason="needs the languages of kernel-nlp-languages"
)
class TestEnglishLemmatizer(Component):
    name = "en.lemmatizer"
    settings = {"mode": "lookup"}

    def language(self):
        nlp = kernel.blank(self.name.partition(".")[0])
        nlp.vocab.lookups = {"lemma_lookup": {"moved": "move", "is": "be"}}
        return nlp


class TestCatalanLemmatizer(TestEnglishLemmatizer):
    name = "ca.lemmatizer"


class TestGreekLemmatizer(TestEnglishLemmatizer):
    name = "el.lemmatizer"


class TestSpanishLemmatizer(TestEnglishLemmatizer):
    name = "es.lemmatizer"


class TestFrenchLemmatizer(TestEnglishLemmatizer):
    name = "fr.lemmatizer"


class TestItalianLemmatizer(TestEnglishLemmatizer):
    name = "it.lemmatizer"


class TestDutchLemmatizer(TestEnglishLemmatizer):
    name = "nl.lemmatizer"


class TestPolishLemmatizer(TestEnglishLemmatizer):
    name = "pl.lemmatizer"


class TestRussianLemmatizer(TestEnglishLemmatizer):
    name = "ru.lemmatizer"


class TestUkrainianLemmatizer(TestEnglishLemmatizer):
    name = "uk.lemmatizer"


class TestTrainableLemmatizer(Learning):
    name = "trainable_lemmatizer"
    settings = {
        "model": {"@architectures": "kernel.Tagger.v2", "tok2vec": HASH_EMBED},
        "min_tree_freq": 1,
    }


class TestTrainableLemmatizerThatListens(Learning):
    name = "trainable_lemmatizer"
    goldens = None
    settings = {
        "model": {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER},
        "min_tree_freq": 1,
        "top_k": 3,
    }
    before = {"tok2vec": {"model": HASH_EMBED}}


class Scorer(ScorerSuite):
    goldens = GOLDENS


class TestMorphologizerScorer(Scorer):
    name = "kernel.morphologizer_scorer.v1"
    perfect = ("pos_acc", "morph_acc", "morph_micro_f")

    def gold(self):
        return with_features(super().gold())


class TestLemmatizerScorer(Scorer):
    name = "kernel.lemmatizer_scorer.v1"
    perfect = ("lemma_acc",)


class TestNerScorer(Scorer):
    name = "kernel.ner_scorer.v1"
    perfect = ("ents_p", "ents_r", "ents_f")


class TestParserScorer(Scorer):
    name = "kernel.parser_scorer.v1"
    perfect = ("dep_uas", "dep_las", "sents_p", "sents_r", "sents_f")


class TestSenterScorer(Scorer):
    name = "kernel.senter_scorer.v1"
    perfect = ("sents_p", "sents_r", "sents_f")

    def gold(self):
        """Every document predicted as one sentence: without any boundary, there is nothing to score."""
        examples = super().gold()
        for example in examples:
            for token in example.predicted:
                token.is_sent_start = token.i == 0
        return examples


class TestSpanFinderScorer(Scorer):
    name = "kernel.span_finder_scorer.v1"
    perfect = ("spans_sc_p", "spans_sc_r", "spans_sc_f")

    def gold(self):
        return with_found_spans(super().gold())


class TestSpancatScorer(Scorer):
    name = "kernel.spancat_scorer.v1"
    perfect = ("spans_sc_p", "spans_sc_r", "spans_sc_f")

    def gold(self):
        return with_spans(super().gold())


class Suggester(MiscSuite):
    """What is suggested for a parsed document with a group of spans, and one without tokens."""

    goldens = GOLDENS

    def as_plain(self, value):
        doc = sample_examples(Language())[1].reference
        doc.spans["ruler"] = [doc[2:4], doc[0:1]]
        doc.vocab.get_noun_chunks = lambda doclike: iter([(0, 1, 0), (2, 3, 0)])
        spans = value([doc, Doc(doc.vocab)], ops=KernelOps())
        return spans.dataXd.tolist(), spans.lengths.tolist()


class TestNgramSuggester(Suggester):
    name = "kernel.ngram_suggester.v1"
    settings = {"sizes": [2, 1]}


class TestNgramRangeSuggester(Suggester):
    name = "kernel.ngram_range_suggester.v1"
    settings = {"min_size": 5, "max_size": 9}


class TestPresetSpansSuggester(Suggester):
    name = "kernel.preset_spans_suggester.v1"
    settings = {"spans_key": "ruler"}


class TestSubtreeSuggester(Suggester):
    name = "kernel.subtree_suggester.v1"


class TestChunkSuggester(Suggester):
    name = "kernel.chunk_suggester.v1"


class TestTaggerScorer(Scorer):
    name = "kernel.tagger_scorer.v1"
    perfect = ("tag_acc",)


class TestTextCatMultilabelScorer(Scorer):
    name = "kernel.textcat_multilabel_scorer.v2"
    arguments = {"labels": ["good", "bad"], "threshold": 0.5}
    perfect = ("cats_micro_f", "cats_macro_f")


class TestTextCatScorer(Scorer):
    name = "kernel.textcat_scorer.v2"
    arguments = {"labels": ["good", "bad"]}
    perfect = ("cats_micro_f", "cats_macro_f")


class TestTextCatMultilabelScorerV1(TestTextCatMultilabelScorer):
    name = "kernel.textcat_multilabel_scorer.v1"


class TestTextCatScorerV1(TestTextCatScorer):
    name = "kernel.textcat_scorer.v1"


class TestLookupsDataLoader(MiscSuite):
    name = "kernel.LookupsDataLoader.v1"
    settings = {"lang": "qq", "tables": ["lemma_lookup"]}
    goldens = GOLDENS

    @pytest.fixture(autouse=True)
    def package(self, tmp_path, monkeypatch):
        """An installed package that declares the tables of a language."""
        about = tmp_path / "qq_tables-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: qq-tables\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text("[spacy_lookups]\nqq = qq_tables:qq\n")
        file = str(Path(__file__).with_name("lemma_lookup.json"))
        (tmp_path / "qq_tables.py").write_text(f"qq = {{'lemma_lookup': {file!r}}}\n")
        monkeypatch.syspath_prepend(tmp_path)


class TestReadLookups(LookupsSuite):
    name = "kernel.read_lookups.v1"
    settings = {"path": str(Path(__file__).with_name("lemma_lookup.json"))}
    goldens = GOLDENS

    def as_plain(self, value):
        return {name: dict(table) for name, table in value.items()}


class TestLentPipeline(ModuleSuite):
    name = "kernel.pipeline"
    names = (
        "DependencyParser",
        "EditTreeLemmatizer",
        "EntityRecognizer",
        "Lemmatizer",
        "Morphologizer",
        "MultiLabel_TextCategorizer",
        "Pipe",
        "SentenceRecognizer",
        "Sentencizer",
        "SpanCategorizer",
        "SpanFinder",
        "Tagger",
        "TextCategorizer",
        "Tok2Vec",
        "TrainablePipe",
        "merge_entities",
        "merge_noun_chunks",
        "merge_subtokens",
    )
    modules = (
        "dep_parser",
        "edit_tree_lemmatizer",
        "functions",
        "lemmatizer",
        "morphologizer",
        "ner",
        "pipe",
        "senter",
        "sentencizer",
        "span_finder",
        "spancat",
        "tagger",
        "textcat",
        "textcat_multilabel",
        "tok2vec",
        "trainable_pipe",
    )

    @pytest.mark.needs("kernel-nlp-architectures")
    def test_models_are_blocks_of_configs(self) -> None:
        from kernel.config import fill

        for name in self.modules:
            inside = import_module(f"kernel.pipeline.{name}")
            named = [value for key, value in vars(inside).items() if key.startswith("DEFAULT_")]
            blocks = [value for value in named if isinstance(value, dict)]
            assert [fill(block) for block in blocks] == blocks

    def test_classes_that_no_package_has_are_told(self, monkeypatch) -> None:
        monkeypatch.setitem(self.module()._ELSEWHERE, "Oracle", "oracle")
        said = "kernel.pipeline.Oracle: no package that is installed has it"
        with pytest.raises(ImportError, match=said):
            exec("from kernel.pipeline import Oracle")  # noqa: S102 (the line of the test)
        with pytest.raises(AttributeError, match=said):
            self.module().Oracle  # noqa: B018
        assert not hasattr(self.module(), "Oracle") and hasattr(self.module(), "EntityRecognizer")
        with pytest.raises(AttributeError, match="kernel.pipeline.oracle: no package"):
            self.module().oracle  # noqa: B018
        with pytest.raises(ImportError, match="cannot import name 'Tager'"):
            exec("from kernel.pipeline import Tager")  # noqa: S102 (the line of the test)

    def test_classes_of_other_packages_are_there_if_the_packages_are(self) -> None:
        if find_spec("kernel_matchers") is None:
            with pytest.raises(ImportError, match="pip install kernel-nlp-matchers"):
                exec("from kernel.pipeline import AttributeRuler")  # noqa: S102 (the line of the test)
        else:
            made = Language().add_pipe("attribute_ruler")
            assert type(made) is self.module().AttributeRuler is self.module().attributeruler.AttributeRuler

    def test_classes_are_those_of_the_components(self) -> None:
        made = Language().add_pipe("sentencizer")
        assert isinstance(made, self.module().Sentencizer)
        assert issubclass(self.module().EntityRecognizer, self.module().TrainablePipe)
