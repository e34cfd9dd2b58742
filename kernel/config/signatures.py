"""What a registered function, or a section's schema, takes."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from kernel.config.thinc_ranges import thinc_ranges

REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a function or a section takes. by_position: it may be filled from `*`."""

    name: str
    hint: Any
    default: Any = REQUIRED
    by_position: bool = False

    @property
    def is_required(self) -> bool:
        return self.default is REQUIRED

    def is_default(self, value: Any) -> bool:
        """Whether a value is the default itself, which is never checked."""
        return not self.is_required and type(value) is type(self.default) and value == self.default


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameters in order. varargs, varkwargs: hint of `*args` and `**kwargs`, REQUIRED where there is none.

    owner: what takes them, for messages. returns: hint of what is returned. is_function: whether it is a function, and no
    section.
    """

    owner: str
    parameters: dict[str, Parameter]
    varargs: Any = REQUIRED
    varkwargs: Any = REQUIRED
    returns: Any = Any
    is_function: bool = False

    @property
    def positional(self) -> list[Parameter]:
        return [parameter for parameter in self.parameters.values() if parameter.by_position]

    @property
    def takes_more(self) -> bool:
        return self.varkwargs is not REQUIRED


def of_function(func: Callable[..., Any], owner: str, *, given: Iterable[str] = ()) -> Signature:
    """Signature of a function or class. given: parameters that the caller supplies, left out."""
    try:
        raw = inspect.signature(func)
    except (ValueError, TypeError):
        return Signature(owner, {}, Any, Any, is_function=True)
    hints = type_hints(func)
    hints |= thinc_ranges(func, hints)
    parameters: dict[str, Parameter] = {}
    varargs = varkwargs = REQUIRED
    for name, one in raw.parameters.items():
        hint = hints.get(name, Any)
        if one.kind is one.VAR_POSITIONAL:
            varargs = hint
        elif one.kind is one.VAR_KEYWORD:
            varkwargs = hint
        elif name not in given:
            by_position = one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
            parameters[name] = Parameter(name, hint, one.default, by_position)
    returns = func if inspect.isclass(func) else hints.get("return", Any)
    return Signature(owner, parameters, varargs, varkwargs, returns, is_function=True)


def of_schema(schema: type[BaseModel], owner: str) -> Signature:
    """Signature of a section that a pydantic model describes."""
    parameters = {}
    for name, field in schema.model_fields.items():
        hint: Any = field.annotation
        for extra in field.metadata:
            hint = typing.Annotated[hint, extra]
        default = REQUIRED if field.is_required() else field.get_default(call_default_factory=True)
        parameters[field.alias or name] = Parameter(field.alias or name, hint, default)
    extra = schema.model_config.get("extra")
    return Signature(owner, parameters, varkwargs=Any if extra == "allow" else REQUIRED)


def type_hints(func: Callable[..., Any]) -> dict[str, Any]:
    """Type hints of a function or class; those that can't be resolved are left out."""
    target: Any = func
    while isinstance(target, functools.partial):
        target = target.func
    if inspect.isclass(target):
        target = target.__init__ if "__init__" in dir(target) else target
    elif not inspect.isroutine(target):
        target = type(target).__call__
    target = inspect.unwrap(target)
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 (a hint may name anything, and fail in any way)
        return _one_by_one(target)


def _one_by_one(target: Any) -> dict[str, Any]:
    found = {}
    for name, annotation in getattr(target, "__annotations__", {}).items():
        single = {"__annotations__": {name: annotation}, "__module__": getattr(target, "__module__", None)}
        holder = type("holder", (), single)
        try:
            names = getattr(target, "__globals__", None)
            found.update(typing.get_type_hints(holder, globalns=names, include_extras=True))
        except Exception:  # noqa: BLE001, S112
            continue
    return found
