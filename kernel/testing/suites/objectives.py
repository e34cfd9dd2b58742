"""The suite for pretraining objectives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from thinc.api import Adam, HashEmbed, Model, set_dropout_rate

from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope, seed_all
from kernel.testing.device import on_pretended_device
from kernel.testing.gradients import check_gradients, randomise
from kernel.testing.samples import sample_docs
from kernel.testing.suites.base import Suite
from kernel.tokens import Doc
from kernel.tokens.features import token_features
from kernel.vocab import Vocab
from kernel.vocab.attrs import NORM

_WIDTH, _ROWS, _STEPS = 8, 64, 40


class ObjectiveSuite(Suite):
    """A pretraining objective: a function of the registry `architectures` that `[pretraining.objective]` names.

    It returns a function of (vocab, encoder) that makes a model around the encoder: documents to the loss of each of M
    predictions, one array (M,), whatever M is. Override `vocab` if the objective needs one with vectors, and `docs` if it needs
    other documents.
    """

    kind = "architectures"

    def vocab(self) -> Vocab:
        """A vocabulary for a test."""
        return Vocab()

    def docs(self, vocab: Vocab) -> list[Doc]:
        """Some documents without annotations."""
        return sample_docs(vocab)

    def encoder(self) -> Model[list[Doc], list[Any]]:
        """Token vectors of little size that depend on the word and on its neighbours."""
        return Model(
            "suite_encoder",
            _encode,
            init=_init_encoder,
            layers=[HashEmbed(_WIDTH, _ROWS, seed=5)],
            dims={"nO": _WIDTH},
        )

    def model(self) -> tuple[Any, list[Doc]]:
        """The objective's model with its first weights, and documents for it."""
        vocab = self.vocab()
        docs = self.docs(vocab)
        model = set_ops(self.build()(vocab, self.encoder()))
        seed_all(self.seed, self.name)
        with scope(seed=self.seed):
            model.initialize(X=docs)
        return model, docs

    def lively_model(self) -> tuple[Any, list[Doc]]:
        """The same with weights of which none is zero by its initialisation."""
        model, docs = self.model()
        randomise(model, self.seed)
        return model, docs

    def losses(self, model: Any, docs: Sequence[Doc], *, step: int = 0) -> Any:
        """The loss of each prediction."""
        with scope(seed=self.seed, step=step):
            return model.ops.to_numpy(model.predict(docs))

    def golden(self) -> Any:
        model, docs = self.lively_model()
        return self.losses(model, docs)

    def test_returns_a_function(self) -> None:
        assert callable(self.build()), "an objective returns a function of vocab and encoder"

    def test_the_encoder_is_part_of_the_model(self) -> None:
        vocab, encoder = self.vocab(), self.encoder()
        model = self.build()(vocab, encoder)
        assert any(node is encoder for node in model.walk()), (
            "the encoder that was given is not among the layers of the model, so that it would not be trained"
        )

    def test_gives_losses(self) -> None:
        model, docs = self.lively_model()
        found = [self.losses(model, docs, step=step) for step in range(5)]
        for losses in found:
            assert losses.ndim == 1, f"the output is the loss of each prediction, (M,), not {losses.shape}"
            assert losses.dtype == np.float32, f"the losses have the type {losses.dtype}, not float32"
            assert np.isfinite(losses).all(), "a loss is infinite or undefined"
        assert any(len(losses) for losses in found), "nothing was predicted in five tries"

    def test_documents_without_tokens(self) -> None:
        model, docs = self.lively_model()
        empty = Doc(docs[0].vocab)
        assert np.isfinite(self.losses(model, [empty, docs[0], empty])).all()
        for each in ([empty], []):
            assert not len(self.losses(model, each)), "there is a loss where there are no tokens"

    def test_documents_stay_as_they_are(self) -> None:
        model, docs = self.lively_model()
        before = [doc.to_json() for doc in docs]
        self.losses(model, docs)
        assert [doc.to_json() for doc in docs] == before, "the objective changed the documents"

    def test_equal_streams_give_equal_losses(self) -> None:
        model, docs = self.lively_model()
        first, second = self.losses(model, docs), self.losses(model, docs)
        assert np.array_equal(first, second), (
            "two passes with one seed differ: draw from kernel.numeric.random.current()"
        )

    def test_gradients(self) -> None:
        model, docs = self.lively_model()
        set_dropout_rate(model, 0.0)
        check_gradients(model, docs, seed=self.seed)

    def test_learns(self) -> None:
        """On a few documents that come again and again the loss falls."""
        model, docs = self.model()
        optimizer = Adam(0.01)
        before = _mean(self.losses(model, docs, step=step) for step in range(_STEPS))
        for step in range(_STEPS):
            with scope(seed=self.seed, step=step):
                losses, backprop = model.begin_update(docs)
                if len(losses):
                    backprop(model.ops.xp.full_like(losses, 1 / len(losses)))
            model.finish_update(optimizer)
        after = _mean(self.losses(model, docs, step=step) for step in range(_STEPS))
        assert after < before, f"the loss was {before:.4f}, and is {after:.4f} after {_STEPS} steps"

    def test_bytes_round_trip(self) -> None:
        model, _ = self.lively_model()
        data = model_to_bytes(model)
        other, _ = self.model()
        model_from_bytes(other, data, where=self.name)
        assert model_to_bytes(other) == data

    def test_computes_on_the_pretended_device(self) -> None:
        """Forward and backward pass compute with arrays of `model.ops`, as a GPU demands."""
        here, docs = self.lively_model()
        there = on_pretended_device(self.model()[0])
        model_from_bytes(there, model_to_bytes(here), where=self.name)
        found = []
        for model in (here, there):
            with scope(seed=self.seed):
                losses, backprop = model.begin_update(docs)
                backprop(model.ops.xp.full_like(losses, 1 / max(len(losses), 1)))
            found.append(model.ops.to_numpy(losses))
        np.testing.assert_allclose(found[1], found[0], rtol=1e-4, atol=1e-5)
        for one, other in zip(here.walk(), there.walk(), strict=True):
            for name in one.param_names:
                if one.has_grad(name):
                    gradient = other.ops.to_numpy(other.get_grad(name))
                    np.testing.assert_allclose(gradient, one.get_grad(name), rtol=1e-3, atol=1e-5)


def _mean(losses: Any) -> float:
    return float(np.concatenate(list(losses)).mean())


def _init_encoder(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    model.layers[0].initialize()


def _encode(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[list[Any], Callable[[list[Any]], list[Any]]]:
    """The hashed vector of each word, and half of that of the word before it."""
    ops = model.ops
    keys = ops.asarray(token_features(docs, [NORM])[:, 0])
    vectors, backprop_embed = model.layers[0](keys, is_train)
    lengths = [len(doc) for doc in docs]
    parts = ops.unflatten(vectors, lengths)
    made = []
    for part in parts:
        one = part.copy()
        one[1:] += 0.5 * part[:-1]
        made.append(one)

    def backprop(d_made: list[Any]) -> list[Any]:
        d_parts = []
        for d_one in d_made:
            d_part = d_one.copy()
            d_part[:-1] += 0.5 * d_one[1:]
            d_parts.append(d_part)
        backprop_embed(ops.as_contig(ops.flatten(d_parts)))
        return []

    return made, backprop
