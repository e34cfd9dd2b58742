"""The vectors of some tokens are those of the whole, and so are the gradients."""

from typing import Any

import numpy as np
import pytest
from kernel_architectures.tok2vec.encoders.some_tokens import steps
from thinc.api import set_dropout_rate

from kernel import registry
from kernel.numeric.ops import set_ops
from kernel.testing.gradients import randomise
from kernel.tokens import Doc
from kernel.vocab import Vocab

LENGTHS = [3, 0, 1, 12, 7, 2]


def tok2vec(window: int, depth: int) -> Any:
    embed = registry.architectures.get("kernel.MultiHashEmbed.v2")(
        width=8, attrs=["NORM", "SHAPE"], rows=[50, 20], include_static_vectors=False
    )
    encode = registry.architectures.get("kernel.MaxoutWindowEncoder.v2")(
        width=8, window_size=window, maxout_pieces=2, depth=depth
    )
    model = set_ops(registry.architectures.get("kernel.Tok2Vec.v2")(embed, encode))
    model.initialize()
    randomise(model, 1)
    set_dropout_rate(model, 0.0)
    return model


def documents() -> list[Doc]:
    vocab, draw = Vocab(), np.random.default_rng(0)
    return [Doc(vocab, words=[f"w{number}" for number in draw.integers(30, size=size)]) for size in LENGTHS]


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("window", [1, 2])
@pytest.mark.parametrize("places", [[0], [2, 3, 4, 15, 24], list(range(25))])
def test_vectors_and_gradients_are_those_of_the_whole(
    window: int, depth: int, places: list[int], padded: bool
) -> None:
    model, docs = tok2vec(window, depth), documents()
    model.get_ref("encode").attrs["padded"] = padded
    chosen = np.array(places)
    whole, backprop_whole = model(docs, True)
    flat = np.concatenate(whole)
    noise = np.random.default_rng(1).normal(size=(len(places), 8)).astype("f")
    d_flat = np.zeros_like(flat)
    d_flat[chosen] = noise
    backprop_whole(model.ops.unflatten(d_flat, LENGTHS))
    expected = {(node.id, name): node.get_grad(name).copy() for node, name in gradients(model)}
    for node, name in gradients(model):
        node.set_grad(name, 0 * node.get_grad(name))
    found, backprop = model.attrs["vectors_at"](model, docs, chosen, True)
    np.testing.assert_allclose(found, flat[chosen], rtol=1e-4, atol=1e-5)
    backprop(noise)
    for node, name in gradients(model):
        np.testing.assert_allclose(node.get_grad(name), expected[node.id, name], rtol=1e-3, atol=1e-4)


def gradients(model: Any) -> list[tuple[Any, str]]:
    return [(node, name) for node in model.walk() for name in node.param_names if node.has_grad(name)]


def test_only_what_is_needed_is_computed() -> None:
    """Against a walk from each row to its neighbours, document by document."""
    draw = np.random.default_rng(2)
    for _ in range(20):
        lengths = draw.integers(0, 9, size=6).tolist()
        total = sum(lengths)
        if not total:
            continue
        rows = np.flatnonzero(draw.random(total) < 0.3)
        document = np.repeat(np.arange(6), lengths)
        wanted = set(rows.tolist())
        for step in reversed(steps(lengths, rows, 2, 3)):
            wanted = {
                other
                for row in wanted
                for other in range(row - 2, row + 3)
                if 0 <= other < total and document[other] == document[row]
            }
            assert step.read.tolist() == sorted(wanted)
