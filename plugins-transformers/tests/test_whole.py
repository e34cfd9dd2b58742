"""From texts to vectors of tokens through a real network: beside plain torch, one window and one token at a time."""

from __future__ import annotations

import gc
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from kernel_transformers.component import Transformer
from kernel_transformers.listener import build_transformer_listener
from kernel_transformers.model import attached, build_transformer_model
from kernel_transformers.spans.doc_spans import make_doc_spans
from kernel_transformers.spans.strided_spans import make_strided_spans
from thinc.api import reduce_max, reduce_mean

from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope
from kernel.testing.device import DeviceArray, StandInOps
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab

from . import small
from .oracle import expected

pytestmark = pytest.mark.filterwarnings("ignore:.*longer than its limit:kernel.errors.KernelWarning")

WORDS = ["the", "players", "unbelievable", "walk", "over", "Berlin", ",", "don't", "3.50", "!"]
STEADY = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def long_words(tokens: int) -> list[str]:
    return [WORDS[i * i % len(WORDS)] for i in range(tokens)]


def hard_docs(vocab: Vocab) -> list[Doc]:
    texts = [
        ["👩🏽‍🚀", "🇩🇪", "👨‍👩‍👧‍👦", "🚀" * 40, "☺️"],
        ["before", "x" * 3000, "after"],
        ["naïve" * 600],
        [],
        [" ", "   ", "\n"],
        ["שָׁלוֹם", "עולם", "مَرْحَبًا", "!"],
        long_words(30),
    ]
    return [Doc(vocab, words=words) for words in texts]


def gaps(docs: list[Doc]) -> list[list[Any]]:
    """Spans in any order that overlap, twice the same, empty, and leave tokens out."""
    return [[doc[len(doc) // 2 :], doc[1:2], doc[1:1], doc[1 : 2 * len(doc) // 3], doc[1:2]] for doc in docs]


def built(kind: str, spans: Any, **settings: Any) -> Any:
    model = build_transformer_model(str(small.shared(kind)), spans, **settings)
    with scope(seed=0):
        model.initialize()
    return model


def by_hand(kind: str, tokenizer: Any, docs: list[Doc], spans: Any) -> list[np.ndarray]:
    """The mean of the vectors of each token's pieces, zeros for a token that has none: loops over windows and tokens."""
    plain = transformers.AutoModel.from_pretrained(small.shared(kind)).eval()
    windows, rows = expected(tokenizer, docs, spans(docs))
    with torch.no_grad():
        found = [plain(input_ids=torch.tensor([ids])).last_hidden_state[0] for ids in windows]
    vectors = torch.cat(found).numpy()
    means = [vectors[own].mean(0, dtype="d") if own else np.zeros(vectors.shape[1], "f") for own in rows]
    borders = np.cumsum([0, *map(len, docs)])
    return [np.array(means[start:end]) for start, end in pairwise(borders)]


def vectors_of(component: Transformer, docs: list[Doc]) -> list[np.ndarray]:
    """What a listener with the mean as pooling gives to its component."""
    listener = build_transformer_listener(reduce_mean(), 1.0)
    width = component.model.get_dim("nO")
    for dim in ("nI", "nO"):
        listener.set_dim(dim, width)
    set_ops(listener).initialize()
    component.channel.add(listener, "0")
    for _ in component.pipe(docs, batch_size=len(docs)):
        pass
    return [np.asarray(array) for array in listener.predict(docs)]


@pytest.mark.parametrize(
    "spans", [make_doc_spans(), make_strided_spans(12, 8), gaps], ids=["whole", "strided", "gaps"]
)
@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-r"])
def test_vectors_of_tokens_are_those_of_plain_torch(kind: str, spans: Any) -> None:
    vocab = Vocab()
    docs = hard_docs(vocab)
    model = built(kind, spans)
    tokenizer = attached(model.shims[0].module).tokenizer
    found = vectors_of(Transformer(vocab, model), docs)
    covered = [{i for span in parts for i in range(span.start, span.end)} for parts in spans(docs)]
    for doc, vectors, wanted, own in zip(
        docs, found, by_hand(kind, tokenizer, docs, spans), covered, strict=True
    ):
        assert len(vectors) == len(doc)
        assert {i for i in range(len(doc)) if vectors[i].any()} == own
        if len(doc):
            # The mean over the thousands of pieces of one word is summed up in float32 here, in float64 there.
            few = np.array([len(token) < 1000 for token in doc])
            np.testing.assert_allclose(vectors[few], wanted[few], atol=1e-5, rtol=1e-5)
            np.testing.assert_allclose(vectors[~few], wanted[~few], atol=5e-5, rtol=5e-5)


def test_a_document_of_20000_tokens_is_that_of_plain_torch() -> None:
    vocab = Vocab()
    doc = Doc(vocab, words=long_words(20_000))
    # Longer than a window, so that every span is cut as well.
    spans = make_strided_spans(128, 96)
    model = built("bert", spans)
    tokenizer = attached(model.shims[0].module).tokenizer
    (vectors,) = vectors_of(Transformer(vocab, model), [doc])
    (wanted,) = by_hand("bert", tokenizer, [doc], spans)
    assert vectors.shape == (20_000, 16) and vectors.any(axis=1).all()
    np.testing.assert_allclose(vectors, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("step", [0, 1])
def test_gradients_through_listeners_and_network_are_those_of_finite_differences(step: int) -> None:
    vocab = Vocab()
    docs = [Doc(vocab, words=long_words(n)) for n in (9, 0, 3)]
    examples = [Example(doc, doc) for doc in docs]
    factors = [0.5, [2.0, 0.25][step]]
    listeners = [
        build_transformer_listener(reduce_mean(), 0.5),
        build_transformer_listener(reduce_max(), [2.0, 0.25]),
    ]
    model = built("bert", make_strided_spans(4, 3), transformer_config=STEADY)
    component = Transformer(vocab, model)
    module = model.shims[0].module.double()
    for number, listener in enumerate(listeners):
        for dim in ("nI", "nO"):
            listener.set_dim(dim, 16)
        set_ops(listener).initialize()
        component.channel.add(listener, str(number))

    def total() -> float:
        component.update(examples)
        loss = 0.0
        for factor, listener in zip(factors, listeners, strict=True):
            vectors, backprop = listener(docs, is_train=True)
            assert all(array.dtype == "float64" for array in vectors if len(array))
            backprop([np.cos(array) for array in vectors])
            loss += factor * sum(float(np.sin(array).sum()) for array in vectors)
        component.channel.close()
        return loss

    with scope(seed=0, step=step):
        total()
        gradients = {
            name: weight.grad.to_dense().clone()
            for name, weight in module.named_parameters()
            if weight.grad is not None
        }
        assert len(gradients) > 20
        rng = torch.Generator().manual_seed(0)
        for name, weight in module.named_parameters():
            if name not in gradients:
                continue
            direction = torch.randn(weight.shape, generator=rng, dtype=torch.float64)
            values = []
            for change in (1e-6, -2e-6):
                with torch.no_grad():
                    weight.add_(direction, alpha=change)
                values.append(total())
            with torch.no_grad():
                weight.add_(direction, alpha=1e-6)
            slope, given = (values[0] - values[1]) / 2e-6, float((gradients[name] * direction).sum())
            assert abs(slope - given) <= 1e-6 * max(1.0, abs(given)), name


@pytest.mark.slow
def test_10000_documents_that_are_held_hold_nothing_of_the_device() -> None:
    from kernel.language import Language

    nlp = Language()
    component = nlp.add_pipe(
        "transformer",
        config={
            "model": {
                "@architectures": "kernel.TransformerModel.v3",
                "name": str(small.shared("bert")),
                "get_spans": {"@span_getters": "kernel.strided_spans.v1", "window": 12, "stride": 8},
            }
        },
    )
    nlp.initialize()
    set_ops(component.model, StandInOps())

    def alive() -> tuple[int, int]:
        gc.collect()
        objects = gc.get_objects()
        return (
            sum(issubclass(type(each), torch.Tensor) for each in objects),
            sum(issubclass(type(each), DeviceArray) for each in objects),
        )

    def read(number: int) -> list[Doc]:
        return list(nlp.pipe((f"text {i} of many players" for i in range(number)), batch_size=128))

    read(300)
    before = alive()
    docs = read(10_000)
    assert alive() == before
    assert len(docs) == 10_000
    for doc in docs:
        rows = doc._.trf_data.rows
        assert type(rows) is np.ndarray and rows.base is None and rows.any()
