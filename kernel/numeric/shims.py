"""Shims: thinc's word for a network of another framework inside of a layer. What kernel does with their weights is here.

thinc asks a shim for `finish_update`, `use_params`, `to_bytes`, `from_bytes`, `to_device` and `copy`. One that takes part in
everything that kernel does has some of these methods too; without them it goes on as thinc has it:

- `collect()`: the gradients since the last call are added, as a whole, to the total of the step, so that it does not matter
  how the shards of a batch are run. `finish_update(optimizer)` steps on the total, called with keys (`shim.id`, name).
- `take_gradients()`: what `collect` has gathered, name -> array or None, which is forgotten, and `OVERFLOW` -> True where the step must
  not be taken; `put_gradients(arrays)`: let that be what was gathered. For several processes that train together.
- `zero_gradients()`: forget the gradients of the present step, and its total.
- `state()` and `restore(state)`: what a checkpoint keeps, plain data (`kernel.state`): weights, and what is never saved with
  a pipeline, such as the scale of gradients. Otherwise a checkpoint has `to_bytes()`.
- `weights()`: name -> array of what is trained, for reading: without a copy where that can be.
- `has_weights`: False as long as they are not there yet.
- `without_dropout()`: from now on nothing is drawn, also where gradients are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from thinc.api import Optimizer

from kernel.errors import UsageError
from kernel.numeric.adapter import module_of
from kernel.state import is_stateful

OVERFLOW = "!overflow"
"""Beside the names of gradients, where numbers were too large for the precision."""


def collect(shim: Any) -> None:
    """Add the gradients of a shard that is done to the step's total."""
    if hasattr(shim, "collect"):
        shim.collect()


def take_gradients(shim: Any, path: str) -> dict[str, Any]:
    """Name -> gradient of the step so far, None where there is none; it is forgotten. `UsageError` if the shim can't.

    path: of the shim, for the message.
    """
    if not hasattr(shim, "take_gradients"):
        raise UsageError(
            f"the network in {path}, a {type(shim).__name__}, can't be trained by several workers: it has no take_gradients()"
        )
    found: dict[str, Any] = shim.take_gradients()
    return found


def put_gradients(shim: Any, gradients: Mapping[str, Any]) -> None:
    """Let these be the gradients of the step. gradients: name -> array of those that there are."""
    shim.put_gradients(gradients)


def zero_gradients(shim: Any) -> None:
    """Forget the gradients of the present step."""
    zero = getattr(shim, "zero_gradients", None) or getattr(module_of(shim), "zero_grad", None)
    if zero is not None:
        zero()


def step(shim: Any, path: str, optimizer: Callable[..., Any]) -> None:
    """Let the optimizer step on what a shim has gathered.

    path: of the shim. An optimizer that isn't thinc's gets keys such as `tagger/0#0:linear.weight`, which are the same in
    every process, as it does for parameters of layers; thinc's are asked for by number when averages are used.
    """
    if isinstance(optimizer, Optimizer):
        shim.finish_update(optimizer)
    else:
        shim.finish_update(lambda key, weights, gradient: optimizer(_path(path, key), weights, gradient))


def weights_of(shim: Any) -> dict[str, Any]:
    """Name -> array of what is trained, not to be written to; empty if the shim doesn't tell."""
    found: dict[str, Any] = shim.weights() if hasattr(shim, "weights") else {}
    return found


def has_weights(shim: Any) -> bool:
    """Whether the weights are there; some come with initialisation."""
    return bool(getattr(shim, "has_weights", True))


def numbered(shim: Any, path: str, params: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Parameters whose keys are paths, such as `tagger/0#0:linear.weight`, under the keys that a shim asks for, beside the others."""
    found = {(shim.id, name): params[key] for name in weights_of(shim) if (key := f"{path}:{name}") in params}
    return {**params, **found} if found else params


def state_of(shim: Any) -> Any:
    """What a checkpoint keeps of a shim. Arrays are its own, which the next step changes."""
    return shim.state() if is_stateful(shim) else shim.to_bytes()


def restore(shim: Any, state: Any) -> None:
    """Bring a shim to where another one was."""
    if is_stateful(shim) and isinstance(state, Mapping):
        shim.restore(state)
    else:
        shim.from_bytes(state)


def without_dropout(shim: Any) -> None:
    """Let a shim compute in training what it does in prediction."""
    if hasattr(shim, "without_dropout"):
        shim.without_dropout()


def _path(path: str, key: Any) -> Any:
    return f"{path}:{key[1]}" if isinstance(key, tuple) and len(key) == 2 else key
