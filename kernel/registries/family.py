"""The registry: every function that a config can name, by kind and name.

Listing, membership and origin import nothing; `get` imports the one module that holds the function.

    @kernel.registry.architectures("acme.Net.v1")
    def build(width: int) -> Model: ...

`kernel.registry` is the object below, however it is imported: `from kernel import registry`, `import kernel.registry`
and `from kernel.registry import registry` give the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any

from kernel.discovery import scan
from kernel.discovery.known_names import COMMAND_GROUPS, THINC_NAMES
from kernel.discovery.rules import NO_CHOICES, SECTIONS, Choices, choices_of
from kernel.errors import RegistryError
from kernel.registries.origins import Origin
from kernel.registries.registry import Registry, nearest_name
from kernel.registries.store import created_kinds, defining_modules, forget, restored

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
    "readers",
    "scorers",
    "sections",
    "tokenizers",
    "vectors",
    "workers",
    "writers",
    *THINC_NAMES,
)

# Groups with our prefix that hold no functions for configs.
OTHER_GROUPS = frozenset(
    {
        *COMMAND_GROUPS,
        "kernel_fallbacks",
        "kernel_formats",
        "kernel_info",
        "kernel_models",
        "kernel_owner",
        "kernel_refusals",
    }
)


class Registries:
    """All registries: `registry.<kind>` is one of them.

    choices: which packages may be used and who gets a name that several claim, for what is looked up here. What is registered is
    the process's, whatever the choices.
    """

    def __init__(self, choices: Choices = NO_CHOICES) -> None:
        self.choices = choices
        self._registries: dict[str, Registry] = {}

    def __repr__(self) -> str:
        return "<kernel.registry>"

    @property
    def registry(self) -> Registries:
        """Itself, for `from kernel.registry import registry`."""
        return self

    def chosen_by(self, config: Mapping[str, Any] | None) -> Registries:
        """These registries as `[plugins]` and `[registry.override]` of a config let them be seen.

        The same object if the config has neither section. Variables in them that lead nowhere are left to the check of
        the config.
        """
        sections = {key: config[key] for key in SECTIONS if key in config} if config is not None else {}
        if not sections:
            return self
        if "$" in str(sections):
            # A layer above, like what `resolve` calls.
            sections = import_module("kernel.config.packages").plain_sections(config)[0]
        return Registries(choices_of(sections))

    def __getattr__(self, kind: str) -> Registry:
        if kind.startswith("_"):
            raise AttributeError(kind)
        try:
            return self.of(kind)
        except RegistryError as error:
            raise AttributeError(str(error)) from None

    def of(self, kind: str) -> Registry:
        """The registry of a kind. Raises RegistryError for an unknown kind."""
        if not (kind in KINDS or kind in created_kinds or f"kernel_{kind}" in _declared_groups()):
            nearest = nearest_name(kind, self.kinds())
            hint = f"Did you mean {nearest!r}?" if nearest else f"There are: {', '.join(self.kinds())}."
            raise RegistryError(f"There is no registry {kind!r}", hint=hint)
        if kind not in self._registries:
            self._registries[kind] = Registry(kind, self, self.choices)
        return self._registries[kind]

    def create(self, kind: str) -> Registry:
        """Add a registry. A package with entry points in the group `kernel_<kind>` needs no such call."""
        created_kinds.add(kind)
        return self.of(kind)

    def kinds(self) -> list[str]:
        """Names of all registries, sorted."""
        return sorted(
            {*KINDS, *created_kinds, *(group.removeprefix("kernel_") for group in _declared_groups())}
        )

    def get(self, kind: str, name: str) -> Any:
        """The registered function; see Registry.get."""
        return self.of(kind).get(name)

    def has(self, kind: str, name: str) -> bool:
        """Whether a name is registered. Imports nothing; an unknown kind has no names."""
        return kind in self.kinds() and name in self.of(kind)

    def name_for_language(self, kind: str, name: str, lang: str | None) -> str:
        """The registered name for a language: `en.name` if there is one for "en", else the name itself. Imports nothing."""
        own = f"{lang}.{name}"
        return own if lang and self.has(kind, own) else name

    def names(self, kind: str) -> list[str]:
        """All names of a kind, sorted. Imports nothing."""
        return self.of(kind).names()

    def origin(self, kind: str, name: str) -> Origin:
        """Where a name comes from. Imports nothing."""
        return self.of(kind).origin(name)

    def find(self, kind: str, name: str) -> dict[str, Any]:
        """Where a registered function is and what it says of itself: module, file, line_no, docstring. Imports it."""
        function, origin = self.get(kind, name), self.origin(kind, name)
        return {
            "module": getattr(function, "__module__", None),
            "file": origin.file or getattr(getattr(function, "__code__", None), "co_filename", None),
            "line_no": origin.line or getattr(getattr(function, "__code__", None), "co_firstlineno", None),
            "docstring": inspect.getdoc(function),
        }

    def get_registry_names(self) -> list[str]:
        """The same as `kinds`."""
        return self.kinds()

    def resolve(self, block: Mapping[str, Any], /, **settings: Any) -> Any:
        """Build what a config, or a block of one, describes; see kernel.config.resolve."""
        # Configs are a layer above: looked up when asked for, never imported with the registry.
        return import_module("kernel.config").resolve(block, registry=self._for(block, settings), **settings)

    def fill(self, block: Mapping[str, Any], /, **settings: Any) -> dict[str, Any]:
        """Add the defaults of every referenced function; see kernel.config.fill."""
        filled: dict[str, Any] = import_module("kernel.config").fill(
            block, registry=self._for(block, settings), **settings
        )
        return filled

    def _for(self, block: Mapping[str, Any], settings: Mapping[str, Any]) -> Registries:
        return self.chosen_by(settings.get("config") or block)

    def forget(self, module: str) -> None:
        """Drop the definitions that a module made, before its code runs again."""
        forget(module)

    def defining_modules(self) -> set[str]:
        """The modules whose definitions are registered in this process."""
        return defining_modules()

    def restored(self) -> AbstractContextManager[None]:
        """Forget, at the end of the block, whatever was registered inside it."""
        return restored()


def _declared_groups() -> list[str]:
    return [group for group in scan.groups() if group.startswith("kernel_") and group not in OTHER_GROUPS]


registry = Registries()


def chosen_by(config: Mapping[str, Any] | None) -> Registries:
    """The process's registries under the choices of a config; see Registries.chosen_by."""
    return registry.chosen_by(config)
