"""Names that stand for others: an attribute of an `Aliases` leads a registry to the function that has another name there.

An entry point of the package gives each name its attribute, so that metadata tell which names there are, and nothing is
imported until a config uses one:

    [project.entry-points.kernel_architectures]
    "spacy.Tok2Vec.v2" = "kernel_spacy.names:architectures.Tok2Vec_v2"
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from kernel.registries.aliases import Alias

_OURS = "kernel."


class Aliases:
    """The names of a registry as attributes: `Tok2Vec_v2` is an alias of `kernel.Tok2Vec.v2`.

    arguments: for functions that take more here, or have another default: the parameters that the name
    has, each with its default. A parameter without one is `REQUIRED`.
    """

    def __init__(self, arguments: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._arguments = dict(arguments or {})
        self._made: dict[str, tuple[Any, Any]] = {}

    def arguments(self, name: str) -> Mapping[str, Any]:
        """The arguments that a function of ours has under its other name; empty if they are all its own."""
        return self._arguments.get(name, {})

    def __getattr__(self, attribute: str) -> Alias:
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        name = our_name(attribute)
        return Alias(name, functools.partial(self._wrapped, name) if name in self._arguments else None)

    def _wrapped(self, name: str, function: Callable[..., Any]) -> Any:
        # One object each time, as for the others.
        if name not in self._made or self._made[name][0] is not function:
            self._made[name] = function, with_arguments(function, self._arguments[name])
        return self._made[name][1]


REQUIRED = inspect.Parameter.empty


def our_name(attribute: str) -> str:
    """The registered name that an attribute stands for: `kernel.Tok2Vec.v2` for `Tok2Vec_v2`."""
    name, _, version = attribute.rpartition("_v")
    return f"{_OURS}{name}.v{version}"


def with_arguments(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Callable[..., Any]:
    """A function that takes these arguments alone, with these defaults, and calls the given one with them.

    What a config is filled with then is what the field's function takes too, so that the config goes back.
    """
    signature = inspect.signature(function)
    parameters = [signature.parameters[name].replace(default=default) for name, default in arguments.items()]
    own = signature.replace(parameters=parameters)

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        given = own.bind(*args, **kwargs)
        given.apply_defaults()
        return function(**given.arguments)

    called.__signature__ = own  # type: ignore[attr-defined]
    return called
