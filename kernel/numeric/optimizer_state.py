"""What an optimizer has gathered, by the paths of the parameters, so that another process can go on from it.

thinc's optimizers are known; another one has methods `state()`, which returns plain data, and `restore(state)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from thinc.api import Optimizer

from kernel.numeric.adapter import buffer_of, set_buffer
from kernel.numeric.ops import get_ops
from kernel.numeric.parameters import nodes, shims
from kernel.state import is_stateful

_ARRAYS = ("mom1", "mom2", "averages")
_COUNTS = ("nr_update", "last_seen")
_RATES = ("grad_clip", "learn_rate", "b1", "b2", "eps", "L2", "use_radam", "L2_is_weight_decay")


def keeps_state(optimizer: Any) -> bool:
    """Whether the state of an optimizer can be kept: it is thinc's, or has state() and restore()."""
    return isinstance(optimizer, Optimizer) or is_stateful(optimizer)


def optimizer_state(optimizer: Any, models: Mapping[str, Any]) -> dict[str, Any] | None:
    """The state of an optimizer, None if it can't be kept. Arrays are its own, which the next step changes.

    models: those that it steps on; keys that are thinc's (number of a node or a shim, name) become paths.
    """
    if is_stateful(optimizer):
        return {"own": optimizer.state()}
    if not isinstance(optimizer, Optimizer):
        return None
    portable = _to_path(models)
    state: dict[str, Any] = {
        "rates": {name: getattr(optimizer, name) for name in _RATES},
        "buffer": buffer_of(optimizer),
        "schedules": {
            name: schedule.state() for name, schedule in optimizer.schedules.items() if is_stateful(schedule)
        },
    }
    for name in (*_ARRAYS, *_COUNTS):
        values = getattr(optimizer, name)
        state[name] = None if values is None else [(portable(key), value) for key, value in values.items()]
    return state


def restore_optimizer(
    optimizer: Any, models: Mapping[str, Any], state: Mapping[str, Any] | None, replay: Callable[[], None]
) -> None:
    """Give an optimizer the state that an equal one had.

    replay: steps its schedules as often as those of the other one were; called unless all of them have states.
    """
    if state is None:
        replay()
        return
    if "own" in state:
        optimizer.restore(state["own"])
        return
    _restore_schedules(optimizer, state["schedules"], replay)
    for name, value in state["rates"].items():
        setattr(optimizer, name, value)
    set_buffer(optimizer, state["buffer"])
    own, ops = _from_path(models), get_ops(-1)
    for node in (node for model in models.values() for node in model.walk()):
        ops = node.ops
        break
    for name in _ARRAYS:
        pairs = state[name]
        if pairs is None or getattr(optimizer, name) is None:
            continue
        values = getattr(optimizer, name)
        values.clear()
        values.update((own(key), ops.asarray(value)) for key, value in pairs)
    for name in _COUNTS:
        getattr(optimizer, name).clear()
        getattr(optimizer, name).update((own(key), value) for key, value in state[name])


def _restore_schedules(optimizer: Optimizer, states: Mapping[str, Any], replay: Callable[[], None]) -> None:
    schedules = optimizer.schedules
    optimizer.schedules = {name: each for name, each in schedules.items() if name not in states}
    if optimizer.schedules:
        replay()
    optimizer.schedules = schedules
    for name, value in states.items():
        schedules[name].restore(value)


def _to_path(models: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Keys with numbers, which are another process's, as keys with paths."""
    # Nodes and shims are numbered apart: of two with one number it is the shim, as nodes have paths already.
    known = {node.id: ("node", path) for path, node in nodes(models)}
    known |= {shim.id: ("shim", path) for path, shim in shims(models)}

    def convert(key: Any) -> Any:
        if isinstance(key, tuple) and len(key) == 2 and key[0] in known:
            return (*known[key[0]], key[1])
        return key

    return convert


def _from_path(models: Mapping[str, Any]) -> Callable[[Any], Any]:
    numbers = {("node", path): node.id for path, node in nodes(models)}
    numbers |= {("shim", path): shim.id for path, shim in shims(models)}

    def convert(key: Any) -> Any:
        if isinstance(key, tuple) and len(key) == 3 and key[:2] in numbers:
            return numbers[key[:2]], key[2]
        return key

    return convert
