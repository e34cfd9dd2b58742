"""Every registered name of the package goes through the suite of its kind."""

from importlib.util import find_spec
from pathlib import Path

import pytest

import kernel
from kernel import registry
from kernel.component import Component
from kernel.language import Language
from kernel.testing import CommandSuite, ComponentSuite, MiscSuite, ModuleSuite, ScorerSuite
from kernel.tokens import Span

GOLDENS = Path(__file__).with_name("goldens.json")
HERE = Path(__file__).parent
IDS = {"Anna": "Q1", "Berlin": "Q2", "Ben": "Q3", "Clara": "Q5", "New York": "Q4"}
TOK2VEC = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "width": 16,
    "depth": 1,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
    "pretrained_vectors": None,
}
needs_models = pytest.mark.skipif(
    find_spec("kernel_architectures") is None or find_spec("kernel_components") is None,
    reason="needs kernel-nlp-architectures and kernel-nlp-components",
)


def load_kb(vocab):
    from kernel.kb import InMemoryLookupKB

    kb = InMemoryLookupKB(vocab, 4)
    for number, (name, entity) in enumerate(IDS.items()):
        kb.add_entity(entity, 1, [number == place for place in range(4)])
        kb.add_entity(f"{entity}b", 1, [1, 1, 0, number])
        kb.add_alias(name, [f"{entity}b", entity], [0.5, 0.4])
    return kb


class Names(Component):
    """Sets entities for the linker: whatever has a name of the knowledge base."""

    def __call__(self, doc):
        words = [token.text for token in doc]
        doc.ents = [
            Span(doc, place, place + 1, label="NAME") for place, word in enumerate(words) if word in IDS
        ]
        return doc


def make_names(nlp, name):
    return Names(name)


# The file is imported twice, under different names.
if not registry.has("factories", "linking_test_names"):
    Language.factory("linking_test_names", assigns=["doc.ents"], func=make_names)


class Linking(ComponentSuite):
    pytestmark = needs_models
    name = "entity_linker"
    before = {"sentencizer": {}, "names": {"factory": "linking_test_names"}}

    def pipeline(self, *, initialize=True):
        nlp, linker = super().pipeline(initialize=False)
        linker.set_kb(load_kb)
        if initialize:
            from kernel.numeric.random import scope, seed_all

            seed_all(self.seed, self.name)
            with scope(seed=self.seed):
                nlp.initialize(lambda: self.examples(nlp))
        return nlp, linker

    def examples(self, nlp):
        found = super().examples(nlp)
        for example in found:
            gold = example.reference
            gold.ents = [
                Span(gold, ent.start, ent.end, label=ent.label_, kb_id=IDS.get(ent.text, "NIL"))
                for ent in gold.ents
            ]
        return found


class TestEntityLinker(Linking):
    goldens = GOLDENS
    settings = {"model": {"@architectures": "kernel.EntityLinker.v2", "tok2vec": TOK2VEC}}


class TestEntityLinkerV1(Linking):
    goldens = None
    settings = {"model": {"@architectures": "kernel.EntityLinker.v1", "tok2vec": TOK2VEC}}


class TestEntityLinkerThatListens(Linking):
    goldens = None
    settings = {
        "model": {
            "@architectures": "kernel.EntityLinker.v2",
            "tok2vec": {"@architectures": "kernel.Tok2VecListener.v1", "width": 16},
        }
    }
    before = {"tok2vec": {"model": TOK2VEC}, **Linking.before}


class TestScorer(ScorerSuite):
    name = "kernel.entity_linker_scorer.v1"
    goldens = GOLDENS
    perfect = ("nel_micro_p", "nel_micro_r", "nel_micro_f", "nel_macro_f", "nel_score")

    def gold(self):
        found = super().gold()
        for example in found:
            gold = example.reference
            gold.ents = [
                Span(gold, ent.start, ent.end, label=ent.label_, kb_id=ent.text) for ent in gold.ents
            ]
        return found


class Misc(MiscSuite):
    goldens = GOLDENS

    def as_plain(self, value):
        return self.told(value)


def content(kb):
    return [
        kb.entity_vector_length,
        {entity: kb.get_vector(entity) for entity in kb.get_entity_strings()},
        {
            alias: [[c.entity_, c.prior_prob, c.entity_freq] for c in kb.get_alias_candidates(alias)]
            for alias in kb.get_alias_strings()
        },
    ]


class TestEmptyKBv1(Misc):
    name = "kernel.EmptyKB.v1"
    settings = {"entity_vector_length": 5}

    def told(self, built):
        return content(built(kernel.blank("xx").vocab))


class TestEmptyKBv2(Misc):
    name = "kernel.EmptyKB.v2"

    def told(self, built):
        return content(built(kernel.blank("xx").vocab, 6))


class TestKBFromFile(Misc):
    name = "kernel.KBFromFile.v1"
    settings = {"kb_path": HERE / "data" / "entities.kb"}

    def told(self, built):
        return content(built(kernel.blank("xx").vocab))


class TestKBFromJsonl(Misc):
    name = "kernel.KBFromJsonl.v1"
    settings = {"path": HERE / "data" / "entities.jsonl", "entity_vector_length": 8}

    def told(self, built):
        return content(built(kernel.blank("xx").vocab))


class TestCandidateGenerator(Misc):
    name = "kernel.CandidateGenerator.v1"

    def told(self, built):
        doc = kernel.blank("en")("Ben met Ada")
        kb = load_kb(doc.vocab)
        return [[c.entity_ for c in built(kb, doc[place : place + 1])] for place in (0, 2)]


class TestCandidateBatchGenerator(Misc):
    name = "kernel.CandidateBatchGenerator.v1"

    def told(self, built):
        doc = kernel.blank("en")("Ben met Ada")
        return [[c.entity_ for c in each] for each in built(load_kb(doc.vocab), [doc[0:1], doc[2:3]])]


class TestInitKb(CommandSuite):
    kind = "cli_init"
    name = "kb"
    goldens = GOLDENS


class TestKbModule(ModuleSuite):
    name = "kernel.kb"
    names = ("Candidate", "InMemoryLookupKB", "KnowledgeBase", "get_candidates", "get_candidates_batch")
    modules = ("candidate", "kb", "kb_in_memory")


class TestEntityLinkerModule(ModuleSuite):
    name = "kernel.pipeline.entity_linker"
    names = ("DEFAULT_NEL_MODEL", "EntityLinker")
