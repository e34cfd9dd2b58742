"""Linear layers by oneDNN and numpy give what torch's own give."""

import copy
from typing import Any

import pytest
from kernel_transformers import linear

torch = pytest.importorskip("torch")


class Intermediate(torch.nn.Module):
    """A block of the shape that `transformers` gives BERT's."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.dense = torch.nn.Linear(24, 96)
        self.intermediate_act_fn = function

    def forward(self, hidden_states: Any) -> Any:
        return self.intermediate_act_fn(self.dense(hidden_states))


def pair(module: Any) -> tuple[Any, Any]:
    """A module as torch has it, and one that is installed."""
    ours = copy.deepcopy(module)
    linear.install(ours)
    return module, ours


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("shape", [(24,), (5, 24), (2, 700, 24), (0, 24)])
@pytest.mark.parametrize("bias", [True, False])
def test_predictions(shape: tuple[int, ...], bias: bool) -> None:
    theirs, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40, bias=bias)))
    values = torch.randn(shape)
    with torch.inference_mode():
        torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rows", [1, linear.ROWS])
def test_values_that_do_not_lie_side_by_side(rows: int) -> None:
    theirs, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    table = torch.randn(24, 3, rows)
    for values in (table.permute(2, 1, 0), table.permute(2, 1, 0)[:, 0], table[:, 0, :1].T.expand(rows, 24)):
        with torch.inference_mode(), linear.packed(rows, {}):
            torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rows", [1, linear.ROWS])
@pytest.mark.parametrize("function", [torch.nn.GELU(), torch.nn.GELU("tanh"), torch.nn.ReLU()])
def test_blocks_with_a_function(function: Any, rows: int) -> None:
    theirs, ours = pair(Intermediate(function))
    values = 3 * torch.randn(1, rows, 24)
    with torch.inference_mode(), linear.packed(rows, {}):
        torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("bias", [True, False])
def test_gradients(bias: bool) -> None:
    theirs, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40, bias=bias), torch.nn.Linear(40, 8)))
    found = []
    for module in (theirs, ours):
        values = torch.linspace(-1, 1, 2 * 9 * 24).reshape(2, 9, 24).requires_grad_()
        module(values).square().sum().backward()
        found.append([values.grad, *(each.grad for each in module.parameters())])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_no_gradient_of_what_is_frozen() -> None:
    _, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    ours[0].weight.requires_grad_(False)
    ours(torch.randn(3, 24)).sum().backward()
    assert ours[0].weight.grad is None
    assert torch.equal(ours[0].bias.grad, torch.full((40,), 3.0))


def test_weights_are_put_in_order_once_and_again_when_asked_anew() -> None:
    theirs, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    values = torch.randn(linear.ROWS, 24)
    weights: dict[int, Any] = {}
    for _ in range(2):
        with torch.inference_mode(), linear.packed(linear.ROWS, weights):
            ours(values)
    assert len(weights) == 1
    with torch.no_grad():
        for module in (theirs, ours):
            module[0].weight.mul_(2)
    with torch.inference_mode(), linear.packed(linear.ROWS, {}):
        torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)


def test_few_rows_are_read_with_the_weights_as_they_are() -> None:
    _, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    weights: dict[int, Any] = {}
    with torch.inference_mode(), linear.packed(linear.ROWS - 1, weights):
        ours(torch.randn(3, 24))
    assert not weights


def test_other_numbers_are_left_to_torch() -> None:
    theirs, ours = pair(Intermediate(torch.nn.GELU()).double())
    values = torch.randn(4, 24, dtype=torch.float64)
    assert torch.equal(ours(values), theirs(values))
    theirs, ours = pair(Intermediate(torch.nn.GELU()))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(ours(values.float()), theirs(values.float()))


def test_a_copy_has_weights_of_its_own() -> None:
    _, ours = pair(torch.nn.Sequential(Intermediate(torch.nn.GELU())))
    other = copy.deepcopy(ours)
    with torch.no_grad():
        other[0].dense.weight.zero_()
        other[0].dense.bias.zero_()
        assert not other(torch.ones(2, 24)).any()
        assert ours(torch.ones(2, 24)).any()
