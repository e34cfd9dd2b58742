"""What scripts and configs of the field do with a transformer, under the names here."""

import kernel_transformers
import numpy as np
import pytest
from kernel_transformers import Transformer, TransformerModel
from kernel_transformers.annotation_setters import null_annotation_setter
from kernel_transformers.span_getters import get_doc_spans

import kernel
from kernel.config import Config
from kernel.errors import UsageError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example

from . import small
from .letters import Letters

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-components", "kernel-nlp-languages")

TEXT = "A first sentence has nine words, as you see. Here is one more. And " + "so on " * 20 + "."
NER = """
[nlp]
lang = "en"
pipeline = ["sentencizer", "transformer", "ner"]

[components]

[components.sentencizer]
factory = "sentencizer"

[components.transformer]
factory = "transformer"

[components.transformer.model]
@architectures = "test.FieldLetters.v1"

[components.transformer.model.get_spans]
@span_getters = "custom_sent_spans"
max_length = 25

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v1"
state_type = "ner"
extra_state_tokens = false
hidden_width = 128
maxout_pieces = 3
use_upper = false

[components.ner.model.tok2vec]
@architectures = "kernel.TransformerListener.v1"
grad_factor = 1.0

[components.ner.model.tok2vec.pooling]
@layers = "reduce_mean.v1"
"""


@pytest.fixture(autouse=True)
def functions():
    kernel.registry.architectures("test.FieldLetters.v1")(
        lambda get_spans, width=12: Letters(get_spans, width)
    )

    @kernel_transformers.registry.span_getters("custom_sent_spans")
    def configure_custom_sent_spans(max_length: int):
        """Sentences, and pieces of those that are longer."""

        def get_custom_sent_spans(docs):
            return [
                [
                    sentence[start : start + max_length]
                    for sentence in doc.sents
                    for start in range(0, len(sentence), max_length)
                ]
                for doc in docs
            ]

        return get_custom_sent_spans


def trained():
    nlp = Language.from_config(Config().from_str(NER))
    words = ["Ada", "sleeps", "."]
    gold = Doc(nlp.vocab, words=words, ents=["B-PERSON", "O", "O"], sent_starts=[True, False, False])
    examples = [Example(Doc(nlp.vocab, words=words, sent_starts=[True, False, False]), gold)]
    nlp.initialize(lambda: examples)
    optimizer = nlp.create_optimizer()
    losses = [nlp.update(examples, sgd=optimizer, losses={})["ner"] for _ in range(30)]
    assert losses[-1] < losses[0]
    return nlp


def test_span_getters_of_ones_own():
    nlp = trained()
    doc = nlp(TEXT)
    windows = doc._.trf_data.wordpieces.lengths
    expected = [
        len(part)
        for sentence in doc.sents
        for part in [sentence[at : at + 25] for at in range(0, len(sentence), 25)]
    ]
    assert len(windows) == len(expected) and max(expected) == 25
    assert (doc._.trf_data.align.lengths > 0).all()


def test_vectors_of_every_document_of_a_stream():
    nlp = trained()
    for doc in nlp.pipe(["some text", "some other text"]):
        tokvecs = doc._.trf_data.tensors[-1]
        assert tokvecs.shape[-1] == 12


def test_a_gpu_that_is_not_there():
    if kernel.prefer_gpu():
        pytest.skip("there is a GPU")
    with pytest.raises(UsageError, match="GPU 0 was asked for"):
        kernel.require_gpu(0)


def test_the_same_in_python_and_in_a_config(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    folder = small.network(tmp_path / "bert", "bert")
    nlp = kernel.blank("en")
    trf = Transformer(
        nlp.vocab,
        TransformerModel(str(folder), get_spans=get_doc_spans, tokenizer_config={"use_fast": True}),
        set_extra_annotations=null_annotation_setter,
        max_batch_items=4096,
    )
    trf.model.initialize()
    other = nlp.add_pipe(
        "transformer",
        config={
            "max_batch_items": 4096,
            "model": {
                "@architectures": "kernel.TransformerModel.v3",
                "name": str(folder),
                "tokenizer_config": {"use_fast": True},
                "get_spans": {"@span_getters": "kernel.doc_spans.v1"},
            },
            "set_extra_annotations": {"@annotation_setters": "kernel.null_annotation_setter.v1"},
        },
    )
    nlp.initialize()
    one, two = (component(nlp.make_doc(TEXT[:60]))._.trf_data for component in (trf, other))
    np.testing.assert_array_equal(one.rows, two.rows)
    assert trf.to_bytes() == other.to_bytes()
