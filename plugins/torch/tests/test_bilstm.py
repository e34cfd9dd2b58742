"""The encoder of LSTMs computes what torch's own bidirectional LSTM does, however documents are grouped."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from kernel_torch.bilstm import WASTE, layout
from thinc.types import Ragged

from kernel import registry
from kernel.config import resolve
from kernel.errors import KernelError, UsageError
from kernel.numeric.random import scope, seed_all

WIDTH = 6


def build(depth: int = 2, dropout: float = 0.0, width: int = WIDTH) -> Any:
    return registry.get("architectures", "kernel.TorchBiLSTMEncoder.v1")(
        width=width, depth=depth, dropout=dropout
    )


def rows(*lengths: int) -> list[Any]:
    generator = np.random.default_rng(len(lengths))
    return [generator.normal(size=(length, WIDTH)).astype("float32") for length in lengths]


def reference(model: Any, X: list[Any]) -> list[Any]:
    """torch's bidirectional LSTMs with the weights of the model, one document at a time."""
    module = model.shims[0].module
    found = []
    for array in X:
        vectors = torch.from_numpy(array)
        for there, back in zip(module.there, module.back, strict=True):
            both = torch.nn.LSTM(WIDTH, WIDTH // 2, bidirectional=True)
            with torch.no_grad():
                for name, value in there.named_parameters():
                    getattr(both, name).copy_(value)
                for name, value in back.named_parameters():
                    getattr(both, f"{name}_reverse").copy_(value)
            vectors = both(vectors)[0] if len(vectors) else vectors
        found.append(vectors.detach().numpy())
    return found


def test_equals_bidirectional_lstms_of_torch() -> None:
    model, X = build(), rows(3, 0, 9, 1, 2, 2, 30, 0, 4)
    model.initialize(X=X)
    for found, expected in zip(model.predict(X), reference(model, X), strict=True):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_gradients_of_the_input_are_those_of_torch() -> None:
    model, X = build(depth=1), rows(3, 9, 1, 20)
    model.initialize(X=X)
    outputs, backprop = model(X, True)
    gradients = backprop([2 * output for output in outputs])
    module = model.shims[0].module
    for array, gradient in zip(X, gradients, strict=True):
        given = torch.from_numpy(array).requires_grad_()
        there = module.there[0](given)[0]
        back = module.back[0](given.flip(0))[0].flip(0)
        (there.square().sum() + back.square().sum()).backward()
        np.testing.assert_allclose(gradient, given.grad.numpy(), atol=1e-6)


@pytest.mark.parametrize("lengths", [[5], [1, 1], [0, 3, 0], [8, 1, 7, 2, 6, 3, 100, 9]])
def test_layout_has_every_token_once_in_either_direction(lengths: list[int]) -> None:
    there, back = layout(lengths)
    starts = np.cumsum(lengths) - lengths
    for groups, wanted in ((there, lambda start, size: range(start, start + size)),
                           (back, lambda start, size: range(start + size - 1, start - 1, -1))):  # fmt: skip
        columns = [column[column >= 0].tolist() for group in groups for column in group.T]
        pairs = zip(starts, lengths, strict=True)
        assert sorted(columns) == sorted(list(wanted(start, size)) for start, size in pairs if size)
    for group in there:
        assert group.size <= (1 + WASTE) * (group >= 0).sum()


def test_takes_ragged_rows() -> None:
    model, X = build(), rows(3, 1, 4)
    model.initialize(X=X)
    ragged = Ragged(np.concatenate(X), np.array([3, 1, 4], dtype="i"))
    output, backprop = model(ragged, True)
    np.testing.assert_allclose(output.dataXd, np.concatenate(model.predict(X)), atol=1e-6)
    assert backprop(output).dataXd.shape == (8, WIDTH)


def test_without_layers_the_input_comes_out() -> None:
    model, X = build(depth=0), rows(3, 1)
    model.initialize(X=X)
    outputs, backprop = model(X, True)
    assert all(one is other for one, other in zip(outputs, X, strict=True))
    assert backprop(X) is X


def test_dropout_lies_between_layers_and_follows_the_seed() -> None:
    X = rows(5, 3)
    for depth, differs in ((1, False), (2, True)):
        model = build(depth=depth, dropout=0.5)
        model.initialize(X=X)
        first, second, other = (
            _trained(model, X, seed) for seed in (0, 0, 1)
        )  # fmt: skip
        assert np.array_equal(first, second)
        assert np.array_equal(first, other) is not differs
        assert np.allclose(first, np.concatenate(model.predict(X)), atol=1e-6) is not differs


def _trained(model: Any, X: Any, seed: int) -> Any:
    with scope(seed=seed):
        return np.concatenate(model(X, True)[0])


def test_first_weights_follow_the_seed_and_leave_torchs_generator_alone() -> None:
    weights = []
    for seed in (3, 3, 4):
        model = build()
        seed_all(seed, "model")
        before = torch.get_rng_state()
        model.initialize(X=rows(2))
        assert torch.equal(torch.get_rng_state(), before)
        weights.append(model.shims[0].to_bytes())
    assert weights[0] == weights[1] != weights[2]


def test_odd_widths_and_other_widths_are_refused() -> None:
    with pytest.raises(UsageError, match="width must be even"):
        build(width=5)
    with pytest.raises(KernelError, match="has width 6, but the vectors that it is given have 4"):
        build().predict([np.zeros((2, 4), dtype="float32")])


def test_a_config_names_it() -> None:
    block = {"@architectures": "kernel.TorchBiLSTMEncoder.v1", "width": 4, "depth": 1, "dropout": 0.1}
    assert resolve(block).get_dim("nO") == 4
