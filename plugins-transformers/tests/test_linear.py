"""Linear layers by oneDNN and numpy give what torch's own give."""

import copy
import gc
import inspect
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from kernel_transformers import chunks, dropout, linear

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
        with torch.inference_mode():
            torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rows", [1, linear.ROWS])
@pytest.mark.parametrize("function", [torch.nn.GELU(), torch.nn.GELU("tanh"), torch.nn.ReLU()])
def test_blocks_with_a_function(function: Any, rows: int) -> None:
    theirs, ours = pair(Intermediate(function))
    values = 3 * torch.randn(1, rows, 24)
    with torch.inference_mode():
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


def doubled(module: Any) -> None:
    with torch.no_grad():
        module[0].weight.mul_(2)


def loaded(module: Any) -> None:
    module.load_state_dict({name: 3 * each for name, each in module.state_dict().items()})


def replaced(module: Any) -> None:
    module[0].weight.data = module[0].weight.data + 1


def given_another(module: Any) -> None:
    module[0].weight = torch.nn.Parameter(module[0].weight.detach() - 1)


def moved(module: Any) -> None:
    module.double()[0].weight.data.mul_(2)
    module.float()


def written_past_the_count(module: Any) -> None:
    module[0].weight.detach().numpy()[:] += 1
    torch.autograd.graph.increment_version([module[0].weight])


CHANGES = [doubled, loaded, replaced, given_another, moved, written_past_the_count]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("train", [True, False])
def test_weights_that_have_changed_are_read_anew(change: Any, train: bool) -> None:
    theirs, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    values = torch.randn(5, 24)
    for _ in range(3):
        with torch.set_grad_enabled(train):
            torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)
        with torch.inference_mode():
            torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)
        change(theirs)
        change(ours)


def test_weights_are_put_in_order_once() -> None:
    _, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    layer, values = ours[0], torch.randn(5, 24)
    with torch.inference_mode():
        ours(values)
    found = layer.ordered.of(layer.weight)
    assert found is not layer.weight
    ours(values).sum().backward()
    assert layer.ordered.of(layer.weight) is found


def test_what_computes_elsewhere_holds_no_weights_in_order() -> None:
    _, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    with torch.inference_mode():
        ours(torch.randn(5, 24))
    # As on a GPU: oneDNN isn't asked.
    place = weakref.ref(ours[0].ordered.of(ours[0].weight))
    ours.double()(torch.randn(5, 24, dtype=torch.float64))
    gc.collect()
    assert place() is None


def test_weights_whose_changes_are_not_counted_are_read_as_they_are() -> None:
    with torch.inference_mode():
        theirs, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
        values = torch.randn(5, 24)
        for _ in range(2):
            torch.testing.assert_close(ours(values), theirs(values), rtol=1e-5, atol=1e-6)
            for module in (theirs, ours):
                module[0].weight.mul_(2)


def test_order_changes_no_result() -> None:
    """Whoever comes second to the same weights, or reads other rows beside them, gets the same."""
    _, ours = pair(torch.nn.Sequential(torch.nn.Linear(384, 384)))
    values = torch.randn(linear.ROWS, 384)
    with torch.inference_mode():
        first, again = ours(values), ours(values)
    assert torch.equal(first, again)
    assert torch.equal(ours(values), first)


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


def test_a_copy_is_made_after_weights_were_put_in_order() -> None:
    _, ours = pair(torch.nn.Sequential(torch.nn.Linear(24, 40)))
    values = torch.randn(2, 24)
    with torch.inference_mode():
        expected = ours(values)
        torch.testing.assert_close(copy.deepcopy(ours)(values), expected)
    assert list(ours.state_dict()) == ["0.weight", "0.bias"]


class Chunked(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = torch.nn.Linear(2, 2)

    def feed_forward_chunk(self, rows: Any) -> Any:
        return self.dense(rows)


def test_functions_of_chunks_tell_their_signature_and_are_copied_with_their_layer() -> None:
    module = Chunked()
    rows = torch.ones(1, 2)
    expected = module.feed_forward_chunk(rows)
    for _ in range(2):
        chunks.install(module)
    assert list(inspect.signature(module.feed_forward_chunk).parameters) == ["rows"]
    assert torch.equal(module.feed_forward_chunk(rows), expected)
    other = copy.deepcopy(module)
    assert list(inspect.signature(other.feed_forward_chunk).parameters) == ["rows"]
    with torch.no_grad():
        other.dense.weight.zero_()
        other.dense.bias.zero_()
    assert not other.feed_forward_chunk(rows).any()
    assert torch.equal(module.feed_forward_chunk(rows), expected)


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Python doesn't look for circles meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.usefixtures("without_collector")
def test_a_network_that_nobody_has_any_more_is_free_at_once() -> None:
    """Python counts objects, not what they weigh: a circle around a network may be there for a long time."""
    made = torch.nn.Sequential(Chunked(), Intermediate(torch.nn.GELU()), torch.nn.Dropout(0.1))
    for kind in (chunks, dropout, linear):
        kind.install(made)
    with torch.inference_mode():
        made[0].feed_forward_chunk(torch.ones(1, 2))
        made[1](torch.ones(1, 24))
    copied = copy.deepcopy(made)
    places = [weakref.ref(layer) for module in (made, copied) for layer in module.modules()]
    del made, copied
    assert [place() for place in places] == [None] * len(places)
