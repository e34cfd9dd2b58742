"""Texts for plugins that say what is learnt from raw text."""

from kernel.cli.scaffold.kinds import Kind

OBJECTIVES = Kind(
    module="objective",
    function="make_objective",
    registered="$owner.PretrainSwaps.v1",
    registry="architectures",
    about="an objective of pretraining: tell words that were exchanged from the rest",
    requires=("numpy>=2,<3", "thinc>=8.3,<9"),
    code='''"""Words that were exchanged for others of their document are told from the rest."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from kernel.config.ranges import Fraction
from kernel.numeric import random
from kernel.tokens import Doc
from kernel.vocab import Vocab
from thinc.api import Linear, Model

Array = Any


def make_objective(
    share: Fraction = 0.15,
) -> Callable[[Vocab, Model[Any, Any]], Model[Any, Any]]:
    """Say of each token whether it was exchanged. share: of the tokens that are."""

    def create(vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        layers = [encoder, Linear(nO=1)]
        return Model("swaps", forward, init=init, layers=layers, attrs={"share": share})

    return create


def init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    encoder, output = model.layers
    encoder.initialize(X=X)
    output.set_dim("nI", encoder.get_dim("nO"))
    output.initialize()


def forward(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[Array, Callable[[Array], list[Doc]]]:
    """Docs to the loss of each token, (tokens of all documents,)."""
    encoder, output = model.layers
    ops = model.ops
    if not any(len(doc) for doc in docs):
        return ops.alloc1f(0), lambda d_losses: []
    made, swapped = exchanged(docs, model.attrs["share"])
    vectors, backprop_encoder = encoder(made, is_train)
    scores, backprop_output = output(ops.flatten(vectors), is_train)
    signs = ops.asarray1f(np.where(swapped, 1.0, -1.0).astype("float32"))
    margins = scores[:, 0] * signs

    def backprop(d_losses: Array) -> list[Doc]:
        d_scores = -signs * ops.sigmoid(-margins) * d_losses
        d_vectors = backprop_output(d_scores[:, None])
        backprop_encoder(ops.unflatten(d_vectors, [len(doc) for doc in docs]))
        return []

    return ops.xp.logaddexp(0, -margins), backprop


def exchanged(docs: Sequence[Doc], share: float) -> tuple[list[Doc], Array]:
    """Documents in which some words are others, and whether each token is."""
    draw = random.current()
    made, changed = [], []
    for doc in docs:
        others = doc.rows[draw.integers(max(len(doc), 1), size=len(doc))]
        rows = np.where(draw.random(len(doc)) < share, others, doc.rows)
        made.append(Doc.from_rows(doc.vocab, doc.table, rows, doc.spaces, None))
        changed.append(rows != doc.rows)
    return made, np.concatenate(changed)
''',
    test='''"""The objective goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import ObjectiveSuite


class TestObjective(ObjectiveSuite):
    name = "$owner.PretrainSwaps.v1"
    settings: ClassVar = {"share": 0.3}
''',
)
