"""What a config is filled with: the defaults of the functions that its blocks name, and of its sections."""

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from kernel.config.plans import function_keys
from kernel.config.signatures import Signature, of_function, of_schema
from kernel.config.values import is_plain
from kernel.errors import RegistryError
from kernel.registries.family import registry
from kernel_quickstart.trees import tree


class Functions:
    """Gathers the functions that are named anywhere in blocks, and in the defaults of those that are.

    table: "kind name" -> `defaults` in order, `positional`, the parameters that may be given by position, and `package`. Of a
    function with several names also `same`, its number, and `takes`, all that it takes.
    """

    def __init__(self) -> None:
        self.table: dict[str, dict[str, Any]] = {}
        self._found: dict[str, Any] = {}

    def add_blocks(self, value: Any) -> None:
        """Add all that blocks in a value name. What isn't there is left to the check of the config."""
        if isinstance(value, Mapping):
            for key in function_keys(value):
                if isinstance(value[key], str):
                    self.add(key[1:], value[key])
        if isinstance(value, Mapping | list | tuple):
            for item in value.values() if isinstance(value, Mapping) else value:
                self.add_blocks(item)

    def add(self, kind: str, name: str) -> None:
        """Add a function by the registry and the name that it has there."""
        place = f"{kind} {name}"
        if place in self.table or not registry.has(kind, name):
            return
        try:
            function = registry.get(kind, name)
        except RegistryError:
            return
        signature = of_function(function, name)
        self._found[place] = inspect.unwrap(function)
        self.table[place] = {
            "defaults": defaults(signature),
            "positional": [parameter.name for parameter in signature.positional],
            "takes": list(signature.parameters),
            "package": package(kind, name),
        }
        for parameter in signature.parameters.values():
            self.add_blocks(parameter.default)

    def done(self) -> dict[str, dict[str, Any]]:
        """The table, which says of functions with several names that these are the same."""
        functions = list(self._found.values())
        for place, entry in self.table.items():
            same = [number for number, one in enumerate(functions) if one is self._found[place]]
            if len(same) > 1:
                entry["same"] = same[0]
            else:
                entry.pop("takes", None)
        return self.table


def defaults(signature: Signature) -> list[list[Any]]:
    """[name, default] of all that a function or a section takes, but for what can't be written in a config."""
    return [
        [parameter.name, tree(parameter.default)]
        for parameter in signature.parameters.values()
        if not parameter.is_required and is_plain(parameter.default)
    ]


def schema_defaults(schema: type[BaseModel] | None) -> list[list[Any]]:
    """The same of a section by its schema; nothing for one without."""
    return [] if schema is None else defaults(of_schema(schema, ""))


def package(kind: str, name: str) -> str:
    """The package of a registered name as a requirement, or a comment that says which file to give."""
    origin = registry.origin(kind, name)
    if origin.distribution:
        return f"{origin.distribution}=={origin.version}"
    return f"# {kind} {name} is in no package: give {origin.file} with --code"
