"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

import numpy as np
from thinc.api import Model, Ragged, chain

from kernel import registry
from kernel.listeners import Channel
from kernel.testing import ArchitectureSuite, LayerSuite, ModuleSuite, sample_docs
from kernel.testing.gradients import arrays_forward
from kernel.tokens import Span
from kernel.vocab import Vocab

GOLDENS = Path(__file__).with_name("goldens.json")
WIDTH = 8
NO_WEIGHTS = "the layer has no weights and its output counts, so that there is no gradient"
TOK2VEC = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "width": WIDTH,
    "depth": 2,
    "embed_size": 40,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
    "pretrained_vectors": None,
}
BOW = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 2,
    "no_output_layer": False,
    "length": 64,
}


def rows(*lengths):
    generator = np.random.default_rng(0)
    return [generator.normal(size=(length, WIDTH)).astype("float32") for length in lengths]


def docs_with_vectors():
    """Sample documents; some of their words have vectors."""
    vocab = Vocab()
    generator = np.random.default_rng(0)
    for word in ("Anna", "apples", "pears", "is", "."):
        vocab.set_vector(word, generator.normal(size=5).astype("float32"))
    return sample_docs(vocab)


class Architecture(ArchitectureSuite):
    goldens = GOLDENS


class Encoder(Architecture):
    """From one array a document to another."""

    def inputs(self):
        return rows(7, 1, 3, 5)


class Classifier(Architecture):
    """Three classes, which initialisation learns from a sample of the output."""

    def targets(self):
        return np.zeros((1, 3), dtype="float32")


class Layer(LayerSuite):
    goldens = GOLDENS


class TestCharacterEmbed(Architecture):
    name = "kernel.CharacterEmbed.v2"
    settings = {"width": WIDTH, "rows": 40, "nM": 4, "nC": 3, "include_static_vectors": False}


class TestCharacterEmbedV1(TestCharacterEmbed):
    name = "kernel.CharacterEmbed.v1"
    settings = {**TestCharacterEmbed.settings, "include_static_vectors": True}

    def inputs(self):
        return docs_with_vectors()


def linked_docs():
    """Documents of one entity each; sentences of two tokens."""
    docs = sample_docs()
    for doc in docs:
        for token in doc:
            token.is_sent_start = token.i % 2 == 0
        doc.ents = [Span(doc, len(doc) // 2, len(doc) // 2 + 1, label="X")]
    return docs


class TestEntityLinker(Architecture):
    name = "kernel.EntityLinker.v2"
    settings = {"tok2vec": TOK2VEC}

    def inputs(self):
        return linked_docs()

    def targets(self):
        return np.zeros((1, 3), dtype="float32")


class TestEntityLinkerV1(Architecture):
    name = "kernel.EntityLinker.v1"
    settings = {"tok2vec": TOK2VEC}

    def targets(self):
        return np.zeros((1, 3), dtype="float32")


class TestHashEmbedCNN(Architecture):
    name = "kernel.HashEmbedCNN.v2"
    settings = {key: value for key, value in TOK2VEC.items() if key != "@architectures"}


class TestHashEmbedCNNV1(TestHashEmbedCNN):
    name = "kernel.HashEmbedCNN.v1"


class TestMaxoutWindowEncoder(Encoder):
    name = "kernel.MaxoutWindowEncoder.v2"
    settings = {"width": WIDTH, "window_size": 1, "maxout_pieces": 3, "depth": 2}


class TestMaxoutWindowEncoderV1(Architecture):
    name = "kernel.MaxoutWindowEncoder.v1"
    settings = TestMaxoutWindowEncoder.settings
    exempt = {"test_documents_do_not_see_each_other": "the rows are the tokens of one document"}

    def inputs(self):
        return rows(7)[0]


class TestMishWindowEncoder(Encoder):
    name = "kernel.MishWindowEncoder.v2"
    settings = {"width": WIDTH, "window_size": 1, "depth": 2}


class TestMishWindowEncoderV1(TestMaxoutWindowEncoderV1):
    name = "kernel.MishWindowEncoder.v1"
    settings = TestMishWindowEncoder.settings


class TestMultiHashEmbed(Architecture):
    name = "kernel.MultiHashEmbed.v2"
    settings = {"width": WIDTH, "attrs": ["NORM", "SHAPE"], "rows": [40, 20], "include_static_vectors": False}


def ngrams(docs):
    """All n-grams of one or two tokens of documents, or of arrays of rows."""
    parts = [
        [(start, start + size) for size in (1, 2) for start in range(len(doc) - size + 1)] for doc in docs
    ]
    places = np.array([place for part in parts for place in part], dtype="int32").reshape(-1, 2)
    return places, np.array([len(part) for part in parts], dtype="int32")


def as_ragged(model, X):
    """Arrays of rows as one, and the way back for its gradient."""
    lengths = [len(part) for part in X]
    made = Ragged(model.ops.flatten(X), model.ops.asarray(lengths, dtype="int32"))
    return made, lambda gradient: model.ops.unflatten(gradient.dataXd, lengths)


def with_ngrams(documents):
    """A layer that gives documents, in some form, and all of their n-grams."""

    def forward(model, X, is_train):
        ops = model.ops
        places, counts = ngrams(X)
        made, backprop = documents(model, X)
        return (made, Ragged(ops.asarray(places), ops.asarray(counts))), backprop

    return Model("with_ngrams", forward)


class TestSpanCategorizer(Classifier):
    """Over documents with all of their short n-grams."""

    name = "kernel.SpanCategorizer.v1"
    settings = {
        "tok2vec": TOK2VEC,
        "reducer": {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 6},
        "scorer": {"@layers": "kernel.LinearLogistic.v1"},
    }

    def build(self):
        return chain(with_ngrams(lambda model, docs: (docs, lambda gradient: gradient)), super().build())


class TestMultiHashEmbedV1(TestMultiHashEmbed):
    name = "kernel.MultiHashEmbed.v1"
    settings = {**TestMultiHashEmbed.settings, "include_static_vectors": True}

    def inputs(self):
        return docs_with_vectors()


class TestSpanFinder(Architecture):
    name = "kernel.SpanFinder.v1"
    settings = {"tok2vec": TOK2VEC, "scorer": {"@layers": "kernel.LinearLogistic.v1", "nO": 2}}
    exempt = {"test_output_fits_the_documents": "the output has the tokens of all documents in one array"}


class TestTagger(Classifier):
    name = "kernel.Tagger.v2"
    settings = {"tok2vec": TOK2VEC, "normalize": True}
    cross_entropy = True


class TestTaggerV1(Classifier):
    name = "kernel.Tagger.v1"
    settings = {"tok2vec": TOK2VEC}
    cross_entropy = True


class TestTextCatBOWV1(Classifier):
    name = "kernel.TextCatBOW.v1"
    settings = {"exclusive_classes": False, "ngram_size": 2, "no_output_layer": False}


class TestTextCatBOWV2(TestTextCatBOWV1):
    name = "kernel.TextCatBOW.v2"


class TestTextCatBOW(Classifier):
    name = "kernel.TextCatBOW.v3"
    settings = {key: value for key, value in BOW.items() if key != "@architectures"}


class TestTextCatCNN(Classifier):
    name = "kernel.TextCatCNN.v2"
    settings = {"tok2vec": TOK2VEC, "exclusive_classes": False}


class TestTextCatCNNV1(TestTextCatCNN):
    name = "kernel.TextCatCNN.v1"


class TestTextCatEnsembleV1(Classifier):
    name = "kernel.TextCatEnsemble.v1"
    settings = {
        "width": WIDTH,
        "embed_size": 40,
        "pretrained_vectors": False,
        "exclusive_classes": True,
        "ngram_size": 1,
        "window_size": 1,
        "conv_depth": 1,
        "dropout": None,
    }
    cross_entropy = True


class TestTextCatLowData(Classifier):
    name = "kernel.TextCatLowData.v1"
    settings = {"width": WIDTH, "dropout": 0.1}

    def inputs(self):
        return docs_with_vectors()


class TestTextCatParametricAttention(Classifier):
    name = "kernel.TextCatParametricAttention.v1"
    settings = {"tok2vec": TOK2VEC, "exclusive_classes": True}
    cross_entropy = True


class TestTextCatEnsemble(Classifier):
    name = "kernel.TextCatEnsemble.v2"
    settings = {"tok2vec": TOK2VEC, "linear_model": BOW}
    cross_entropy = True


class TestTextCatReduce(Classifier):
    name = "kernel.TextCatReduce.v1"
    cross_entropy = True
    settings = {
        "tok2vec": TOK2VEC,
        "exclusive_classes": True,
        "use_reduce_first": True,
        "use_reduce_last": True,
        "use_reduce_max": True,
        "use_reduce_mean": True,
    }


class TestTok2Vec(Architecture):
    name = "kernel.Tok2Vec.v2"
    settings = {
        "embed": {"@architectures": "kernel.MultiHashEmbed.v2", **TestMultiHashEmbed.settings},
        "encode": {"@architectures": "kernel.MaxoutWindowEncoder.v2", **TestMaxoutWindowEncoder.settings},
    }


class TestTok2VecV1(Architecture):
    name = "kernel.Tok2Vec.v1"
    settings = {
        "embed": {"@architectures": "kernel.MultiHashEmbed.v1", **TestMultiHashEmbed.settings},
        "encode": {"@architectures": "kernel.MaxoutWindowEncoder.v1", **TestMaxoutWindowEncoder.settings},
    }


class Always(Channel):
    """The channel of a source that has run on every document."""

    def __init__(self, name):
        super().__init__(name)
        docs = sample_docs()
        self.known = {doc.text: each for doc, each in zip(docs, rows(*map(len, docs)), strict=True)}

    def given(self, doc):
        return self.known.get(doc.text, rows(len(doc))[0])


class TestTok2VecListener(Architecture):
    """It hears from a source, which in training waits for a gradient."""

    name = "kernel.Tok2VecListener.v1"
    settings = {"width": WIDTH}

    def build(self):
        model = super().build()
        Always("source").add(model, "listener")
        return model

    def forward(self, model, X, is_train):
        channel = model.attrs["listener"].channel
        if is_train:
            channel.reset()
            vectors = [model.ops.asarray(channel.given(doc)) for doc in X]
            channel.publish(X, vectors, lambda gradients: gradients)
        return arrays_forward(model, X, is_train)


class TestTransitionBasedParser(Architecture):
    """The output scores states; here one state a token, with the token before it."""

    name = "kernel.TransitionBasedParser.v2"
    settings = {
        "tok2vec": TOK2VEC,
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 6,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": 4,
    }
    exempt = {
        "test_output_fits_the_documents": "the output belongs to states of the whole batch",
        "test_computes_on_the_pretended_device": "scores of states belong to the host, where the component chooses "
        "actions; test_a_device_computes_what_the_cpu_computes of the transition model has the rest",
    }

    def forward(self, model, X, is_train):
        scores, finish = model(X, is_train)
        ids = np.full((scores.n_tokens, scores.n_slots), -1, dtype="int32")
        ids[:, 0] = np.arange(scores.n_tokens)
        ids[:, 1] = np.arange(scores.n_tokens) - 1
        if not is_train:
            return [scores.score(ids)], finish
        found, backprop = scores.begin_update(ids)

        def backward(gradients):
            backprop(gradients[0])
            return finish(None)

        return [found], backward


class TestTransitionBasedParserV1(TestTransitionBasedParser):
    name = "kernel.TransitionBasedParser.v1"
    settings = {key: value for key, value in TestTransitionBasedParser.settings.items() if key != "use_upper"}


class TestTransitionBasedParserV3(TestTransitionBasedParserV1):
    name = "kernel.TransitionBasedParser.v3"


class TestCharEmbed(Layer):
    name = "kernel.CharEmbed.v1"
    settings = {"nM": 4, "nC": 3}


class TestFeatureExtractor(Layer):
    name = "kernel.FeatureExtractor.v1"
    settings = {"columns": ["NORM", "SHAPE", "ORTH"]}
    exempt = {"test_gradients": NO_WEIGHTS}


class TestStaticVectors(Layer):
    name = "kernel.StaticVectors.v2"
    settings = {"nO": WIDTH}

    def inputs(self):
        return docs_with_vectors()


class TestStaticVectorsV1(TestStaticVectors):
    name = "kernel.StaticVectors.v1"


class TestExtractNgrams(Layer):
    name = "kernel.extract_ngrams.v1"
    settings = {"ngram_size": 2}
    exempt = {"test_gradients": NO_WEIGHTS}


class TestExtractSpans(Layer):
    name = "kernel.extract_spans.v1"

    def inputs(self):
        return rows(7, 1, 3, 5)

    def build(self):
        def documents(model, X):
            made, backprop = as_ragged(model, X)
            return made, lambda gradient: backprop(gradient[0])

        return chain(with_ngrams(documents), super().build())

    exempt = {
        "test_all_shapes_are_known_after_initialisation": "the layer has no weights, and any width",
        "test_output_fits_the_documents": "the output belongs to spans",
        "test_empty_documents": "the output belongs to spans, of which an empty document has none",
        "test_documents_do_not_see_each_other": "the output belongs to spans",
    }


class TestLinearLogistic(Layer):
    name = "kernel.LinearLogistic.v1"
    settings = {"nO": 3}

    def inputs(self):
        return rows(12)[0]


class TestMeanMaxReducer(Layer):
    name = "kernel.mean_max_reducer.v1"
    settings = {"hidden_size": 6}

    def inputs(self):
        return rows(7, 1, 3, 5)

    def build(self):
        def forward(model, X, is_train):
            return as_ragged(model, X)

        return chain(Model("as_ragged", forward), super().build())

    exempt = {"test_empty_documents": "a span without tokens has no first one; it is refused"}


class TestPerWordForm(Layer):
    name = "kernel.per_word_form.v1"
    settings = {"layer": {"@architectures": "kernel.MultiHashEmbed.v2", **TestMultiHashEmbed.settings}}


class TestLentModule(ModuleSuite):
    name = "kernel.ml"
    names = ("FeatureExtractor", "StaticVectors", "per_word_form")
    modules = (
        "extract_ngrams",
        "extract_spans",
        "featureextractor",
        "models",
        "models.entity_linker",
        "models.parser",
        "models.span_finder",
        "models.spancat",
        "models.tagger",
        "models.textcat",
        "models.tok2vec",
        "staticvectors",
        "wordforms",
    )

    def test_the_layers_are_those_that_configs_name(self):
        from kernel.ml.featureextractor import FeatureExtractor
        from kernel.ml.staticvectors import StaticVectors

        assert StaticVectors is self.module().StaticVectors is registry.layers.get("kernel.StaticVectors.v2")
        assert FeatureExtractor is registry.layers.get("kernel.FeatureExtractor.v1")
        assert self.module().per_word_form is registry.layers.get("kernel.per_word_form.v1")

    def test_the_models_are_those_that_configs_name(self):
        from kernel.ml import models

        architectures = registry.architectures
        assert models.build_Tok2Vec_model is architectures.get("kernel.Tok2Vec.v2")
        assert models.MultiHashEmbed is architectures.get("kernel.MultiHashEmbed.v2")
        assert models.build_tb_parser_model is architectures.get("kernel.TransitionBasedParser.v2")
        assert models.build_spancat_model is architectures.get("kernel.SpanCategorizer.v1")
        assert models.spancat.build_linear_logistic is registry.layers.get("kernel.LinearLogistic.v1")
        assert models.textcat.build_text_classifier_v2 is architectures.get("kernel.TextCatEnsemble.v2")
        assert models.entity_linker.build_nel_encoder is architectures.get("kernel.EntityLinker.v2")
        assert models.span_finder.build_finder_model is architectures.get("kernel.SpanFinder.v1")
        assert models.tagger.build_tagger_model is architectures.get("kernel.Tagger.v2")
