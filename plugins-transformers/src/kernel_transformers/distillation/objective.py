"""The objective that says a transformer's vector of each token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from thinc.api import Linear, Model, zero_init

from kernel.config.ranges import NonEmpty, PositiveInt
from kernel.tokens import Doc
from kernel.vocab import Vocab
from kernel_transformers.distillation.teacher import Teacher

Array = Any


def make_transformer_objective(
    name: str, layers: Annotated[Sequence[int], NonEmpty] = (4,), cache: PositiveInt = 2000
) -> Callable[[Vocab, Model[Any, Any]], Model[Any, Any]]:
    """Predict a transformer's vectors of tokens by a linear layer; the loss is half the mean square of what is wrong.

    name: of the transformer, a folder or a name on the hub. layers: of these the mean is predicted; 0 is the embeddings, -1 the
    last layer. cache: megabytes of its vectors that are kept on disk during the run, so that it reads a text once; texts beyond it
    are read each time. Vectors have mean 0 and variance 1 in each dimension, as estimated from a few texts.
    """

    def create(vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        teacher = Teacher(name, layers, cache * 1_000_000)
        output = Linear(init_W=zero_init)
        return Model(
            "distillation", _forward, init=_init, layers=[encoder, output], attrs={"teacher": teacher}
        )

    return create


def _init(model: Model[list[Doc], Array], X: Sequence[Doc] | None = None, Y: Any = None) -> None:
    encoder, output = model.layers
    teacher = model.attrs["teacher"]
    encoder.initialize(X=X)
    teacher.initialize(X or [], model.ops)
    output.set_dim("nI", encoder.get_dim("nO"))
    output.set_dim("nO", teacher.width)
    output.initialize()


def _forward(
    model: Model[list[Doc], Array], docs: Sequence[Doc], is_train: bool
) -> tuple[Array, Callable[[Array], list[Doc]]]:
    encoder, output = model.layers
    ops = model.ops
    docs = [doc for doc in docs if len(doc)]
    if not docs:
        return ops.alloc1f(0), lambda d_losses: []
    truth = ops.asarray2f(model.attrs["teacher"](docs))
    vectors, backprop_encoder = encoder(docs, is_train)
    guesses, backprop_output = output(ops.flatten(vectors), is_train)
    apart = guesses - truth
    losses = 0.5 * (apart * apart).mean(axis=1)

    def backprop(d_losses: Array) -> list[Doc]:
        d_guesses = apart * (d_losses / apart.shape[1])[:, None]
        d_vectors = backprop_output(ops.as_contig(d_guesses))
        backprop_encoder(ops.unflatten(d_vectors, [len(doc) for doc in docs]))
        return []

    return losses, backprop
