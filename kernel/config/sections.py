"""The sections of a config: the kernel's own, and those that packages supply.

A package supplies a section with an entry point in the group `kernel_sections`. Its name is the dotted path of the section,
and it names a subclass of `Section`: `"training.workers" = "acme_workers.section:WorkersSection"`. A config that has the
section gets its defaults and its checks; to every other config nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.config.config import Config
from kernel.config.schemas import (
    InitializeSchema,
    NlpSchema,
    PluginsSchema,
    Section,
    SystemSchema,
    TrainingSchema,
)
from kernel.config.sources import DEFAULT
from kernel.discovery.known_names import provider
from kernel.errors import ConfigError, Problem, RegistryError
from kernel.registries.family import Registries, chosen_by

KIND = "sections"

# What the sections take whose settings the kernel knows.
OWN: dict[str, type[Section]] = {
    "nlp": NlpSchema,
    "system": SystemSchema,
    "training": TrainingSchema,
    "initialize": InitializeSchema,
    "plugins": PluginsSchema,
}
# Sections of the kernel that hold blocks of any names.
OPEN = ("components", "paths", "variables", "corpora", "registry")
NAMES = (*OWN, *OPEN)


def supplied(
    config: Mapping[str, Any],
    problems: list[Problem] | None = None,
    registry: Registries | None = None,
) -> dict[str, type[Section]]:
    """Dotted path -> schema of the sections of a config that packages supply; one that is empty counts as absent.

    problems: takes those of packages that can't be used. Without it they are raised as a ConfigError. registry: where the
    sections are looked up, by default as the config wants it.
    """
    registry = registry or chosen_by(config)
    found, wrong = {}, []
    for path in registry.of(KIND).names():
        if not at(config, path):
            continue
        try:
            found[path] = schema_of(path, registry)
        except RegistryError as error:
            problem = Problem(
                error.message, path=path, suggestion=error.hint or None, exit_code=error.exit_code
            )
            wrong.append(problem)
    if problems is not None:
        problems += wrong
    elif wrong:
        raise ConfigError(wrong)
    return found


def schema_of(path: str, registry: Registries | None = None) -> type[Section]:
    """The schema that a package supplies for a section. registry: where it is looked up, by default the process's."""
    registry = registry or chosen_by(None)
    schema = registry.get(KIND, path)
    if isinstance(schema, type) and issubclass(schema, Section):
        return schema
    raise RegistryError(
        f"sections: {path!r} of {registry.origin(KIND, path)} is no schema of a section",
        hint="It is to be a subclass of kernel.config.schemas.Section.",
    )


def add_defaults(config: Config) -> Config:
    """The config over the defaults of the sections that packages supply to it."""
    registry = chosen_by(config)
    for path, schema in supplied(config, registry=registry).items():
        if schema.defaults:
            name = f"{registry.origin(KIND, path)}, defaults of [{path}]"
            defaults = Config.from_str(schema.defaults, name=name, kind=DEFAULT)
            strays = [key for key in defaults if key != path.partition(".")[0]]
            if strays or not at(defaults, path):
                raise ConfigError(f"{name}: they are of other sections: {', '.join(strays) or 'none'}")
            config = defaults.merge(config)
    return config


def at(config: Mapping[str, Any], path: str) -> Any:
    """What a dotted path leads to in nested dicts, None if it leads nowhere."""
    node: Any = config
    for part in path.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def put(config: dict[str, Any], path: str, value: Any) -> None:
    """Set what a dotted path leads to; the sections around it are there."""
    *around, name = path.split(".")
    node = config
    for part in around:
        node = node[part]
    node[name] = value


def own_part(block: Mapping[str, Any], path: str, others: Mapping[str, Any]) -> dict[str, Any]:
    """A section without the sections inside it that packages supply. others: by dotted path."""
    return {key: value for key, value in block.items() if f"{path}.{key}" not in others}


def supplier_hint(path: str, registry: Registries) -> str:
    """What to do to have a section that is known to be a package's, or that a denied one supplies; "" for others."""
    if provider(KIND, path) is None and not registry.of(KIND).denied(path):
        return ""
    return registry.of(KIND).unknown(path).hint
