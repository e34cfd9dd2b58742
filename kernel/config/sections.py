"""The sections of a config: the kernel's own, and those that packages supply.

A package supplies a section with an entry point in the group `kernel_sections`. Its name is the dotted path of the section,
and it names a subclass of `Section`: `"training.workers" = "acme_workers.section:WorkersSection"`. A config that has the
section gets its defaults and its checks; to every other config nothing happens.

A header without keys asks for all defaults. Where a key has none, or the schema wants it so (`unused_if_empty`), such a header
says that the section isn't used, as `[pretraining]` does in most configs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pydantic.errors import PydanticUndefinedAnnotation

from kernel.config.config import Config
from kernel.config.schemas import (
    InitializeSchema,
    NlpSchema,
    PluginsSchema,
    Section,
    SystemSchema,
    TrainingSchema,
)
from kernel.config.signatures import of_schema
from kernel.config.sources import DEFAULT, Sources, problem_at
from kernel.config.written import Refused, convert
from kernel.discovery.known_names import provider
from kernel.errors import ConfigError, PluginError, Problem, RegistryError
from kernel.registries.blame import describe_error, naming
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
# Those in which packages may put sections: what a run and a pipeline go by, and others may, too.
AROUND = ("training", "initialize")


def refusal(path: str) -> str:
    """Why no package may supply a section; "" if one may."""
    if not all(map(str.isidentifier, path.split("."))):
        return f"{path!r} is not the dotted name of a section, such as training.workers"
    first, _, rest = path.partition(".")
    if first not in NAMES:
        return ""
    if not rest:
        return f"the kernel's own [{path}] can't be replaced"
    if first not in AROUND:
        return (
            f"packages can't add sections to the kernel's own [{first}], only to [{'] and ['.join(AROUND)}]"
        )
    key = rest.partition(".")[0]
    return f"{key!r} is a key of the kernel's own [{first}]" if key in OWN[first].model_fields else ""


def present(config: Mapping[str, Any], registry: Registries | None = None) -> list[str]:
    """Dotted paths of the sections of a config that packages supply.

    Imports the schemas of those that have no keys: see `leaves_open`. registry: where the sections are looked up, by default
    as the config wants it.
    """
    registry = registry or chosen_by(config)
    return [path for path in registry.names(KIND) if not refusal(path) and _is_used(config, path, registry)]


def _is_used(config: Mapping[str, Any], path: str, registry: Registries) -> bool:
    """Whether a config has a section; RegistryErrors of one without keys are left to who looks at its schema."""
    block = at(config, path)
    if block != {}:
        return block is not None
    try:
        schema = schema_of(path, registry)
        return not (schema.unused_if_empty or leaves_open(schema, path))
    except RegistryError:
        return True


def leaves_open(schema: type[Section], path: str) -> list[str]:
    """The keys of a section without a default."""
    given = at(Config.from_str(schema.defaults), path) or {} if schema.defaults else {}
    return [
        name
        for name, key in of_schema(schema, path).parameters.items()
        if key.is_required and name not in given
    ]


def supplied(
    config: Mapping[str, Any],
    problems: list[Problem] | None = None,
    *,
    sources: Sources | None = None,
    registry: Registries | None = None,
) -> dict[str, type[Section]]:
    """Dotted path -> schema of the sections of a config that packages supply: as `present`, outer ones first.

    problems: takes those of packages that can't be used. Without it they are raised as a ConfigError. sources: where the
    config's values were written. registry: where the sections are looked up, by default as the config wants it.
    """
    registry = registry or chosen_by(config)
    found: dict[str, type[Section]] = {}
    wrong = []
    for path in [path for path in registry.names(KIND) if _is_used(config, path, registry)]:
        try:
            schema = schema_of(path, registry)
            _check_around(path, found, registry)
            found[path] = schema
        except RegistryError as error:
            hint = error.hint or None
            problem = problem_at(sources or {}, path, error.message, key=True, suggestion=hint)
            wrong.append(replace(problem, exit_code=error.exit_code))
    if problems is not None:
        problems += wrong
    elif wrong:
        raise ConfigError(wrong)
    return found


def schema_of(path: str, registry: Registries | None = None) -> type[Section]:
    """The schema that a package supplies for a section.

    RegistryError if none does, PluginError if the one that does may not, or supplies something else.
    registry: where it is looked up, by default the process's.
    """
    registry = registry or chosen_by(None)
    if not registry.has(KIND, path):
        hint = registry.of(KIND).unknown(path).hint
        raise RegistryError(f"no package supplies the section [{path}]", hint=hint)
    reason = refusal(path)
    if reason:
        raise _unusable(path, reason, registry)
    schema = registry.get(KIND, path)
    if not (isinstance(schema, type) and issubclass(schema, Section)):
        raise PluginError(
            f"sections: {path!r} of {registry.origin(KIND, path)} is not a schema of a section",
            hint="It must be a subclass of kernel.config.schemas.Section.",
            kind=KIND,
            name=path,
        )
    fault = _fault(schema, path, registry)
    if fault:
        owner = registry.origin(KIND, path)
        raise PluginError(
            f"sections: the schema of [{path}], which {owner} supplies, is broken: {fault}",
            hint="Tell its author, or use another version of the package.",
            kind=KIND,
            name=path,
        )
    return schema


def _fault(schema: type[Section], path: str, registry: Registries) -> str:
    """What is wrong with a schema, "" if nothing is."""
    try:
        schema.model_rebuild()
        parameters = of_schema(schema, path).parameters
        defaults = Config.from_str(schema.defaults, name=f"defaults of [{path}]", kind=DEFAULT)
    except PydanticUndefinedAnnotation as error:
        return f"an annotation names {error.name!r}, which is not defined"
    except Exception as error:  # noqa: BLE001 (an annotation or a default of a package may fail in any way)
        return describe_error(error) if not isinstance(error, ConfigError) else error.message
    strays = [key for key in defaults if key != path.partition(".")[0]]
    if schema.defaults and (strays or not isinstance(at(defaults, path), Mapping)):
        return f"its defaults belong to other sections: {', '.join(strays) or 'none'}"
    for what, keys in (("corpora", schema.corpora), ("kinds", schema.kinds)):
        for key in keys:
            if key not in parameters:
                return f"{what} names {key!r}, which is no key of it"
            if what == "corpora":
                try:
                    convert(parameters[key].hint, "corpora.train")
                except Refused:
                    return f"corpora names {key!r}, which takes no text"
    for key, kind in schema.kinds.items():
        if kind not in registry.kinds():
            return f"kinds says that {kind!r} makes {key!r}, but there is no such registry"
    return ""


def _check_around(path: str, found: Mapping[str, type[Section]], registry: Registries) -> None:
    """Raise PluginError if a section would lie in a key of a section around it."""
    for around, schema in found.items():
        inside = path.removeprefix(f"{around}.")
        key = inside.partition(".")[0]
        if inside != path and key in schema.model_fields:
            owner = registry.origin(KIND, around)
            raise _unusable(path, f"{key!r} is a key of [{around}], which {owner} supplies", registry)


def _unusable(path: str, reason: str, registry: Registries) -> PluginError:
    claims = " and ".join(registry.of(KIND).claims(path))
    return PluginError(
        f"sections: {claims} supplies [{path}], but {reason}",
        hint="Uninstall the package, or deny it: kernel "
        + " ".join(f"--deny {owner}" for owner in registry.of(KIND).owners(path)),
        kind=KIND,
        name=path,
    )


def add_defaults(config: Config, problems: list[Problem] | None = None) -> Config:
    """The config over the defaults of the sections that packages supply to it. problems: as in `supplied`."""
    registry = chosen_by(config)
    for path, schema in supplied(config, problems, sources=config.sources, registry=registry).items():
        config = over_defaults(config, path, schema, registry)
    return config


def over_defaults(config: Config, path: str, schema: type[Section], registry: Registries) -> Config:
    """The config over the blocks that are defaults of one section, whether the config has that or not."""
    if not schema.defaults:
        return config
    name = f"{registry.origin(KIND, path)}, defaults of [{path}]"
    defaults = Config.from_str(schema.defaults, name=name, kind=DEFAULT)
    return defaults.merge(config)


def with_recommended(config: Config, path: str, filled: Mapping[str, Any]) -> Config:
    """The config over what a section recommends to it, which its user has asked for. filled: with its components filled in.

    RegistryError if no package supplies the section.
    """
    registry = chosen_by(config)
    schema = schema_of(path, registry)
    origin = registry.origin(KIND, path)
    with naming(f"the recommendation of {origin} for [{path}]"):
        text = schema.recommend(filled)
    found = Config.from_str(text, name=f"{origin}, recommended for [{path}]", kind=DEFAULT)
    if at(found, path) is None:
        put(found, path, {})
    return found.merge(config)


def at(config: Mapping[str, Any], path: str) -> Any:
    """What a dotted path leads to in nested dicts, None if it leads nowhere."""
    node: Any = config
    for part in path.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def put(config: dict[str, Any], path: str, value: Any) -> None:
    """Set what a dotted path leads to; sections around it are made where there are none."""
    *around, name = path.split(".")
    node = config
    for part in around:
        node = node.setdefault(part, {})
    node[name] = value


def deciding(config: Config) -> Config:
    """The config without the sections that have no part in the weights of a run."""
    others = [path for path, schema in supplied(config).items() if schema.runs_only]
    if not others:
        return config
    kept = config.copy()
    for path in others:
        around, _, name = path.rpartition(".")
        (at(kept, around) if around else kept).pop(name)
    return kept


def own_part(config: Mapping[str, Any], path: str, lent: Collection[str], registry: Registries) -> Any:
    """A section of a config without those inside it, at any depth, that packages supply; {} if it isn't there.

    lent: dotted paths of those that are used. Of the registry's others, those without keys, or null, say that they aren't.
    """
    block = at(config, path)
    unused = [other for other in registry.names(KIND) if not at(config, other) and not refusal(other)]
    return {} if block is None else _without(block, path, {*lent, *unused})


def _without(block: Any, path: str, others: Collection[str]) -> Any:
    if not isinstance(block, Mapping):
        return block
    kept = {}
    for key, value in block.items():
        place = f"{path}.{key}"
        if place in others:
            continue
        own = _without(value, place, others) if _has_inside(place, others) else value
        if own or not value:
            kept[key] = own
    return kept


def _has_inside(path: str, others: Collection[str]) -> bool:
    return any(other.startswith(f"{path}.") for other in others)


def inner_names(path: str, registry: Registries) -> list[str]:
    """The keys of a section below which there are sections that packages supply."""
    found = [name for name in registry.names(KIND) if name.startswith(f"{path}.") and not refusal(name)]
    return list(dict.fromkeys(name.removeprefix(f"{path}.").partition(".")[0] for name in found))


def supplier_hint(path: str, registry: Registries) -> str:
    """What to do to have a section that is known to be a package's, or that a denied one supplies; "" for others."""
    if provider(KIND, path) is None and not registry.of(KIND).denied(path):
        return ""
    return registry.of(KIND).unknown(path).hint
