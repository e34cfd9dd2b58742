"""The registry: every function that a config can name, by kind and name.

Listing, membership and origin import nothing; `get` imports the one module that holds the function.

    @kernel.registry.architectures("acme.Net.v1")
    def build(width: int) -> Model: ...

`kernel.registry` is the object below, however it is imported: `from kernel import registry`, `import kernel.registry`
and `from kernel.registry import registry` give the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from kernel.discovery import scan
from kernel.discovery.known_names import THINC_NAMES
from kernel.errors import RegistryError
from kernel.registries.origins import Origin
from kernel.registries.registry import Registry, nearest_name

KINDS = (
    "architectures",
    "augmenters",
    "batchers",
    "callbacks",
    "converters",
    "factories",
    "languages",
    "loggers",
    "lookups",
    "misc",
    "modules",
    "objectives",
    "readers",
    "scorers",
    "sections",
    "tokenizers",
    "vectors",
    *THINC_NAMES,
)

# Groups with our prefix that hold no functions for configs.
OTHER_GROUPS = frozenset({"kernel_cli", "kernel_models", "kernel_owner"})


class Registries:
    """All registries: `registry.<kind>` is one of them."""

    def __init__(self) -> None:
        self._registries = {kind: Registry(kind, self) for kind in KINDS}
        # What kernel.registries.code imported, by module; here because it is forgotten together with the definitions.
        self.custom_code: dict[str, Any] = {}

    def __repr__(self) -> str:
        return "<kernel.registry>"

    @property
    def registry(self) -> Registries:
        """Itself, for `from kernel.registry import registry`."""
        return self

    def __getattr__(self, kind: str) -> Registry:
        if kind.startswith("_"):
            raise AttributeError(kind)
        try:
            return self.of(kind)
        except RegistryError as error:
            raise AttributeError(str(error)) from None

    def of(self, kind: str) -> Registry:
        """The registry of a kind. Raises RegistryError for an unknown kind."""
        if kind not in self._registries and f"kernel_{kind}" in _declared_groups():
            self.create(kind)
        if kind not in self._registries:
            nearest = nearest_name(kind, self.kinds())
            hint = f"Did you mean {nearest!r}?" if nearest else f"There are: {', '.join(self.kinds())}."
            raise RegistryError(f"There is no registry {kind!r}", hint=hint)
        return self._registries[kind]

    def create(self, kind: str) -> Registry:
        """Add a registry. A package with entry points in the group `kernel_<kind>` needs no such call."""
        return self._registries.setdefault(kind, Registry(kind, self))

    def kinds(self) -> list[str]:
        """Names of all registries, sorted."""
        return sorted({*self._registries, *(group.removeprefix("kernel_") for group in _declared_groups())})

    def get(self, kind: str, name: str) -> Any:
        """The registered function; see Registry.get."""
        return self.of(kind).get(name)

    def has(self, kind: str, name: str) -> bool:
        """Whether a name is registered. Imports nothing; an unknown kind has no names."""
        return kind in self.kinds() and name in self.of(kind)

    def names(self, kind: str) -> list[str]:
        """All names of a kind, sorted. Imports nothing."""
        return self.of(kind).names()

    def origin(self, kind: str, name: str) -> Origin:
        """Where a name comes from. Imports nothing."""
        return self.of(kind).origin(name)

    def resolve(self, config: dict[str, Any], **settings: Any) -> Any:
        """Build what a config describes; see kernel.config.resolve."""
        # Configs are a layer above: looked up when asked for, never imported with the registry.
        return import_module("kernel.config").resolve(config, **settings)

    def fill(self, config: dict[str, Any], **settings: Any) -> dict[str, Any]:
        """Add the defaults of every referenced function; see kernel.config.fill."""
        filled: dict[str, Any] = import_module("kernel.config").fill(config, **settings)
        return filled

    def forget(self, module: str) -> None:
        """Drop the definitions that a module made, before its code runs again."""
        for one in self._registries.values():
            for name, definition in list(one._definitions.items()):
                if definition.module == module:
                    del one._definitions[name]

    def defining_modules(self) -> set[str]:
        """The modules whose definitions are registered in this process."""
        return {d.module for one in self._registries.values() for d in one._definitions.values()}

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Forget, at the end of the block, whatever was registered inside it."""
        before = {kind: dict(one._definitions) for kind, one in self._registries.items()}
        code = dict(self.custom_code)
        try:
            yield
        finally:
            self.custom_code = code
            for kind in list(self._registries):
                if kind in before:
                    self._registries[kind]._definitions = before[kind]
                else:
                    del self._registries[kind]


def _declared_groups() -> list[str]:
    return [group for group in scan.groups() if group.startswith("kernel_") and group not in OTHER_GROUPS]


registry = Registries()
