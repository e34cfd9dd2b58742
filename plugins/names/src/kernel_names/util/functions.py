"""Small helpers for components, scores and functions."""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from kernel import registry
from kernel.errors import UsageError
from kernel.training.score import score_weights


def get_arg_names(func: Callable[..., Any]) -> list[str]:
    """The names of a function's parameters."""
    return list(inspect.signature(func).parameters)


def get_object_name(obj: Any) -> str:
    """What a function, class or object is called: its own name or `__name__`, else that of its class."""
    if getattr(obj, "name", None) is not None:
        return str(obj.name)
    return str(getattr(obj, "__name__", None) or type(obj).__name__)


def all_equal(iterable: Iterable[Any]) -> bool:
    """Whether all items are equal; true for none."""
    items = iter(iterable)
    first = next(items, None)
    return all(item == first for item in items)


def to_ternary_int(val: Any) -> int:
    """1 for true, 0 for unknown (None, 0), -1 for everything else: the values of `is_sent_start`."""
    if val is False:
        return -1
    return 1 if val == 1 else 0 if val is None or val == 0 else -1


def combine_score_weights(
    weights: Sequence[Mapping[str, float | None]], overrides: Mapping[str, float | None] | None = None
) -> dict[str, float | None]:
    """The score weights of several components as shares of 1, with `overrides` in their place. None stays None."""
    merged = {name: weight for own in weights for name, weight in own.items()}
    shares = score_weights(merged, overrides or {})
    return {name: weight and round(weight, 2) for name, weight in shares.items()}


def create_default_optimizer() -> Any:
    """Adam, with its defaults."""
    return registry.resolve({"@optimizers": "Adam.v1"})


def raise_error(proc_name: str, proc: Any, docs: Any, e: Exception) -> NoReturn:
    """For `nlp.set_error_handler`: stop at the first error."""
    raise e


def ignore_error(proc_name: str, proc: Any, docs: Any, e: Exception) -> None:
    """For `nlp.set_error_handler`: leave out what a component fails on."""


def import_file(name: str, loc: str | Path) -> ModuleType:
    """Import a Python file under a name. `UsageError` if it is no file of Python's."""
    spec = spec_from_file_location(name, str(loc))
    if spec is None or spec.loader is None or not Path(loc).is_file():
        raise UsageError(f"{loc} is not a file of Python's")
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
