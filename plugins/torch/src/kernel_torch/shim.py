"""A torch module as a part of a thinc model: thinc's word for that is a shim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from typing import Any, Literal

import numpy as np
import srsly
from thinc.api import NumpyOps, Shim, get_current_ops
from thinc.types import ArgsKwargs

from kernel.errors import DataError, UsageError
from kernel.files.messages import message_from_bytes
from kernel.numeric.blas import one_thread
from kernel.numeric.random import current
from kernel.numeric.shims import OVERFLOW
from kernel.processes.gate import Lock
from kernel_torch import weights as files
from kernel_torch.arrays import ops_of, pairs, tensors_in, to_array, to_torch
from kernel_torch.needed import torch
from kernel_torch.scale import LossScale
from kernel_torch.steps import Moments, Rules, step

FORMAT = 1
Precision = Literal["float32", "bfloat16", "float16"]
# A module is switched between training and prediction layer by layer: until that is done no other thread must compute.
_SWITCH = Lock()


class TorchShim(Shim):
    """Weights, gradients and steps of a torch module, for thinc's models and for kernel's runs.

    module: None if `set_module` or `from_bytes` brings it. precision: what it computes in; weights stay as they are. compile: by
    `torch.compile`, as True or as the name of one of its backends. rules: learn rates and decay by parameter. write: files that are saved
    beside the weights; build: a module made of these, if bytes come before the module. saved: the tensors of a module that are saved, by
    name; by default all of its state.
    """

    def __init__(
        self,
        module: Any,
        *,
        precision: Precision = "float32",
        scale: LossScale | None = None,
        compile: bool | str = False,
        rules: Rules | None = None,
        write: Callable[[Any], dict[str, bytes]] | None = None,
        build: Callable[[dict[str, bytes]], Any] | None = None,
        saved: Callable[[Any], Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(None)
        self.precision = precision
        self.scale = LossScale(enabled=precision == "float16") if scale is None else scale
        self.rules = Rules() if rules is None else rules
        self.has_dropout = True
        self._compile, self._compiled = compile, None
        self._write, self._build, self._saved = write, build, saved
        # Of the step: what has been collected, scaled.
        self._total: dict[str, Any] = {}
        self._overflowed = False
        # Large gradients of few rows come as sparse tensors; they are stepped on in these, which are kept: new memory is slow.
        self._tables: dict[str, Any] = {}
        self._moments = Moments(self.id)
        ops = get_current_ops()
        self._device = f"cuda:{ops.device_id}" if ops.device_type == "gpu" else "cpu"
        if module is not None:
            self.set_module(module)

    @property
    def module(self) -> Any:
        """The module. `UsageError` if there is none yet."""
        if self._model is None:
            raise UsageError(
                "the torch module is not there yet",
                hint="Initialize the model, or load it, before it is used.",
            )
        return self._model

    @property
    def has_module(self) -> bool:
        """Whether the module is there."""
        return self._model is not None

    def without_dropout(self) -> None:
        """From now on training computes what prediction does, as a teacher must."""
        self.has_dropout = False

    def weights(self) -> dict[str, Any]:
        """Name -> array of the parameters that are trained, which share their memory."""
        return {name: to_array(parameter, ops_of(parameter)) for name, parameter in self._trained()}

    @property
    def device(self) -> Any:
        """Where the module computes, a torch.device."""
        return torch().device(self._device)

    @property
    def has_weights(self) -> bool:
        """The same, as kernel asks for it."""
        return self.has_module

    def set_module(self, module: Any) -> None:
        """Use this module from now on; gradients are forgotten."""
        if not isinstance(module, torch().nn.Module):
            raise UsageError(f"a torch module is needed, not an object of type {type(module).__name__}")
        self._model = module.to(self.device)
        self._compiled = None
        self.zero_gradients()

    def to_device(self, device_type: str, device_id: int) -> None:
        """Move the module: "cpu", or "gpu" and its number."""
        self._device = f"cuda:{device_id}" if device_type == "gpu" else "cpu"
        if self._model is not None:
            self._model.to(self.device)
        self.zero_gradients()

    def to_torch(self, array: Any, requires_grad: bool = False) -> Any:
        """An array as a tensor where the module computes, without a copy if it is there already."""
        return to_torch(array, self.device, requires_grad)

    def to_array(self, tensor: Any, ops: Any) -> Any:
        """A tensor as an array of `ops`, without a copy if both are on one device; half precision becomes float32."""
        return to_array(tensor, ops)

    # Forward and backward passes

    def run(
        self,
        function: Callable[[Any], Any],
        *,
        train: bool,
        keep_graph: bool = True,
        inputs: Iterable[Any] = (),
    ) -> tuple[Any, Callable[[Any], None]]:
        """Call `function(module)`, which gives a tensor or tuples, lists and mappings of tensors; returns that and its backward pass.

        The backward pass takes gradients (tensors or arrays) in the form of the output, None where there are none, and adds to
        those of the parameters. Several passes may be open. train: with dropout, drawn from `kernel.numeric.random.current()`.
        keep_graph: False computes the output again in the backward pass, with the same dropout, rather than to keep
        what is between. inputs: tensors whose `grad` the caller reads afterwards.
        """
        if not train:
            with torch().inference_mode(), self._computing(None):
                return function(self._callable()), _no_backprop
        seed = int(current().integers(2**63))
        inputs = list(inputs)
        with torch().set_grad_enabled(keep_graph), self._computing(seed):
            output = function(self._callable())

        def backprop(gradient: Any) -> None:
            again = output
            if not keep_graph:
                with torch().enable_grad(), self._computing(seed):
                    again = function(self._callable())
            found = list(pairs(again, gradient))
            self.backward([tensor for tensor, _ in found], [each for _, each in found], inputs)

        return output, backprop

    def backward(self, tensors: Iterable[Any], gradients: Iterable[Any], inputs: Iterable[Any] = ()) -> None:
        """The backward pass from some tensors, given their gradients (tensors or arrays, or None), to the parameters and to `inputs`."""
        library = torch()
        given = [
            (tensor, self._gradient(gradient, tensor))
            for tensor, gradient in zip(tensors, gradients, strict=True)
            if tensor.requires_grad and gradient is not None
        ]
        # A tensor may be given twice.
        before = [(tensor, tensor.grad) for tensor in {id(tensor): tensor for tensor in inputs}.values()]
        for tensor, _ in before:
            tensor.grad = None
        if given:
            with one_thread():
                library.autograd.backward([tensor for tensor, _ in given], [each for _, each in given])
        for tensor, grad in before:
            if tensor.grad is None:
                tensor.grad = grad
                continue
            if self.scale.enabled:
                tensor.grad = tensor.grad / self.scale.value
                if not bool(library.isfinite(tensor.grad).all()):
                    self._overflowed = True
                    tensor.grad.zero_()
            if grad is not None:
                tensor.grad = grad + tensor.grad

    def __call__(self, inputs: ArgsKwargs, is_train: bool) -> tuple[Any, Callable[[ArgsKwargs], ArgsKwargs]]:
        """thinc's protocol: the module's arguments, and a backward pass from arguments of `torch.autograd.backward` to their gradients."""
        given = list(tensors_in(inputs))
        output, _ = self.run(
            lambda module: module(*inputs.args, **inputs.kwargs), train=is_train, inputs=given
        )

        def backprop(gradient: ArgsKwargs) -> ArgsKwargs:
            tensors = gradient.args[0]
            grads = gradient.kwargs.get("grad_tensors", gradient.args[1] if len(gradient.args) > 1 else None)
            found = list(pairs(_several(tensors), _several(grads)))
            self.backward([tensor for tensor, _ in found], [each for _, each in found], given)
            return ArgsKwargs(
                args=tuple(_grads(each) for each in inputs.args),
                kwargs={name: _grads(each) for name, each in inputs.kwargs.items()},
            )

        return output, backprop

    def _gradient(self, gradient: Any, tensor: Any) -> Any:
        if not isinstance(gradient, torch().Tensor):
            gradient = self.to_torch(gradient)
        if gradient.shape != tensor.shape:
            raise UsageError(
                f"the gradient of an output of the shape {tuple(tensor.shape)} has the shape {tuple(gradient.shape)}"
            )
        gradient = gradient.to(tensor.device)
        if self.scale.enabled:
            # Before it is rounded: in float16 it may be nothing.
            gradient = gradient * self.scale.value
        return gradient.to(tensor.dtype)

    def _callable(self) -> Any:
        """The module, compiled if that is asked for."""
        if not self._compile:
            return self.module
        if self._compiled is None:
            backend = {"backend": self._compile} if isinstance(self._compile, str) else {}
            self._compiled = torch().compile(self.module, **backend)
        return self._compiled

    @contextmanager
    def _computing(self, seed: int | None) -> Iterator[None]:
        """In the precision asked for; in training with random numbers of its own, which leave torch's generators as they were."""
        library = torch()
        train = seed is not None and self.has_dropout
        with _SWITCH:
            if self.module.training != train:
                self.module.train(train)
        half = nullcontext()
        if self.precision != "float32":
            half = library.autocast(self.device.type, getattr(library, self.precision))
        # Also where the module is called outside of a pipeline: the number of threads decides the last bits.
        with one_thread(), half, self._compiling():
            if seed is None:
                yield
                return
            with library.random.fork_rng([self.device] if self.device.type == "cuda" else []):
                library.manual_seed(seed)
                yield

    @contextmanager
    def _compiling(self) -> Iterator[None]:
        """Say what is missing if the module can't be compiled, which is found out when it computes."""
        try:
            yield
        except Exception as error:
            if not self._compile or not type(error).__module__.startswith(
                ("torch._dynamo", "torch._inductor")
            ):
                raise
            reason = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
            raise UsageError(
                f"torch.compile failed: {type(error).__name__}: {reason}",
                hint="On a CPU it needs a C++ compiler, such as g++, which CXX may name. Without compile the results are the same.",
            ) from error

    # Gradients and steps

    def collect(self) -> None:
        """Add the gradients since the last call to the total of the step, so that it does not matter how shards are run."""
        for name, parameter in self._trained():
            if parameter.grad is None:
                continue
            # Rows of sparse tensors are put behind each other. They are added up within each shard, as other processes would, which
            # also keeps them from outgrowing the table.
            total, gradient = self._total.get(name), _added_up(parameter.grad)
            if total is None:
                self._total[name] = gradient
            else:
                if total.is_sparse and not gradient.is_sparse:
                    total, gradient = gradient, total
                self._total[name] = _added_up(total.add_(gradient))
            parameter.grad = None

    def take_gradients(self) -> dict[str, Any]:
        """The total of the step so far by name, as arrays of the host, None where there is none; it is forgotten. See `kernel.numeric.shims`."""
        self.collect()
        found: dict[str, Any] = {name: None for name, _ in self._trained()}
        for name, total in self._total.items():
            if total.dtype != torch().float32:
                raise UsageError(
                    f"weights of {total.dtype} ({name}) can't be trained by several workers",
                    hint="Let the module have weights of float32; `precision` says what it computes in.",
                )
            # That of few rows lies in a table that the next one is put into: whoever takes it copies it.
            dense: Any = self._dense(name, total)
            found[name] = dense.cpu().numpy()
        if self._overflowed:
            found[OVERFLOW] = True
        self.zero_gradients()
        return found

    def put_gradients(self, gradients: Mapping[str, Any]) -> None:
        """Let these arrays, by name, be the total of the step."""
        library = torch()
        trained = dict(self._trained())
        self._overflowed = OVERFLOW in gradients
        self._total = {
            name: library.from_numpy(np.array(array)).to(trained[name])
            for name, array in gradients.items()
            if name != OVERFLOW
        }

    def zero_gradients(self) -> None:
        """Forget the gradients of the present step."""
        self._total, self._overflowed = {}, False
        if self._model is not None:
            self._model.zero_grad(set_to_none=True)

    def finish_update(self, optimizer: Callable[..., Any]) -> None:
        """Let the optimizer step on every parameter that has a gradient, see `kernel_torch.steps`; then forget the gradients."""
        if self._model is None:
            return
        self.collect()
        total, overflowed = self._total, self._overflowed
        self._total, self._overflowed = {}, False
        if not total and not overflowed:
            return
        total = {name: self._dense(name, each) for name, each in total.items()}
        if not overflowed:
            overflowed = not step(
                optimizer,
                self._moments,
                dict(self._trained()),
                total,
                self.rules,
                scale=self.scale.value,
                may_overflow=self.scale.enabled,
            )
        self.scale.update(overflowed)

    def _dense(self, name: str, gradient: Any) -> Any:
        if not gradient.is_sparse:
            return gradient
        table = self._tables.get(name)
        if table is None or (table.shape, table.device) != (gradient.shape, gradient.device):
            self._tables[name] = gradient.to_dense()
        else:
            table.zero_().add_(gradient)
        return self._tables[name]

    def _trained(self) -> Iterator[tuple[str, Any]]:
        if self._model is not None:
            yield from ((name, each) for name, each in self._model.named_parameters() if each.requires_grad)

    @contextmanager
    def use_params(self, params: Mapping[Any, Any]) -> Iterator[None]:
        """Temporarily set parameters to the values under (number of the shim, name), such as averages."""
        library = torch()
        parameters = dict(self._model.named_parameters()) if self._model is not None else {}
        backup = {}
        try:
            with library.no_grad():
                for name, parameter in parameters.items():
                    value = params.get((self.id, name))
                    # One that has been resized since has no average until its next step.
                    if value is not None and value.size == parameter.numel():
                        backup[name] = parameter.detach().clone()
                        parameter.copy_(self.to_torch(value).reshape(parameter.shape))
            yield
        finally:
            with library.no_grad():
                for name, value in backup.items():
                    parameters[name].copy_(value)

    # Bytes and checkpoints

    def to_bytes(self) -> bytes:
        """The weights, and the files that `write` gives. Precision and device are no part of it."""
        message: dict[str, Any] = {"format": FORMAT, "files": {}, "weights": None}
        if self._model is not None:
            message["files"] = self._files()
            message["weights"] = files.to_bytes(self._state(self._model))
        data: bytes = srsly.msgpack_dumps(message)
        return data

    def from_bytes(self, data: bytes) -> TorchShim:
        """Load what `to_bytes` wrote; the module is made anew if it is not there, or if its files are others. `DataError` if it doesn't fit."""
        message = _message(data)
        if message["weights"] is None:
            return self
        tensors = files.from_bytes(message["weights"])
        module = self._model
        if self._build is not None and (
            module is None
            or self._files() != message["files"]
            or not tensors.keys() <= module.state_dict().keys()
        ):
            module = self._build(message["files"])
        module = self.module if module is None else module
        files.load(module, tensors, needed=self._state(module).keys())
        if module is not self._model:
            self.set_module(module)
        self.zero_gradients()
        return self

    def _state(self, module: Any) -> Mapping[str, Any]:
        """What is saved of a module."""
        state: Mapping[str, Any] = module.state_dict() if self._saved is None else self._saved(module)
        return state

    def _files(self) -> dict[str, bytes]:
        return {} if self._write is None else dict(sorted(self._write(self._model).items()))

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps: the weights by name, as arrays of numpy, and the scale of gradients."""
        tensors = files.tensors_of(self._model.state_dict()) if self._model is not None else {}
        return {
            "weights": {name: to_array(tensor, NumpyOps()) for name, tensor in tensors.items()},
            "scale": self.scale.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Stand where the shim stood whose `state()` this is."""
        if state["weights"]:
            files.load(self.module, {name: self.to_torch(value) for name, value in state["weights"].items()})
        self.scale.restore(state["scale"])
        self.zero_gradients()

    def copy(self) -> TorchShim:
        """A shim with a module, gradients and a number of its own."""
        return deepcopy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> TorchShim:
        other = TorchShim(
            deepcopy(self._model, memo),
            precision=self.precision,
            scale=deepcopy(self.scale, memo),
            compile=self._compile,
            rules=self.rules,
            write=self._write,
            build=self._build,
            saved=self._saved,
        )
        other.has_dropout = self.has_dropout
        other.to_device(*("gpu", self.device.index) if self.device.type == "cuda" else ("cpu", -1))
        return other


def _message(data: bytes) -> dict[str, Any]:
    try:
        message = message_from_bytes(data)
        found = {"files": dict(message["files"]), "weights": message["weights"]}
        version = message["format"]
    except Exception as error:
        raise DataError("not the weights of a torch module: they are damaged, or of another shim") from error
    if version != FORMAT:
        raise DataError(f"weights of a torch module in format {version}; this version reads format {FORMAT}")
    return found


def _added_up(gradient: Any) -> Any:
    """A gradient that has each row once, if it is one of few rows."""
    return gradient.coalesce() if gradient.is_sparse else gradient


def _several(value: Any) -> Any:
    """The first two arguments of `torch.autograd.backward`, each of which may be one tensor or several."""
    return [value] if isinstance(value, torch().Tensor) else value


def _grads(value: Any) -> Any:
    """The gradients of tensors, in tuples, lists and dicts too; what has none stays out as None."""
    if isinstance(value, torch().Tensor):
        return value.grad
    if isinstance(value, list | tuple):
        return type(value)(_grads(each) for each in value)
    if isinstance(value, dict):
        return {name: _grads(each) for name, each in value.items()}
    return None


def _no_backprop(gradient: Any) -> None:
    raise UsageError(
        "there is no backward pass of a prediction", hint="Call begin_update rather than predict."
    )


def torch_shim(
    module: Any = None,
    *,
    precision: Precision = "float32",
    grad_scaler: dict[str, Any] | None = None,
    compile: bool | str = False,
    rates: Callable[[str], float] | None = None,
    decays: Callable[[str, Any], bool] | None = None,
    write: Callable[[Any], dict[str, bytes]] | None = None,
    build: Callable[[dict[str, bytes]], Any] | None = None,
    saved: Callable[[Any], Mapping[str, Any]] | None = None,
) -> TorchShim:
    """Make a shim: what a layer around a torch module needs for its weights, gradients and steps.

    module: a torch.nn.Module, or None if it comes later. precision: what it computes in ("float32", "bfloat16", "float16"); weights are not changed. grad_scaler: settings
    of torch's name for the scale of gradients, which float16 has by default. compile: whether to use torch.compile. rates: name of a parameter -> factor of its learn
    rate. decays: name and parameter -> whether L2 holds for it; by default for those of two or more dimensions. write, build: files to
    save beside the weights, and the module made of these. saved: the tensors of a module that are saved, by name; by default all of its state.
    """
    torch()
    if precision not in ("float32", "bfloat16", "float16"):
        raise UsageError(f'precision is {precision!r}; it must be "float32", "bfloat16" or "float16"')
    settings = {"enabled": precision == "float16", **(grad_scaler or {})}
    unknown = sorted(settings.keys() - LossScale.__dataclass_fields__.keys())
    if unknown:
        raise UsageError(
            f"a gradient scaler has no setting {', '.join(unknown)}",
            hint=f"Its settings are {', '.join(LossScale.__dataclass_fields__)}.",
        )
    for name, value in settings.items():
        if isinstance(value, bool) != (name == "enabled") or not isinstance(value, int | float):
            expected = "true or false" if name == "enabled" else "a number"
            raise UsageError(f"{name} of a gradient scaler is {value!r}; expected {expected}")
    scale = LossScale(**settings)
    return TorchShim(
        module,
        precision=precision,
        scale=scale,
        compile=compile,
        rules=Rules(rates, decays),
        write=write,
        build=build,
        saved=saved,
    )
