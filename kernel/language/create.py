"""Making a component from its factory and the settings of its block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.component import TrainableComponent
from kernel.config import Config, fill, merge_defaults, resolve
from kernel.config.filling import note_defaults
from kernel.config.plans import owner_name
from kernel.config.sources import ARGUMENT, Source, Sources, problem_at
from kernel.errors import ConfigError, RegistryError, WrongType
from kernel.language.factories import FactoryMeta, find_factory
from kernel.language.slots import Slot
from kernel.numeric.ops import set_ops

if TYPE_CHECKING:
    from kernel.language.components import ComponentList
    from kernel.registries.family import Registries

# What the pipeline passes to every factory.
_GIVEN = ("nlp", "name")


def create(
    nlp: ComponentList,
    factory_name: str,
    name: str,
    config: Mapping[str, Any],
    raw_config: Mapping[str, Any] | None = None,
    *,
    validate: bool = True,
    given_by: str = "config= of add_pipe",
) -> Slot:
    """Make a component.

    config: interpolated settings. raw_config: the same with variables, filled. validate: see `kernel.config.resolve`.
    given_by: what the settings are an argument of, for messages, where there is no raw_config.
    """
    if not isinstance(config, Mapping):
        raise WrongType(
            f"{given_by} takes the settings of '{name}' as a dict, not {type(config).__name__}",
            hint='Write config={"setting": value}.',
        )
    registered, meta = find_factory(factory_name, nlp.lang, nlp.registry)
    path = f"components.{name}"
    whole = nlp.written_config
    if raw_config is None:
        whole = _with_source(whole, path, given_by)
    settings = fill_settings(registered, meta, config, path, whole, nlp.registry)
    block = {"@factories": registered, "nlp": nlp, "name": name, **settings}
    component = resolve(block, config=whole, path=path, registry=nlp.registry, validate=validate)
    if not callable(component):
        raise RegistryError(
            f"the factory '{registered}' made no component for '{name}', but {type(component).__name__}",
            hint="A factory returns a function from Doc to Doc, or an object that can be called like one.",
        )
    lacking = [
        key
        for key in ("vocab", "model")
        if isinstance(component, TrainableComponent) and not hasattr(component, key)
    ]
    if lacking:
        raise RegistryError(
            f"the component '{name}', a {type(component).__name__}, has no {' and no '.join(lacking)}",
            hint="Its __init__ has to call super().__init__(vocab, model, name).",
        )
    if getattr(component, "name", name) != name:
        component.name = name
    if hasattr(getattr(component, "model", None), "walk"):
        set_ops(component.model, nlp.ops)
    if raw_config is None and nlp.written_config is not None:
        nlp.written_config.sources.update(_inside(whole, path))
    raw = settings if raw_config is None else {k: v for k, v in raw_config.items() if k != "factory"}
    saved = Config({"factory": factory_name, **raw}, is_interpolated=raw_config is None)
    return Slot(name, component, meta, saved)


def _with_source(whole: Config | None, path: str, given_by: str) -> Config:
    """The config as it is, but for the sources of a block: what stands there comes from no file."""
    made = Config({} if whole is None else whole)
    for old in _inside(made, path):
        del made.sources[old]
    made.sources[path] = Source(ARGUMENT, given_by)
    return made


def _inside(config: Config | None, path: str) -> Sources:
    """The sources of what is in a block of a config, and of the block."""
    sources = config.sources if config is not None else {}
    return {one: source for one, source in sources.items() if f"{one}.".startswith(f"{path}.")}


def fill_settings(
    registered: str,
    meta: FactoryMeta,
    config: Mapping[str, Any],
    path: str,
    whole: Config | None,
    registry: Registries,
) -> dict[str, Any]:
    """The settings of a component over the defaults of its factory. whole: the config that they stand in at `path`."""
    settings = {key: value for key, value in config.items() if key != "factory"}
    for key in _GIVEN:
        if key in settings:
            text = f"'{key}' is set by the pipeline and can't be a setting of a component"
            sources = whole.sources if whole is not None else {}
            raise ConfigError(problem_at(sources, f"{path}.{key}", text, key=True))
    merged = merge_defaults(settings, meta.default_config)
    if whole is not None:
        note_defaults(whole.sources, merged, settings, path, owner_name(registry, "factories", registered))
    filled = fill({"@factories": registered, **merged}, path=path, config=whole, registry=registry)
    return {key: value for key, value in filled.items() if key not in ("@factories", *_GIVEN)}
