"""The objective that says a transformer's vector of each token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import numpy as np
from thinc.api import Linear, Model, zero_init

from kernel.config.ranges import NonEmpty, PositiveInt
from kernel.tokens import Doc
from kernel.vocab import Vocab
from kernel_transformers.distillation.teacher import Teacher
from kernel_transformers.model import Precision

Array = Any
# Texts of so many words tell how the transformer's vectors are spread; so many of them tell the encoder its shapes.
_SAMPLE_WORDS, _SAMPLE = 20_000, 10
# Below this a dimension hardly varies, and is not stretched any more.
_SMALLEST = 1e-3


def make_transformer_objective(
    name: str,
    layers: Annotated[Sequence[int], NonEmpty] = (4,),
    cache: PositiveInt = 2000,
    precision: Precision = "auto",
    transformer_config: dict[str, Any] = {},  # noqa: B006
) -> Callable[[Vocab, Model[Any, Any]], Model[Any, Any]]:
    """Predict a transformer's vectors of tokens by a linear layer; the loss is half the mean square of what is wrong.

    name: of the transformer, a folder or a name on the hub. layers: of these the mean is predicted; 0 is the embeddings, -1 the
    last layer. cache: megabytes of its vectors that are kept on disk during the run, so that it reads a text once; texts beyond it
    are read each time. precision: what it computes in, such as "bfloat16"; "auto" is float32. transformer_config: what stands in
    place of what its config.json says: `num_hidden_layers` leaves out layers above.

    What is predicted has mean 0 and variance 1 in each dimension over the first 20,000 words of the texts.
    """

    def create(vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        teacher = Teacher(name, layers, cache * 1_000_000, precision, transformer_config)
        output = Linear(init_W=zero_init)
        # A checkpoint keeps the arrays among the attributes.
        attrs = {"teacher": teacher, "sample_words": _SAMPLE_WORDS, "mean": None, "scale": None}
        return Model("distillation", _forward, init=_init, layers=[encoder, output], attrs=attrs)

    return create


def _init(model: Model[list[Doc], Array], X: Sequence[Doc] | None = None, Y: Any = None) -> None:
    encoder, output = model.layers
    teacher = model.attrs["teacher"]
    docs = list(X or [])
    encoder.initialize(X=docs[:_SAMPLE])
    teacher.initialize(model.ops)
    model.attrs["mean"], model.attrs["scale"] = _spread(teacher(docs))
    output.set_dim("nI", encoder.get_dim("nO"))
    output.set_dim("nO", teacher.width)
    output.initialize()


def _spread(vectors: Array) -> tuple[Array, Array]:
    """Of vectors (tokens, width) what is taken away from each, and what the rest is multiplied by, (width,)."""
    width = vectors.shape[1]
    if not len(vectors):
        return np.zeros(width, dtype="f"), np.ones(width, dtype="f")
    return vectors.mean(axis=0), 1 / np.maximum(vectors.std(axis=0), np.float32(_SMALLEST))


def _forward(
    model: Model[list[Doc], Array], docs: Sequence[Doc], is_train: bool
) -> tuple[Array, Callable[[Array], list[Doc]]]:
    encoder, output = model.layers
    ops = model.ops
    docs = [doc for doc in docs if len(doc)]
    if not docs:
        return ops.alloc1f(0), lambda d_losses: []
    truth = (model.attrs["teacher"](docs) - model.attrs["mean"]) * model.attrs["scale"]
    vectors, backprop_encoder = encoder(docs, is_train)
    guesses, backprop_output = output(ops.flatten(vectors), is_train)
    apart = guesses - ops.asarray2f(truth)
    losses = 0.5 * (apart * apart).mean(axis=1)

    def backprop(d_losses: Array) -> list[Doc]:
        d_guesses = apart * (d_losses / apart.shape[1])[:, None]
        d_vectors = backprop_output(ops.as_contig(d_guesses))
        backprop_encoder(ops.unflatten(d_vectors, [len(doc) for doc in docs]))
        return []

    return losses, backprop
