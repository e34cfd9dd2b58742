"""The shim: gradients, precision, shards, bytes, copies, checkpoints."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep
from typing import Any

import numpy as np
import pytest
from thinc.api import Adam, Model, NumpyOps, Optimizer

torch = pytest.importorskip("torch")

from kernel_torch.scale import LossScale
from kernel_torch.shim import TorchShim, torch_shim

from kernel.errors import DataError, KernelWarning, UsageError
from kernel.numeric.parameters import Parameters
from kernel.numeric.random import scope

nn = torch.nn


def network(dropout: float = 0.0) -> Any:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Dropout(dropout), nn.Linear(6, 3))


def rows(number: int = 8, kind: str = "f") -> Any:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(number, 4)).astype(kind))


def gradients(shim: TorchShim) -> dict[str, Any]:
    return {name: each.grad.clone() for name, each in shim.module.named_parameters() if each.grad is not None}


def learn(shim: TorchShim, X: Any, seed: int = 0, **settings: Any) -> Any:
    """A forward and backward pass whose output is its own gradient. Returns the output."""
    with scope(seed=seed):
        output, backprop = shim.run(lambda module: module(X), train=True, **settings)
        backprop(output.detach())
    return output.detach()


def weights(shim: TorchShim) -> dict[str, Any]:
    return {name: each.detach().clone() for name, each in shim.module.named_parameters()}


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return set(one) == set(other) and all(torch.equal(one[name], other[name]) for name in one)


# Forward and backward passes


def test_gradients_are_those_of_finite_differences() -> None:
    module = network().double()
    shim, X = torch_shim(module), rows(5, "d").requires_grad_()
    output, backprop = shim.run(lambda module: module(X), train=True, inputs=[X])
    direction = torch.from_numpy(np.random.default_rng(1).normal(size=tuple(output.shape)))
    backprop(direction)
    for tensor in [X, *module.parameters()]:
        flat, found = tensor.detach().view(-1), tensor.grad.view(-1)
        for place in range(0, len(flat), 3):
            sides = []
            for step in (1e-6, -2e-6, 1e-6):
                flat[place] += step
                with torch.no_grad():
                    sides.append(float((module(X) * direction).sum()))
            assert abs((sides[0] - sides[1]) / 2e-6 - float(found[place])) < 1e-6


def test_outputs_and_gradients_have_any_form() -> None:
    shim, X = torch_shim(network()), rows()

    def function(module: Any) -> Any:
        Y = module(X)
        return {"all": Y, "parts": (Y[:2], [Y[2:]])}

    output, backprop = shim.run(function, train=True)
    assert set(output) == {"all", "parts"}
    backprop({"parts": (None, [np.ones((6, 3), dtype="f")])})
    found = gradients(shim)
    other = torch_shim(network())
    _, backprop = other.run(lambda module: module(X[2:]), train=True)
    backprop(torch.ones(6, 3))
    for name, gradient in gradients(other).items():
        assert torch.allclose(gradient, found[name], atol=1e-6)
    with pytest.raises(UsageError, match="with all, parts"):
        backprop_of(function)({"some": None})


def backprop_of(function: Callable[[Any], Any]) -> Any:
    return torch_shim(network()).run(function, train=True)[1]


def test_a_gradient_of_another_form_is_refused() -> None:
    with pytest.raises(UsageError, match="must be a list of as many"):
        backprop_of(lambda module: (module(rows()), module(rows())))([None])


def test_a_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(UsageError, match=r"of the shape \(8, 3\) has the shape \(3, 8\)"):
        backprop_of(lambda module: module(rows()))(torch.ones(3, 8))


def test_a_prediction_keeps_no_graph() -> None:
    shim = torch_shim(network(0.5))
    output, backprop = shim.run(lambda module: module(rows()), train=False)
    assert not output.requires_grad
    assert torch.equal(output, shim.run(lambda module: module(rows()), train=False)[0])
    with pytest.raises(UsageError, match="no backward pass of a prediction"):
        backprop(output)


def test_one_thread_also_outside_of_a_pipeline() -> None:
    seen, before = [], torch.get_num_threads()
    X = rows().requires_grad_()

    def look(module: Any) -> Any:
        output = module(X)
        seen.append(torch.get_num_threads())
        if output.requires_grad:
            output.register_hook(lambda _: seen.append(torch.get_num_threads()))
        return output

    torch.set_num_threads(2)
    try:
        shim = torch_shim(network())
        shim.run(look, train=False)
        output, backprop = shim.run(look, train=True)
        backprop(output.detach())
        assert seen == [1, 1, 1] and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_computing_again_gives_the_same_gradient_with_the_same_dropout() -> None:
    kept, again = torch_shim(network(0.5)), torch_shim(network(0.5))
    one, two = learn(kept, rows()), learn(again, rows(), keep_graph=False)
    assert torch.equal(one, two)
    assert same(gradients(kept), gradients(again))


def test_passes_that_are_computed_again_may_overlap() -> None:
    found = []
    for keep_graph in (True, False):
        shim = torch_shim(network(0.5))
        with scope(seed=3):
            passes = [
                shim.run(lambda module, part=part: module(part), train=True, keep_graph=keep_graph)
                for part in rows().split(3)
            ]
            shim.run(lambda module: module(rows()), train=False)
            for output, backprop in reversed(passes):
                backprop(torch.ones_like(output))
        found.append(gradients(shim))
    assert same(*found)


def test_dropout_has_a_stream_of_its_own() -> None:
    shim = torch_shim(network(0.5))
    torch.manual_seed(7)
    drawn = torch.rand(3)
    torch.manual_seed(7)
    one = learn(shim, rows(), seed=1)
    assert torch.equal(torch.rand(3), drawn), "torch's own generator was disturbed"
    torch.rand(100)
    assert torch.equal(learn(shim, rows(), seed=1), one)
    assert not torch.equal(learn(shim, rows(), seed=2), one)


def test_without_dropout_training_computes_what_prediction_does() -> None:
    shim = torch_shim(network(0.5))
    shim.without_dropout()
    predicted, _ = shim.run(lambda module: module(rows()), train=False)
    assert torch.equal(learn(shim, rows()), predicted)
    assert gradients(shim)


def test_layers_that_are_computed_again_by_torch_draw_the_same() -> None:
    from torch.utils.checkpoint import checkpoint

    found = []
    for again in (False, True):
        shim = torch_shim(network(0.5))

        def function(module: Any, again: bool = again) -> Any:
            return checkpoint(module, rows(), use_reentrant=False) if again else module(rows())

        with scope(seed=0):
            output, backprop = shim.run(function, train=True)
            backprop(output.detach())
        found.append(gradients(shim))
    assert same(*found)


# Shards


def stepped(cut: int, *, dropout: float = 0.0, **settings: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Total of the gradients, and weights after a step on a batch in shards of `cut` rows."""
    shim, totals = torch_shim(network(dropout)), {}
    for shard, part in enumerate(rows().split(cut)):
        with scope(seed=0, shard=shard):
            output, backprop = shim.run(lambda module, part=part: module(part), train=True, **settings)
            backprop(output.detach())
        shim.collect()
        assert not gradients(shim)

    def optimizer(key: Any, weights: Any, gradient: Any) -> Any:
        totals[key[1]] = torch.from_numpy(gradient.copy())
        return weights - gradient, gradient

    shim.finish_update(optimizer)
    return totals, weights(shim)


def test_one_shard_and_four_give_the_same_gradient() -> None:
    one, four = stepped(8)[0], stepped(2)[0]
    for name, gradient in one.items():
        assert torch.allclose(gradient, four[name], atol=1e-6)


def test_shards_are_equal_however_they_are_run() -> None:
    assert same(stepped(2, dropout=0.5)[1], stepped(2, dropout=0.5, keep_graph=False)[1])


def test_micro_batches_of_a_shard_are_added_to_it_before_the_total() -> None:
    shim = torch_shim(network())
    for part in rows().split(2):
        learn(shim, part)
    whole = gradients(shim)
    assert all(torch.allclose(whole[name], each, atol=1e-6) for name, each in stepped(8)[0].items())


# Precision


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_computes_nearly_the_same(precision: Any) -> None:
    half, full = torch_shim(network(), precision=precision), torch_shim(network())
    one, two = learn(half, rows()), learn(full, rows())
    assert one.dtype == getattr(torch, precision)
    assert half.to_array(one, NumpyOps()).dtype == np.float32
    assert torch.allclose(one.float(), two, atol=0.02)
    for name, gradient in gradients(half).items():
        assert gradient.dtype == torch.float32
        assert torch.allclose(gradient / half.scale.value, gradients(full)[name], atol=0.1)
    half.finish_update(Adam(0.01))
    full.finish_update(Adam(0.01))
    for name, value in weights(half).items():
        assert value.dtype == torch.float32
        assert torch.allclose(value, weights(full)[name], atol=0.021)


def test_small_gradients_outlive_float16() -> None:
    scaled = torch_shim(network(), precision="float16")
    plain = torch_shim(network(), precision="float16", grad_scaler={"enabled": False})
    for shim in (scaled, plain):
        output, backprop = shim.run(lambda module: module(rows()), train=True)
        backprop(torch.full_like(output, 2e-8, dtype=torch.float32))
    assert not any(gradient.any() for gradient in gradients(plain).values())
    assert all(gradient.any() for gradient in gradients(scaled).values())


def test_an_overflow_skips_the_step_and_halves_the_scale() -> None:
    shim, optimizer = torch_shim(network(), precision="float16"), Adam(0.01)
    before = weights(shim)
    with scope(seed=0):
        output, backprop = shim.run(lambda module: module(rows()), train=True)
        backprop(torch.full_like(output, 1e4))
    shim.finish_update(optimizer)
    assert same(before, weights(shim)) and not optimizer.mom1 and not optimizer.nr_update
    assert shim.scale.value == 2.0**11
    learn(shim, rows())
    shim.finish_update(optimizer)
    assert not same(before, weights(shim)), "the step after it is taken"
    assert all(bool(torch.isfinite(each).all()) for each in weights(shim).values())


def test_gradients_of_rows_do_not_outgrow_their_table() -> None:
    ids = torch.tensor([0, 2, 2, 1, 0, 2])
    found = []
    for sparse in (True, False):
        torch.manual_seed(0)
        shim = torch_shim(nn.Embedding(3, 4, sparse=sparse))
        for seed in range(4):
            learn(shim, ids, seed)
            shim.collect()
        total = shim._total["weight"]
        assert total.is_sparse == sparse
        assert not sparse or total._nnz() <= 3
        found.append(total.to_dense())
    assert torch.allclose(*found, rtol=1e-6)


def together(shims: list[TorchShim], *, optimizer: Any) -> None:
    """A step of several processes: each shim has learnt from a shard of its own."""
    parameters = [Parameters({"net": Model("net", lambda *_: None, shims=[shim])}) for shim in shims]
    taken = [each.take() for each in parameters]
    total = taken[0][0].copy()
    for array, _ in taken[1:]:
        total += array
    parameters[0].put(total, {path for _, touched in taken for path in touched})
    parameters[0].step(optimizer)


@pytest.mark.parametrize("sparse", [True, False])
def test_processes_that_add_up_their_gradients_come_to_the_same_weights(sparse: bool) -> None:
    def made() -> TorchShim:
        torch.manual_seed(0)
        return torch_shim(nn.Sequential(nn.Embedding(9, 4, sparse=sparse), nn.Linear(4, 3)))

    draw = np.random.default_rng(0)
    shards = [torch.from_numpy(draw.integers(0, 9, size=300)) for _ in range(4)]
    alone, parts = made(), [made() for _ in shards]
    for shard, part in zip(shards, parts, strict=True):
        learn(alone, shard)
        alone.collect()
        learn(part, shard)
    alone.finish_update(Adam(0.01))
    together(parts, optimizer=Adam(0.01))
    assert same(weights(alone), weights(parts[0]))


@pytest.mark.parametrize("frozen", [True, False])
def test_an_overflow_in_one_process_skips_the_step_of_all(frozen: bool) -> None:
    shims = [torch_shim(network().requires_grad_(not frozen), precision="float16") for _ in range(2)]
    before = weights(shims[0])
    for shim, scale in zip(shims, (1.0, 1e4), strict=True):
        X = rows().requires_grad_()
        with scope(seed=0):
            output, backprop = shim.run(lambda module, X=X: module(X), train=True, inputs=[X])
            backprop(torch.full_like(output, scale))
    together(shims, optimizer=Adam(0.01))
    assert same(before, weights(shims[0])) and shims[0].scale.value == 2.0**11


def test_weights_of_another_precision_are_refused_where_processes_add_up() -> None:
    shim = torch_shim(network().double())
    learn(shim, rows(kind="d"))
    with pytest.raises(UsageError, match="float64 .* can't be trained by several workers"):
        shim.take_gradients()


def test_gradients_that_always_overflow_are_told_of_once() -> None:
    scale = LossScale(init_scale=4.0)
    scale.update(True)
    scale.update(True)
    with pytest.warns(KernelWarning, match="overflow in float16 even when they are not scaled up"):
        scale.update(True)
    scale.update(True)
    assert scale.value == 0.25


def test_an_overflow_in_front_of_frozen_weights_halves_the_scale_too() -> None:
    shim, X = torch_shim(network().requires_grad_(False), precision="float16"), rows().requires_grad_()
    output, backprop = shim.run(lambda module: module(X), train=True, inputs=[X])
    backprop(torch.full_like(output, 1e4))
    assert not X.grad.any()
    shim.finish_update(Adam(0.01))
    assert shim.scale.value == 2.0**11


def test_an_input_that_is_given_twice_has_one_gradient() -> None:
    found = []
    for precision, number in (("float32", 1), ("float16", 1), ("float16", 2)):
        shim, X = torch_shim(network(), precision=precision), rows().requires_grad_()
        output, backprop = shim.run(lambda module, X=X: module(X), train=True, inputs=[X] * number)
        backprop(torch.ones_like(output))
        found.append(X.grad)
    assert torch.equal(found[1], found[2]) and torch.allclose(found[0], found[1], atol=1e-2)


def test_inputs_get_no_overflow_and_no_scale() -> None:
    shim = torch_shim(network(), precision="float16")
    X, wanted = rows().requires_grad_(), rows().requires_grad_()
    output, backprop = shim.run(lambda module: module(X), train=True, inputs=[X])
    backprop(torch.ones_like(output))
    network()(wanted).sum().backward()
    assert torch.allclose(X.grad, wanted.grad, atol=0.01)
    X.grad = None
    output, backprop = shim.run(lambda module: module(X), train=True, inputs=[X])
    backprop(torch.full_like(output, 1e4))
    assert not X.grad.any()
    before = weights(shim)
    shim.finish_update(Adam(0.01))
    assert same(before, weights(shim))


def test_the_scale_grows_after_many_good_steps() -> None:
    shim = torch_shim(
        network(),
        precision="float16",
        grad_scaler={"growth_interval": 2, "init_scale": 8.0, "growth_factor": 4.0},
    )
    values = []
    for _ in range(4):
        learn(shim, rows())
        shim.finish_update(Adam(0.01))
        values.append(shim.scale.value)
    assert values == [8.0, 32.0, 32.0, 128.0]


def test_settings_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UsageError, match="no setting growth_speed"):
        torch_shim(network(), grad_scaler={"growth_speed": 3})
    with pytest.raises(UsageError, match="backoff_factor from 0 to 1"):
        torch_shim(network(), grad_scaler={"backoff_factor": 2.0})
    with pytest.raises(UsageError, match='"bfloat16" or "float16"'):
        torch_shim(network(), precision="half")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="not an object of type int"):
        torch_shim(3)


def test_a_compiled_module_gives_the_same() -> None:
    compiled, plain = torch_shim(network(), compile="eager"), torch_shim(network())
    assert torch.equal(learn(compiled, rows()), learn(plain, rows()))
    assert same(gradients(compiled), gradients(plain))
    assert compiled.to_bytes() == plain.to_bytes(), "names are those of the module"


def test_a_compiler_that_is_missing_is_told() -> None:
    def compiler(module: Any, inputs: Any) -> Any:
        from torch._inductor.exc import InvalidCxxCompiler

        raise InvalidCxxCompiler

    torch._dynamo.register_backend(compiler, name="kernel_test_missing")
    shim = torch_shim(network(), compile="kernel_test_missing")
    with pytest.raises(
        UsageError, match=r"torch.compile failed: BackendCompilerFailed: .*kernel_test_missing"
    ) as caught:
        shim.run(lambda module: module(rows()), train=False)
    assert "needs a C++ compiler" in caught.value.hint


def test_errors_of_a_compiled_module_stay_its_own() -> None:
    class Refusing(torch.nn.Module):
        def forward(self, X: Any) -> Any:
            raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        torch_shim(Refusing(), compile="eager").run(lambda module: module(rows()), train=False)


# Steps


def test_frozen_weights_stay() -> None:
    module, optimizer = network(), Adam(0.01)
    module[0].requires_grad_(False)
    shim = torch_shim(module)
    before = weights(shim)
    learn(shim, rows())
    shim.finish_update(optimizer)
    after = weights(shim)
    assert {name for name in before if torch.equal(before[name], after[name])} == {"0.weight", "0.bias"}
    assert {name for _, name in optimizer.mom1} == {"3.weight", "3.bias"}
    assert set(shim.weights()) == {"3.weight", "3.bias"}
    other = torch_shim(network().apply(lambda layer: layer.requires_grad_(False)))
    torch.nn.init.zeros_(other.module[0].weight)
    other.from_bytes(shim.to_bytes())
    assert same(weights(other), after), "frozen weights are saved too"


def test_learn_rates_and_decay_by_name() -> None:
    def moved(**settings: Any) -> dict[str, float]:
        shim = torch_shim(network(), **settings)
        before = weights(shim)
        learn(shim, rows())
        shim.finish_update(Adam(0.01, L2=0.5))
        return {name: float((each - before[name]).abs().mean()) for name, each in weights(shim).items()}

    whole = moved(decays=lambda name, tensor: False)
    slow = moved(decays=lambda name, tensor: False, rates=lambda name: 0.1 if name.startswith("0.") else 1.0)
    for name, each in whole.items():
        assert slow[name] == pytest.approx(each * (0.1 if name.startswith("0.") else 1.0), rel=1e-3)
    decayed = moved()
    assert {name for name in whole if decayed[name] != whole[name]} == {"0.weight", "3.weight"}


def test_each_gradient_is_clipped_by_itself() -> None:
    totals = stepped(8)[0]
    bound = sorted(float(each.norm()) for each in totals.values())[len(totals) // 2]
    shim, optimizer = torch_shim(network()), Optimizer(1.0, beta1=0.0, beta2=0.0, grad_clip=bound)
    before = weights(shim)
    learn(shim, rows())
    shim.finish_update(optimizer)
    for name, each in weights(shim).items():
        factor = min(1.0, bound / float(totals[name].norm()))
        assert torch.allclose(before[name] - each, totals[name] * factor, atol=1e-6)


def test_forgotten_gradients_change_nothing() -> None:
    shim = torch_shim(network())
    before = weights(shim)
    learn(shim, rows())
    shim.collect()
    learn(shim, rows())
    shim.zero_gradients()
    shim.finish_update(Adam(0.01))
    assert same(before, weights(shim))


# Bytes and copies


class Tied(nn.Module):  # type: ignore[misc]
    """A model whose output weights are those of its embedding, with a buffer."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.embed = nn.Embedding(50, 8)
        self.output = nn.Linear(8, 50, bias=False)
        self.output.weight = self.embed.weight
        self.register_buffer("mean", torch.full((3,), float(seed)))


def test_tied_weights_are_stored_once_and_stay_tied() -> None:
    one, two = torch_shim(Tied(0)), torch_shim(Tied(1))
    data = one.to_bytes()
    assert len(data) < 1.5 * 50 * 8 * 4
    two.from_bytes(data)
    assert two.to_bytes() == data
    assert two.module.output.weight is two.module.embed.weight
    assert two.module.mean.tolist() == [0, 0, 0]


def test_bytes_know_nothing_of_precision_and_hold_no_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("something is pickled")

    for name in ("dump", "dumps", "load", "loads", "Pickler", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    data = torch_shim(network(), precision="float16").to_bytes()
    other = torch_shim(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Dropout(0.0), nn.Linear(6, 3)))
    assert other.from_bytes(data).to_bytes() == data == torch_shim(network(), precision="bfloat16").to_bytes()


def test_a_module_is_made_from_its_files() -> None:
    made = []

    def write(module: Any) -> dict[str, bytes]:
        return {"size": str(module.out_features).encode()}

    def build(files: dict[str, bytes]) -> Any:
        made.append(files)
        return nn.Linear(4, int(files["size"]))

    saved = torch_shim(nn.Linear(4, 7), write=write, build=build).to_bytes()
    shim = torch_shim(write=write, build=build)
    assert not shim.has_module
    with pytest.raises(UsageError, match="not there yet"):
        shim.run(lambda module: None, train=False)
    empty = shim.to_bytes()
    shim.from_bytes(saved)
    assert shim.to_bytes() == saved and made == [{"size": b"7"}]
    shim.from_bytes(saved)
    assert len(made) == 1, "the module is as the files say"
    shim.set_module(nn.Linear(4, 5))
    shim.from_bytes(saved)
    assert shim.module.out_features == 7
    assert torch_shim().from_bytes(empty).to_bytes() == empty


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            lambda: nn.Linear(4, 6),
            "other names; only in the module: weight, bias; only in the saved weights: 0.bias",
        ),
        (
            lambda: nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Tanh(), nn.Linear(6, 2)),
            r"3.bias has the shape \(2,\)",
        ),
    ],
)
def test_weights_that_do_not_fit_change_nothing(other: Callable[[], Any], said: str) -> None:
    shim = torch_shim(other())
    before = weights(shim)
    with pytest.raises(DataError, match=said):
        shim.from_bytes(torch_shim(network()).to_bytes())
    assert same(before, weights(shim))


@pytest.mark.parametrize("data", [b"", b"nothing", b"\x80", torch.zeros(3).numpy().tobytes()])
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(DataError, match="damaged"):
        torch_shim(network()).from_bytes(data)


def test_cut_off_weights_are_refused() -> None:
    import srsly

    message = srsly.msgpack_loads(torch_shim(network()).to_bytes())
    message["weights"] = message["weights"][:-20]
    with pytest.raises(DataError, match="damaged"):
        torch_shim(network()).from_bytes(srsly.msgpack_dumps(message))


def test_what_is_no_tensor_is_not_saved_silently() -> None:
    class Extra(nn.Linear):  # type: ignore[misc]
        def get_extra_state(self) -> Any:
            return {"anything": 1}

    with pytest.raises(DataError, match="nothing but tensors|object of type dict"):
        torch_shim(Extra(2, 2)).to_bytes()


@pytest.mark.parametrize("make", [copy.deepcopy, lambda shim: shim.copy()])
def test_a_copy_has_weights_and_a_number_of_its_own(make: Callable[[TorchShim], TorchShim]) -> None:
    shim = torch_shim(network(), precision="bfloat16", rates=lambda name: 0.5)
    other = make(shim)
    assert other.id != shim.id and other.precision == "bfloat16" and other.rules == shim.rules
    before = weights(other)
    optimizer = Adam(0.1)
    learn(shim, rows())
    shim.finish_update(optimizer)
    assert same(before, weights(other)) and not gradients(other)
    learn(other, rows())
    other.finish_update(optimizer)
    assert {number for number, _ in optimizer.mom1} == {shim.id, other.id}
    assert same(weights(shim), weights(other)), "the same step from a fresh start"


# Checkpoints and averages


def test_a_checkpoint_holds_the_scale_which_bytes_do_not() -> None:
    one, two = (torch_shim(network(), precision="float16") for _ in range(2))
    with scope(seed=0):
        output, backprop = one.run(lambda module: module(rows()), train=True)
        backprop(torch.full_like(output, 1e4))
    one.finish_update(Adam(0.1))
    two.restore(copy.deepcopy(one.state()))
    assert two.scale == one.scale and two.scale.value == 2.0**11
    assert two.to_bytes() == one.to_bytes()


def test_averages_are_used_and_weights_come_back() -> None:
    shim, optimizer = torch_shim(network()), Adam(0.1, use_averages=True)
    for _ in range(3):
        learn(shim, rows())
        shim.finish_update(optimizer)
    trained = weights(shim)
    with pytest.raises(KeyError), shim.use_params(optimizer.averages):
        for name, value in weights(shim).items():
            assert np.array_equal(value.numpy(), optimizer.averages[shim.id, name])
            assert not torch.equal(value, trained[name])
        raise KeyError
    assert same(trained, weights(shim))


def test_a_parameter_of_another_size_begins_anew() -> None:
    optimizer, shim = Adam(0.1, use_averages=True), torch_shim(network())
    for _ in range(20):
        learn(shim, rows())
        shim.finish_update(optimizer)
    shim.module[3] = nn.Linear(6, 5)
    before = weights(shim)
    with shim.use_params(optimizer.averages):
        assert torch.equal(shim.module[3].weight, before["3.weight"])
        assert not torch.equal(shim.module[0].weight, before["0.weight"])
    fresh, other = copy.deepcopy(shim), Adam(0.1, use_averages=True)
    for each, of in ((shim, optimizer), (fresh, other)):
        learn(each, rows())
        each.finish_update(of)
    for name in ("3.weight", "3.bias"):
        assert torch.equal(weights(shim)[name], weights(fresh)[name])
        assert np.array_equal(optimizer.averages[shim.id, name], other.averages[fresh.id, name])
        assert optimizer.nr_update[shim.id, name] == 1
    assert optimizer.nr_update[shim.id, "0.weight"] == 21


def test_no_thread_computes_while_another_switches_from_training() -> None:
    """Layers are switched one by one: whoever comes in between would predict with dropout."""
    switched = Event()

    class Slow(nn.Sequential):  # type: ignore[misc]
        def train(self, mode: bool = True) -> Any:
            self.training = mode
            if not mode:
                switched.set()
                sleep(0.2)
            return super().train(mode)

    shim, X = torch_shim(Slow(nn.Linear(4, 64), nn.Dropout(0.5))), rows()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: shim.run(lambda module: module(X), train=False)[0])
        assert switched.wait(10)
        second = pool.submit(lambda: shim.run(lambda module: module(X), train=False)[0])
        assert torch.equal(second.result(), first.result())


def test_buffers_are_kept() -> None:
    module = nn.BatchNorm1d(4)
    shim, other = torch_shim(module), torch_shim(nn.BatchNorm1d(4))
    learn(shim, rows())
    other.restore(copy.deepcopy(shim.state()))
    assert other.to_bytes() == shim.to_bytes() != torch_shim(nn.BatchNorm1d(4)).to_bytes()
    assert int(other.module.num_batches_tracked) == 1


def test_half_weights_are_not_trained() -> None:
    shim = torch_shim(network().bfloat16())
    learn(shim, rows().bfloat16())
    with pytest.raises(UsageError, match="only 16 bits"):
        shim.finish_update(Adam(0.1))


def test_moments_and_averages_from_a_checkpoint_are_gone_on_with() -> None:
    optimizer, shim = Adam(0.1, use_averages=True), torch_shim(network())
    learn(shim, rows())
    shim.finish_update(optimizer)
    other, resumed = torch_shim(network()), Adam(0.1, use_averages=True)
    other.restore(copy.deepcopy(shim.state()))
    for name in ("mom1", "mom2", "averages", "nr_update"):
        table = getattr(optimizer, name)
        getattr(resumed, name).update(
            {(other.id, key[1]): copy.deepcopy(value) for key, value in table.items()}
        )
    for each, of in ((shim, optimizer), (other, resumed)):
        learn(each, rows())
        each.finish_update(of)
    assert same(weights(shim), weights(other))
    for name in weights(shim):
        assert np.array_equal(optimizer.averages[shim.id, name], resumed.averages[other.id, name])


NUMPY = NumpyOps()
