"""Every registered name of the package goes through the suite of its kind."""

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from kernel import registry
from kernel.listeners import Channel
from kernel.testing import ArchitectureSuite, ComponentSuite, MiscSuite, ObjectiveSuite, sample_docs
from kernel.testing.gradients import arrays_forward

GOLDENS = Path(__file__).with_name("goldens.json")
WIDTH = 6
LETTERS = {
    "@architectures": "test.SuiteLetters.v1",
    "get_spans": {"@span_getters": "kernel.strided_spans.v1", "window": 4, "stride": 3},
    "width": WIDTH,
}
POOLING = {"@layers": "reduce_mean.v1"}


@registry.architectures("test.SuiteLetters.v1")
def letters(get_spans, width: int):
    # Here, because this file is also read as it lies.
    from .letters import Letters

    return Letters(get_spans, width)


class SpanGetter(MiscSuite):
    """A span getter: returns a function from documents to a list of spans for each."""

    kind = "span_getters"
    goldens = "goldens.json"

    def as_plain(self, getter):
        docs = sample_docs()
        for doc in docs:
            for token in doc:
                token.is_sent_start = token.i % 4 == 0
        return [[(span.start, span.end) for span in spans] for spans in getter(docs)]


class TestDocSpans(SpanGetter):
    name = "kernel.doc_spans.v1"


class TestSentSpans(SpanGetter):
    name = "kernel.sent_spans.v1"


class TestStridedSpans(SpanGetter):
    name = "kernel.strided_spans.v1"
    settings = {"window": 5, "stride": 3}


class AnnotationSetter(MiscSuite):
    kind = "annotation_setters"
    goldens = "goldens.json"

    def as_plain(self, setter):
        docs = sample_docs()
        before = [dict(doc.user_data) for doc in docs]
        setter(docs, None)
        return [dict(doc.user_data) == one for doc, one in zip(docs, before, strict=True)]


class TestNullAnnotationSetter(AnnotationSetter):
    name = "kernel.null_annotation_setter.v1"


class Always(Channel):
    """The channel of a source that has run on every document."""

    def __init__(self, name):
        super().__init__(name)
        model = letters(registry.get("span_getters", "kernel.doc_spans.v1")(), WIDTH)
        model.initialize()
        self.model = model

    def given(self, doc):
        return self.model.predict([doc]).split_by_doc()[0]


class TestTransformerListener(ArchitectureSuite):
    """It hears from a source, which in training waits for a gradient."""

    name = "kernel.TransformerListener.v1"
    settings = {"pooling": POOLING}
    goldens = GOLDENS

    def build(self):
        model = super().build()
        for dim in ("nI", "nO"):
            model.set_dim(dim, WIDTH)
        Always("source").add(model, "listener")
        return model

    def forward(self, model, X, is_train):
        channel = model.attrs["listener"].channel
        if is_train:
            channel.reset()
            channel.publish(X, [channel.given(doc) for doc in X], lambda gradients: gradients)
        return arrays_forward(model, X, is_train)


class TestPooledTransformer(ArchitectureSuite):
    name = "kernel.PooledTransformer.v1"
    settings = {"transformer": LETTERS, "pooling": POOLING, "grad_factor": 1.0}
    goldens = GOLDENS


@pytest.mark.skipif(
    not all(map(find_spec, ("kernel_architectures", "kernel_components"))),
    reason="needs a component of kernel-nlp-components that listens",
)
class TestTransformer(ComponentSuite):
    """Nothing learns without a listener."""

    name = "transformer"
    learn_rate = 0.05
    settings = {"model": LETTERS}
    goldens = GOLDENS
    after = {
        "tagger": {
            "model": {
                "@architectures": "kernel.Tagger.v2",
                "tok2vec": {"@architectures": "kernel.TransformerListener.v1", "pooling": POOLING},
            }
        }
    }


class TransformerModel(ArchitectureSuite):
    """A small BERT with random weights, and without dropout, which its own config decides."""

    goldens = GOLDENS

    def build(self, **changes):
        from .small import shared

        folder = shared("bert of characters", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        return super().build(**{"name": str(folder)} | changes)

    def forward(self, model, X, is_train):
        batch, backprop = model(X, is_train)
        ends = batch.wordpieces.doc_rows.tolist()
        parts = [batch.rows[start:end] for start, end in pairwise(ends)]
        return parts, backprop


SPANS = {"get_spans": {"@span_getters": "kernel.strided_spans.v1", "window": 5, "stride": 3}}


@pytest.mark.needs("torch", "transformers")
class TestTransformerModel(TransformerModel):
    name = "kernel.TransformerModel.v3"
    settings = SPANS


@pytest.mark.needs("torch", "transformers")
class TestTransformerModelV2(TransformerModel):
    name = "kernel.TransformerModel.v2"
    settings = SPANS


@pytest.mark.needs("torch", "transformers")
class TestTransformerModelV1(TransformerModel):
    name = "kernel.TransformerModel.v1"
    settings = SPANS


@pytest.mark.needs("torch", "transformers")
class TestTok2VecTransformer(TransformerModel):
    name = "kernel.Tok2VecTransformer.v3"
    settings = {**SPANS, "pooling": POOLING, "grad_factor": 1.0}

    def forward(self, model, X, is_train):
        return arrays_forward(model, X, is_train)


@pytest.mark.needs("torch", "transformers")
class TestTok2VecTransformerV2(TestTok2VecTransformer):
    name = "kernel.Tok2VecTransformer.v2"
    settings = {**SPANS, "tokenizer_config": {"use_fast": True}, "pooling": POOLING}


@pytest.mark.needs("torch", "transformers")
class TestTok2VecTransformerV1(TestTok2VecTransformer):
    name = "kernel.Tok2VecTransformer.v1"
    settings = {**SPANS, "tokenizer_config": {"use_fast": True}, "pooling": POOLING}


@pytest.mark.needs("torch", "transformers")
class TestPretrainTransformer(ObjectiveSuite):
    name = "kernel.PretrainTransformer.v1"
    settings = {"layers": [1, 2]}
    goldens = GOLDENS

    def build(self, **changes):
        from .small import shared

        return super().build(**{"name": str(shared("bert of characters"))} | changes)
