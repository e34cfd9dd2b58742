"""The component `transformer`, with a model that needs no torch."""

import gc
import sys
import weakref

import numpy as np
import pytest
from kernel_transformers import FullTransformerBatch, Transformer, TransformerData
from kernel_transformers.component import packed
from kernel_transformers.span_getters import get_doc_spans

import kernel
from kernel.errors import ConfigError, KernelError, KernelWarning
from kernel.language import Language
from kernel.numeric.parameters import Parameters
from kernel.testing.device import DeviceArray, StandInOps
from kernel.tokens import Doc, DocBin
from kernel.training import Example

from .letters import Letters

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-components")

LISTENER = {"@architectures": "kernel.TransformerListener.v1", "pooling": {"@layers": "reduce_mean.v1"}}
TAGGER = {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER}
# As the field sets it for a transformer.
NER = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 128,
    "maxout_pieces": 3,
    "use_upper": False,
    "tok2vec": LISTENER,
}
TEXTCAT = {"@architectures": "kernel.TextCatCNN.v2", "exclusive_classes": True, "tok2vec": LISTENER}
LETTERS = {
    "@architectures": "test.Letters.v1",
    "get_spans": {"@span_getters": "kernel.strided_spans.v1", "window": 4, "stride": 3},
    "width": 12,
}


@pytest.fixture(autouse=True)
def letters():
    kernel.registry.architectures("test.Letters.v1")(lambda get_spans, width=12: Letters(get_spans, width))


def examples_of(nlp):
    texts = [
        "Anna lives in Berlin",
        "In Berlin sleeps Anna",
        "Paris is far",
        "He walks through Paris and Berlin with Anna today",
    ]
    made = []
    for text in texts:
        words = text.split()
        gold = Doc(
            nlp.vocab,
            words=words,
            tags=["NAME" if word.istitle() else "WORD" for word in words],
            ents=["B-NAME" if word.istitle() else "O" for word in words],
        )
        gold.cats = {"LONG": float(len(words) > 5), "SHORT": float(len(words) <= 5)}
        made.append(Example(Doc(nlp.vocab, words=words), gold))
    return made


def pipeline(**components):
    nlp = Language()
    nlp.add_pipe("transformer", config={"model": LETTERS})
    for name, model in components.items():
        nlp.add_pipe(name, config={"model": model})
    nlp.initialize(lambda: examples_of(nlp))
    return nlp


def trained(nlp, steps=20, **settings):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.05
    losses = []
    for _ in range(steps):
        losses.append(nlp.update(examples_of(nlp), sgd=optimizer, losses={}, **settings))
    return losses


def annotations(docs):
    return [
        ([token.tag_ for token in doc], [(ent.text, ent.label_) for ent in doc.ents], doc.cats)
        for doc in docs
    ]


TEXTS = ["Anna sleeps in Paris", "", "today", "Berlin and Paris and Anna are far from Berlin today"]


def test_several_components_learn_with_one_transformer():
    nlp = pipeline(tagger=TAGGER, ner=NER, textcat=TEXTCAT)
    before = nlp.get_pipe("transformer").model.get_param("E").copy()
    losses = trained(nlp)
    for name in ("tagger", "ner", "textcat"):
        assert losses[-1][name] < 0.7 * losses[0][name]
    assert np.abs(nlp.get_pipe("transformer").model.get_param("E") - before).max() > 0.01
    assert {"transformer", "tagger", "ner", "textcat"} == losses[0].keys()
    # One forward pass a step, however many listen.
    assert nlp.get_pipe("transformer").model.attrs["runs"].modes.count(True) == 20
    for listener in ("tagger", "ner", "textcat"):
        assert nlp.get_pipe(listener).model.get_ref("tok2vec").get_dim("nO") == 12


def test_what_documents_keep():
    nlp = pipeline(tagger=TAGGER)
    for text, doc in zip(TEXTS, nlp.pipe(TEXTS), strict=True):
        data = doc._.trf_data
        assert isinstance(data, TransformerData) and len(data) == len(doc)
        alone = nlp(text)._.trf_data
        np.testing.assert_allclose(data.rows, alone.rows, rtol=1e-6)
        np.testing.assert_array_equal(data.align.lengths, alone.align.lengths)
        assert data.tensors[-1].shape[-1] == data.width == 12
    assert Doc(nlp.vocab)._.trf_data is None


def test_documents_of_a_like_length_go_together_and_come_back_in_order():
    nlp = pipeline(tagger=TAGGER)
    component = nlp.get_pipe("transformer")
    component.max_batch_items = 12
    seen = []
    component.set_extra_annotations = lambda docs, batch: seen.append([len(doc) for doc in docs])
    lengths = [3, 1, 7, 0, 2, 20, 3]
    docs = [Doc(nlp.vocab, words=["word"] * length) for length in lengths]
    assert list(component.pipe(docs)) == docs
    assert seen == [[20], [7], [3, 3, 2, 1], [0]]
    assert [len(doc._.trf_data) for doc in docs] == lengths


def test_packs_are_full():
    docs = [[0] * length for length in (5, 1, 4, 2, 3, 0)]
    assert [list(map(len, part)) for part in packed(docs, 10)] == [[5, 4], [3, 2, 1], [0]]
    assert [list(map(len, part)) for part in packed(docs, 1)] == [[5], [4], [3], [2], [1], [0]]
    assert list(packed([], 10)) == []


def test_set_extra_annotations_gets_documents_and_the_batch():
    nlp = pipeline(tagger=TAGGER)
    if not Doc.has_extension("custom_attr"):
        Doc.set_extension("custom_attr", default=None)

    def custom_annotation_setter(docs, trf_data):
        assert isinstance(trf_data, FullTransformerBatch)
        for doc, data in zip(docs, list(trf_data.doc_data), strict=True):
            doc._.custom_attr = data

    nlp.get_pipe("transformer").set_extra_annotations = custom_annotation_setter
    doc = nlp("This is a text")
    assert isinstance(doc._.custom_attr, TransformerData)
    assert doc._.custom_attr is doc._.trf_data and doc._.custom_attr.tensors[0].shape[-1] == 12


def test_a_setter_comes_from_the_config():
    called = []
    kernel.registry.annotation_setters("test.counting_setter.v1")(
        lambda: lambda docs, trf_data: called.append(len(docs))
    )
    nlp = Language()
    nlp.add_pipe(
        "transformer",
        config={
            "model": LETTERS,
            "set_extra_annotations": {"@annotation_setters": "test.counting_setter.v1"},
        },
    )
    nlp.initialize(lambda: examples_of(nlp))
    nlp("one text")
    assert called == [1]


def test_in_code_as_in_a_config():
    nlp = kernel.blank("xx")
    component = Transformer(
        nlp.vocab, Letters(get_doc_spans, 12), set_extra_annotations=lambda *_: None, max_batch_items=7
    )
    component.model.initialize()
    assert component.name == "transformer" and component.max_batch_items == 7
    assert component(nlp("some words"))._.trf_data.width == 12


def test_batches_without_tokens():
    nlp = pipeline(tagger=TAGGER, ner=NER)
    empty = [Example(Doc(nlp.vocab), Doc(nlp.vocab))]
    assert nlp.update(empty, sgd=None, losses={})["transformer"] == 0
    assert [len(doc._.trf_data) for doc in nlp.pipe(["", ""])] == [0, 0]


def test_a_frozen_transformer_annotates_and_keeps_nothing_for_a_backward_pass():
    nlp = pipeline(tagger=TAGGER)
    component = nlp.get_pipe("transformer")
    before = component.to_bytes()
    component.model.attrs["runs"].modes.clear()
    losses = trained(nlp, exclude=["transformer"], annotates=["transformer"])
    assert losses[-1]["tagger"] < losses[0]["tagger"]
    assert component.to_bytes() == before
    assert component.model.attrs["runs"].modes == [False] * 20


def test_a_frozen_transformer_that_does_not_annotate_is_an_error():
    nlp = pipeline(tagger=TAGGER)
    with pytest.raises(KernelError, match="has not run"):
        trained(nlp, steps=1, exclude=["transformer"])


def summed_gradients(size):
    """Path -> the gradient that an optimizer gets, when a batch is learnt in shards of a size."""
    nlp, sums = pipeline(tagger=TAGGER, ner=NER), {}
    parameters, examples = Parameters(nlp.models()), examples_of(nlp)
    for start in range(0, 4, size):
        nlp.update(examples[start : start + size], sgd=False)
        parameters.collect()

    def remember(key, weights, gradient):
        sums[key] = gradient.copy()
        return weights, gradient

    parameters.step(remember)
    return sums


def test_shards_do_not_matter():
    whole, parts = summed_gradients(4), summed_gradients(1)
    assert whole.keys() == parts.keys()
    np.testing.assert_allclose(whole["transformer:E"], parts["transformer:E"], atol=1e-5)


def test_saved_and_loaded(tmp_path):
    nlp = pipeline(tagger=TAGGER, ner=NER)
    trained(nlp, 3)
    nlp.to_disk(tmp_path / "saved")
    loaded = kernel.load(tmp_path / "saved")
    assert annotations(loaded.pipe(TEXTS)) == annotations(nlp.pipe(TEXTS))
    assert sorted(path.name for path in (tmp_path / "saved" / "transformer").iterdir()) == ["cfg", "model"]


def test_processes_give_the_same():
    if "jax" in sys.modules:
        pytest.skip("workers are new interpreters then, which don't know the model of this file")
    nlp = pipeline(tagger=TAGGER)
    texts = TEXTS * 4
    here = list(nlp.pipe(texts, batch_size=4))
    there = list(nlp.pipe(texts, batch_size=4, n_process=2))
    assert annotations(there) == annotations(here)
    for one, other in zip(here, there, strict=True):
        np.testing.assert_allclose(one._.trf_data.rows, other._.trf_data.rows, rtol=1e-6)


def test_listeners_are_replaced_by_copies(tmp_path):
    nlp = pipeline(tagger=TAGGER, ner=NER)
    trained(nlp, 5)
    before = annotations(nlp.pipe(TEXTS))
    nlp.replace_listeners("transformer", "tagger", ["model.tok2vec"])
    block = nlp.config["components"]["tagger"]["model"]["tok2vec"]
    assert block["@architectures"] == "kernel.PooledTransformer.v1"
    assert block["transformer"]["@architectures"] == "test.Letters.v1"
    assert annotations(nlp.pipe(TEXTS)) == before
    nlp.to_disk(tmp_path / "saved")
    loaded = kernel.load(tmp_path / "saved", exclude=["transformer", "ner"])
    assert [each[0] for each in annotations(loaded.pipe(TEXTS))] == [each[0] for each in before]
    # Its own copy learns by itself.
    shared, own = (nlp.get_pipe(name).to_bytes() for name in ("transformer", "tagger"))
    trained(nlp, 2, exclude=["transformer", "ner"])
    assert nlp.get_pipe("transformer").to_bytes() == shared
    assert nlp.get_pipe("tagger").to_bytes() != own
    assert nlp.get_pipe("tagger").model.get_ref("tok2vec").layers[0].get_param("E") is not None


def test_components_are_taken_from_another_pipeline(tmp_path):
    nlp = pipeline(tagger=TAGGER, ner=NER)
    trained(nlp, 5)
    before = annotations(nlp.pipe(TEXTS))
    other = Language(vocab=nlp.vocab)
    other.add_pipe("transformer", source=nlp)
    other.add_pipe("tagger", source=nlp)
    other.add_pipe("ner", config={"model": NER})
    other.initialize(lambda: examples_of(other))
    assert [each[0] for each in annotations(other.pipe(TEXTS))] == [each[0] for each in before]
    assert other.get_pipe("ner").model.get_ref("tok2vec").get_dim("nO") == 12
    assert trained(other, 3)[-1]["ner"] > 0


def test_a_copied_pipeline_shares_nothing():
    nlp = pipeline(tagger=TAGGER)
    other = kernel.Language.from_config(nlp.config) if not hasattr(nlp, "copy") else nlp.copy()
    other.from_bytes(nlp.to_bytes())
    before = annotations(nlp.pipe(TEXTS))
    assert annotations(other.pipe(TEXTS)) == before
    trained(other, 5)
    assert annotations(nlp.pipe(TEXTS)) == before != annotations(other.pipe(TEXTS))


def test_rehearses():
    nlp = pipeline(tagger=TAGGER)
    trained(nlp, 10)
    optimizer = nlp.resume_training()
    assert max(nlp.rehearse(examples_of(nlp), sgd=False, losses={}).values()) < 1e-9
    trained(nlp, 3)
    optimizer.learn_rate = 0.01
    losses = [nlp.rehearse(examples_of(nlp), sgd=optimizer, losses={})["tagger"] for _ in range(15)]
    assert 0 < losses[-1] < losses[0]


def test_documents_that_are_kept_hold_nothing_on_the_device(monkeypatch):
    nlp = pipeline(tagger=TAGGER)
    from kernel.numeric.ops import set_ops

    for _, component in nlp.pipeline:
        set_ops(component.model, StandInOps())
    batches = []
    predict = Transformer.predict

    def watched(self, docs):
        batch = predict(self, docs)
        assert isinstance(batch.rows, DeviceArray)
        batches.append(weakref.ref(batch.rows))
        return batch

    monkeypatch.setattr(Transformer, "predict", watched)
    docs = list(nlp.pipe((f"text {number} of many" for number in range(2000)), batch_size=100))
    gc.collect()
    assert len(batches) >= 20
    assert [batch for batch in batches if batch() is not None] == []
    for doc in docs:
        data = doc._.trf_data
        assert type(data.rows) is np.ndarray and data.rows.base is None
    held = [each for each in gc.get_objects() if issubclass(type(each), DeviceArray)]
    assert sum(each.size for each in held) <= sum(
        node.get_param(name).size
        for _, one in nlp.pipeline
        for node in one.model.walk()
        for name in node.param_names
    )


def test_a_component_that_runs_later_finds_what_a_document_keeps():
    nlp = pipeline(tagger=TAGGER)
    trained(nlp, 5)
    expected = annotations([nlp(TEXTS[0])])
    with nlp.select_pipes(disable="tagger"):
        doc = nlp(TEXTS[0])
    gc.collect()
    assert annotations([nlp.get_pipe("tagger")(doc)]) == expected


def test_stored_documents_keep_it():
    nlp = pipeline(tagger=TAGGER)
    doc = nlp(TEXTS[0])
    (found,) = DocBin().from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes()).get_docs(nlp.vocab)
    np.testing.assert_array_equal(found._.trf_data.rows, doc._.trf_data.rows)


def test_a_listener_before_its_transformer_is_a_mistake_of_the_config():
    nlp = Language()
    nlp.add_pipe("tagger", config={"model": TAGGER})
    with pytest.raises(ConfigError, match="listens to a shared source"):
        nlp.initialize(lambda: examples_of(nlp))


def test_two_transformers_and_a_listener_of_one():
    nlp = Language()
    nlp.add_pipe("transformer", name="small", config={"model": {**LETTERS, "width": 4}})
    nlp.add_pipe("transformer", name="large", config={"model": {**LETTERS, "width": 9}})
    listener = {**LISTENER, "upstream": "small"}
    nlp.add_pipe("tagger", config={"model": {**TAGGER, "tok2vec": listener}})
    with pytest.warns(KernelWarning, match="nothing that learns listens to 'large'"):
        nlp.initialize(lambda: examples_of(nlp))
    assert nlp.get_pipe("tagger").model.get_ref("tok2vec").get_dim("nO") == 4
    assert trained(nlp, 2)[-1]["tagger"] > 0


def test_tok2vec_beside_a_transformer():
    nlp = Language()
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("transformer", config={"model": LETTERS})
    tok2vec = {"@architectures": "kernel.Tok2VecListener.v1", "width": 96, "upstream": "tok2vec"}
    nlp.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": tok2vec}})
    nlp.add_pipe("ner", config={"model": {**NER, "tok2vec": {**LISTENER, "upstream": "transformer"}}})
    nlp.initialize(lambda: examples_of(nlp))
    losses = trained(nlp, 10)
    assert losses[-1]["tagger"] < losses[0]["tagger"] and losses[-1]["ner"] < losses[0]["ner"]


TOK2VEC_TAGGER = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {"@architectures": "kernel.Tok2VecListener.v1", "width": 96},
}


def test_listeners_pass_over_sources_of_the_other_kind():
    nlp = Language()
    nlp.add_pipe("transformer", config={"model": LETTERS})
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("tagger", name="far", config={"model": TAGGER})
    nlp.add_pipe("tagger", name="near", config={"model": TOK2VEC_TAGGER})
    nlp.initialize(lambda: examples_of(nlp))
    assert nlp.get_pipe("transformer").channel.owners == ["far"]
    assert nlp.get_pipe("tok2vec").channel.owners == ["near"]
    losses = trained(nlp, 2)[-1]
    assert losses["transformer"] > 0 and losses["tok2vec"] > 0
    assert len(nlp("Anna lives in Berlin")) == 4


@pytest.mark.parametrize(
    ("source", "tagger", "message"),
    [
        ("tok2vec", TAGGER, "its listener takes rows of word pieces, but 'tok2vec' gives token vectors"),
        (
            "transformer",
            TOK2VEC_TAGGER,
            "its listener takes token vectors, but 'transformer' gives rows of word",
        ),
    ],
)
def test_a_listener_of_the_other_kind_is_refused(source, tagger, message):
    nlp = Language()
    nlp.add_pipe(source, config={"model": LETTERS} if source == "transformer" else {})
    nlp.add_pipe("tagger", config={"model": tagger})
    with pytest.raises(ConfigError, match=message) as caught:
        nlp.initialize(lambda: examples_of(nlp))
    assert "kernel.TransformerListener.v1 to a transformer" in str(caught.value)


def test_tokens_merged_between_the_transformer_and_its_listener_are_told():
    nlp = pipeline(tagger=TAGGER)
    doc = nlp("Anna lives in Berlin")
    with doc.retokenize() as merging:
        merging.merge(doc[0:2])
    with pytest.raises(KernelError, match="'transformer', which has run on a Doc when it had 4 tokens"):
        nlp.get_pipe("tagger")(doc)
