"""Texts for plugins that build models."""

from kernel.cli.scaffold.kinds import Kind

_THINC = ("thinc>=8.3,<9",)

ARCHITECTURES = Kind(
    module="encoder",
    function="build_encoder",
    registered="$owner.Encoder.v1",
    about="a small encoder: vectors of tokens from their word forms and their neighbours",
    requires=_THINC,
    code='''"""A small encoder: each token by its word form, mixed with its neighbours."""

from collections.abc import Callable

from kernel.tokens import Doc
from kernel.tokens.features import token_features
from kernel.vocab.attrs import intify
from thinc.api import (
    HashEmbed,
    Maxout,
    Model,
    chain,
    clone,
    expand_window,
    residual,
    with_array,
)
from thinc.types import Floats2d, Ints2d


def build_encoder(
    width: int = 96, rows: int = 5000, depth: int = 2
) -> Model[list[Doc], list[Floats2d]]:
    """Documents to one array (tokens, width) each.

    width: of the vectors. rows: of the table that word forms are hashed into.
    depth: number of layers; each sees one more token on either side.
    """
    layer = residual(
        chain(expand_window(1), Maxout(width, 3 * width, nP=3, normalize=True))
    )
    # A seed of its own: without one it would depend on what was built before.
    embed = HashEmbed(width, rows, column=0, seed=1)
    model = chain(
        word_forms(),
        with_array(embed),
        with_array(clone(layer, depth), pad=depth),
    )
    model.set_dim("nO", width)
    return model


def word_forms() -> Model[list[Doc], list[Ints2d]]:
    """The number of each token's lower-case form: arrays (tokens, 1)."""
    return Model("word_forms", forward)


def forward(
    model: Model[list[Doc], list[Ints2d]], docs: list[Doc], is_train: bool
) -> tuple[list[Ints2d], Callable[[list[Ints2d]], list[Doc]]]:
    features = model.ops.asarray2i(
        token_features(docs, [intify("LOWER")]), dtype="uint64"
    )

    def backprop(gradients: list[Ints2d]) -> list[Doc]:
        return []

    return model.ops.unflatten(features, [len(doc) for doc in docs]), backprop
''',
    test='''"""The encoder goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import ArchitectureSuite


class TestEncoder(ArchitectureSuite):
    name = "$owner.Encoder.v1"
    settings: ClassVar = {"width": 8, "rows": 50, "depth": 2}
''',
    config={
        "components.tagger.model": '@architectures = "kernel.Tagger.v2"',
        "components.tagger.model.tok2vec": '@architectures = "$owner.Encoder.v1"\nwidth = 96\nrows = 5000\ndepth = 2',
    },
)

LAYERS = Kind(
    module="scale",
    function="build_scale",
    registered="$owner.Scale.v1",
    about="a layer that learns a factor for each column",
    requires=_THINC,
    code='''"""A layer that learns a factor for each column."""

from collections.abc import Callable

from thinc.api import Model
from thinc.types import Floats2d


def build_scale(nO: int | None = None) -> Model[Floats2d, Floats2d]:
    """Multiply each column by a weight of its own: (rows, nO) to (rows, nO)."""
    return Model("scale", forward, init=init, params={"scale": None}, dims={"nO": nO})


def init(
    model: Model[Floats2d, Floats2d],
    X: Floats2d | None = None,
    Y: Floats2d | None = None,
) -> None:
    if X is not None and model.has_dim("nO") is None:
        model.set_dim("nO", X.shape[1])
    model.set_param("scale", model.ops.alloc1f(model.get_dim("nO")) + 1)


def forward(
    model: Model[Floats2d, Floats2d], X: Floats2d, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
    scale = model.get_param("scale")

    def backprop(dY: Floats2d) -> Floats2d:
        model.inc_grad("scale", (dY * X).sum(axis=0))
        return dY * scale

    return X * scale, backprop
''',
    test='''"""The layer goes through the conformance suite."""

from typing import Any

import numpy as np
from kernel.testing import LayerSuite


class TestScale(LayerSuite):
    name = "$owner.Scale.v1"

    def inputs(self) -> Any:
        return np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
''',
)
