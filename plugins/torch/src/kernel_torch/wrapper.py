"""A torch module of the user's as a layer that a config can name."""

from collections.abc import Callable
from typing import Any, Literal

from thinc.api import Model

from kernel_torch.convert import convert_inputs as default_inputs
from kernel_torch.convert import convert_outputs as default_outputs
from kernel_torch.shim import torch_shim


def make_wrapper(
    module: Any,
    convert_inputs: Callable[..., Any] | None = None,
    convert_outputs: Callable[..., Any] | None = None,
    *,
    precision: Literal["float32", "bfloat16", "float16"] = "float32",
    grad_scaler: dict[str, Any] | None = None,
    compile: bool | str = False,
    rates: Callable[[str], float] | None = None,
    decays: Callable[[str, Any], bool] | None = None,
) -> Model[Any, Any]:
    """A layer that computes with a torch module.

    module: a torch.nn.Module; a function of the user's that makes one is registered and named by the config. convert_inputs: called with
    (model, X, is_train), gives ArgsKwargs for the module and a function from the gradients of these to the gradient of X. convert_outputs:
    called with (model, (X, output), is_train), gives the output of the layer and a function from its gradient to ArgsKwargs for
    `torch.autograd.backward`. By default arrays become tensors, also in tuples, lists and dicts. The other settings are those of
    `kernel.torch_shim.v1`. Dropout is the module's own: it decides on its rate.
    """
    shim = torch_shim(
        module, precision=precision, grad_scaler=grad_scaler, compile=compile, rates=rates, decays=decays
    )
    return Model(
        "torch",
        forward,
        init=init,
        attrs={
            "convert_inputs": convert_inputs or default_inputs,
            "convert_outputs": convert_outputs or default_outputs,
        },
        dims={"nI": None, "nO": None},
        shims=[shim],
    )


def forward(model: Model[Any, Any], X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    """The output of the module for `X`, in the form that `convert_outputs` gives it."""
    inputs, get_dX = model.attrs["convert_inputs"](model, X, is_train)
    output, torch_backprop = model.shims[0](inputs, is_train)
    Y, get_d_output = model.attrs["convert_outputs"](model, (X, output), is_train)

    def backprop(dY: Any) -> Any:
        return get_dX(torch_backprop(get_d_output(dY)))

    return Y, backprop


def init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    """Learn the widths from a batch, where input and output are arrays with columns."""
    for name, value in (("nI", X), ("nO", Y)):
        if getattr(value, "ndim", 0) > 1 and model.has_dim(name) is None:
            model.set_dim(name, value.shape[-1])
    if X is not None and model.has_dim("nO") is None:
        output = model.predict(X)
        if getattr(output, "ndim", 0) > 1:
            model.set_dim("nO", output.shape[-1])
