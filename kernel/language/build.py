"""A pipeline from its config: filling in defaults, making components, calling the callbacks of `[nlp]`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from kernel.config import Config, default_config, fill, resolve
from kernel.config.checking import check_component, named_twice
from kernel.config.origin import ORIGIN, apart, without_null
from kernel.config.packages import verify
from kernel.config.plans import Planner
from kernel.config.schemas import NlpSchema
from kernel.config.sources import problem_at
from kernel.config.variables import leading_into
from kernel.errors import ConfigError, KernelError, Problem, RegistryError, UsageError
from kernel.files.names import as_names
from kernel.language.components import ComponentList
from kernel.language.create import fill_settings
from kernel.language.defaults import fresh_subclass
from kernel.language.editing import EditableComponents
from kernel.language.factories import find_factory
from kernel.language.keeping import keep_values, rename
from kernel.language.listening import block_of_source, unheard_in_config
from kernel.language.order import NAMES, is_possible_name, to_disable, warn_of_unknown
from kernel.language.slots import Slot, position
from kernel.registries.blame import naming
from kernel.registries.family import Registries, chosen_by
from kernel.registries.registry import nearest_name

if TYPE_CHECKING:
    from kernel.vocab import Vocab

Pipeline = TypeVar("Pipeline", bound=EditableComponents)
AnyPipeline = TypeVar("AnyPipeline", bound=ComponentList)
Load = Callable[[str], ComponentList]
# What can be left out of saving and loading besides components: the last three are parts of the first.
PARTS = frozenset({"vocab", "tokenizer", "meta", "strings", "vectors", "lookups"})
Block = dict[str, Any]


def fill_config(cls: type[ComponentList], config: Mapping[str, Any]) -> Config:
    """The config over the defaults of the kernel and of the language, with `[nlp]` and `[components]` filled.

    `ConfigError` with every problem: functions that can't be found, components without a block, listeners without a source.
    """
    filled, problems = _fill(cls, config)
    if not problems:
        problems = [*_unlike_sources(filled), *unheard_in_config(filled)]
    if problems:
        raise ConfigError(problems)
    return filled


def _unlike_sources(filled: Config) -> Iterator[Problem]:
    """What is written beside sources and is not so there, as far as their configs can be read."""
    try:
        plain = filled.interpolate()
    except ConfigError:
        # The check of the config says why.
        return
    registry = chosen_by(filled)
    pipeline = plain["nlp"]["pipeline"]
    for name, block in plain["components"].items():
        if not isinstance(pipeline, list) or name not in pipeline:
            continue
        settings, origin = apart(block)
        # Saved settings are compared with the component, which may have been changed in Python: when it is made.
        if not origin or not settings or "factory" in settings or origin.get("replace_listeners"):
            continue
        there = block_of_source(block, str(origin.get("component") or name))
        path = f"components.{name}"
        with suppress(ConfigError):
            there = _fill_component(
                name, there, plain["nlp"]["lang"], Config({"components": {name: there}}), registry
            )
            for other in _differences(settings, there, is_whole=False):
                yield _unlike_source(filled, path, other, str(origin["source"]))


def _fill(
    cls: type[ComponentList], config: Mapping[str, Any], left_out: Collection[str] = ()
) -> tuple[Config, list[Problem]]:
    """left_out: components that are not looked at, so that what they need may be missing."""
    merged = default_config().merge(cls.Defaults.config).merge(config)
    registry = chosen_by(merged)
    problems: list[Problem] = []
    nlp = dict(merged.get("nlp") or {})
    nlp["lang"] = nlp.get("lang") or cls.lang
    with _Collected(problems):
        merged["nlp"] = fill(nlp, path="nlp", schema=NlpSchema, config=merged, registry=registry)
    components = dict(merged.get("components") or {})
    for name, block in components.items():
        if name in left_out:
            continue
        if isinstance(block, Mapping):
            block = without_null(block)
        with _Collected(problems):
            components[name] = _fill_component(name, block, nlp["lang"], merged, registry)
    pipeline = nlp.get("pipeline") or []
    before: set[str] = set()
    for place, name in enumerate(pipeline if isinstance(pipeline, list) else ()):
        if not isinstance(name, str):
            continue
        where = f"nlp.pipeline.{place}"
        if name not in components:
            problems.append(_without_block(name, place, list(components), merged))
        elif name in before:
            problems.append(named_twice(merged.sources, where, name))
        elif not is_possible_name(name):
            problems.append(
                problem_at(
                    merged.sources, where, f"{name!r} can't be the name of a component", suggestion=NAMES
                )
            )
        before.add(name)
    merged["components"] = components
    return merged, problems


def _check(
    cls: type[ComponentList],
    filled: Config,
    problems: list[Problem],
    validate: bool,
    left_out: Collection[str] = (),
) -> tuple[Config, Block]:
    """The interpolated config and its `[nlp]`, after a look at everything that will be built; nothing is called.

    problems: those that are known already. `ConfigError` if there are any.
    """
    try:
        interpolated = filled.interpolate()
    except ConfigError as error:
        owed = leading_into(error.problems, _unfilled(problems, filled))
        more = [problem for problem in error.problems if problem not in owed]
        raise ConfigError([*problems, *more]) from error
    nlp = {**interpolated["nlp"], "lang": interpolated["nlp"].get("lang") or ""}
    planner = Planner(filled.sources, chosen_by(filled), validate=validate)
    planner.section(nlp, "nlp", NlpSchema)
    known = {problem.path for problem in problems}
    names = nlp["pipeline"] if isinstance(nlp["pipeline"], list) else ()
    for name in (name for name in names if isinstance(name, str) and name not in left_out):
        block = (interpolated.get("components") or {}).get(name)
        path = f"components.{name}"
        if isinstance(block, Mapping) and "factory" in block and not known & {path, f"{path}.factory"}:
            check_component(apart(block)[0], path, cls.lang or nlp["lang"], planner)
    problems = list(dict.fromkeys([*problems, *planner.problems]))
    if problems:
        raise ConfigError(sorted(problems, key=lambda problem: problem.line or 0))
    return interpolated, nlp


def _unfilled(problems: Iterable[Problem], config: Mapping[str, Any]) -> set[str]:
    """The blocks of components that have no defaults because of some problems, or that are missing."""
    blocks = config.get("components") or {}
    wrong = [problem.path or "" for problem in problems]
    found = {".".join(path.split(".")[:2]) for path in wrong if path.startswith("components.")}
    names = (config.get("nlp") or {}).get("pipeline")
    listed = names if isinstance(names, list) else ()
    missing = [name for name in listed if isinstance(name, str) and name not in blocks]
    return found | {f"components.{name}" for name in missing}


def check_config(cls: type[ComponentList], config: Config) -> None:
    """Whether a pipeline can be built from a config, as far as can be told without building it. `ConfigError` if not."""
    cls = _class_for(cls, config)
    filled, problems = _fill(cls, config)
    _check(cls, filled, problems, validate=True)


def from_config(
    cls: type[Pipeline],
    config: Mapping[str, Any],
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] = (),
    meta: Mapping[str, Any] | None = None,
    auto_fill: bool = True,
    validate: bool = True,
    load: Load,
) -> Pipeline:
    """See `Language.from_config`. load: gives the saved pipelines that components are taken from."""
    verify(config)
    cls = _class_for(cls, config)
    left_out, off = set(as_names(exclude)), set(as_names(disable))
    filled, problems = _fill(cls, config, left_out) if auto_fill else (Config(config), [])
    interpolated, block = _check(cls, filled, problems, validate, left_out)
    if cls.lang and block["lang"] != cls.lang:
        raise ConfigError(f"nlp.lang is '{block['lang']}', but {cls.__name__} is the class of '{cls.lang}'")
    settings = resolve(block, config=filled, path="nlp", schema=NlpSchema, validate=validate)
    created: Any = cls
    if settings["before_creation"] is not None:
        created = fresh_subclass(cls)
        with naming("nlp.before_creation"):
            returned = settings["before_creation"](created)
        if returned is not created:
            raise _wrong_return(filled, "before_creation", "the class that it was given")
    nlp: Pipeline = created(
        vocab,
        config=filled,
        meta=meta,
        batch_size=settings["batch_size"] or 1000,
        create_tokenizer=settings["tokenizer"],
        create_vectors=settings["vectors"],
    )
    nlp = _called(filled, "after_creation", settings["after_creation"], nlp)
    on = None if enable is None else as_names(enable)
    for argument, given in (("exclude", left_out), ("disable", off), ("enable", on or ())):
        known = PARTS if argument == "exclude" else ()
        warn_of_unknown(settings["pipeline"], sorted(given), argument, known=known)
    names = [name for name in settings["pipeline"] if name not in left_out]
    _add_components(nlp, names, filled, interpolated, validate, load)
    if set(names) != set(interpolated.get("components") or {}):
        # Variables may refer to blocks of components that are not there.
        keep_values(nlp.config, nlp.slots, interpolated)
    for name in left_out - PARTS:
        rename(nlp.config, name, None)
    if enable is None:
        off |= set(settings["disabled"])
    # What to enable is more than what the config disables, but not than what the caller does.
    asked = sorted(off & set(names))
    wanted = None if on is None else [name for name in on if name in names]
    for name in to_disable(names, asked or None, wanted) or ():
        nlp.disable_pipe(name)
    return _called(filled, "after_pipeline_creation", settings["after_pipeline_creation"], nlp)


def interpolated_section(nlp: ComponentList, key: str) -> Block:
    """A section of the pipeline's config with its variables replaced."""
    return dict(nlp.config.interpolate().get(key) or {})


def create_optimizer(nlp: ComponentList) -> Any:
    """The optimizer of `[training.optimizer]`; Adam with its defaults if the config has none."""
    block = interpolated_section(nlp, "training").get("optimizer") or {"@optimizers": "Adam.v1"}
    return resolve(block, config=nlp.config, path="training.optimizer", registry=nlp.registry)


def default_tokenizer(registry: Registries) -> Callable[[Any], Any]:
    """The tokenizer of pipelines whose config names none."""
    create: Callable[[Any], Any] = registry.tokenizers.get("kernel.Tokenizer.v1")()
    return create


def _class_for(cls: type[AnyPipeline], config: Mapping[str, Any]) -> type[AnyPipeline]:
    """The language's own class, if the general one is asked for."""
    lang = (config.get("nlp") or {}).get("lang")
    if cls.lang or not isinstance(lang, str) or not lang:
        return cls
    found: type[AnyPipeline] = chosen_by(config).languages.get(lang)
    return found


def _add_components(
    nlp: EditableComponents,
    names: list[str],
    filled: Config,
    interpolated: Config,
    validate: bool,
    load: Load,
) -> None:
    problems: list[Problem] = []
    sources: dict[str, ComponentList] = {}
    for name in names:
        block = interpolated["components"][name]
        with _Collected(problems):
            if "source" not in block:
                settings = {key: value for key, value in block.items() if key != "factory"}
                raw = filled["components"][name]
                nlp.add_pipe(block["factory"], name, config=settings, raw_config=raw, validate=validate)
            else:
                _add_copy(nlp, name, block, filled, sources, load)
    if problems:
        raise ConfigError(problems)


def _add_copy(
    nlp: EditableComponents,
    name: str,
    block: Mapping[str, Any],
    config: Config,
    sources: dict[str, ComponentList],
    load: Load,
) -> None:
    """Add the component that a block with a source describes. sources: by path or name, each loaded once."""
    where = str(block["source"])
    path = f"components.{name}"
    if where not in sources:
        try:
            sources[where] = load(where)
        except ConfigError:
            raise
        except KernelError as error:
            raise ConfigError(_problem(config, f"{path}.source", error.message, error.hint)) from error
    source, taken = sources[where], block.get("component") or name
    if taken not in source.component_names:
        names = ", ".join(source.component_names)
        raise ConfigError(
            _problem(config, path, f"the pipeline {where} has no component '{taken}'; it has: {names}")
        )
    try:
        nlp.add_pipe(taken, name, source=source, replace_listeners=block.get("replace_listeners") or ())
    except UsageError as error:
        at = f"{path}.replace_listeners" if block.get("replace_listeners") else path
        raise ConfigError(_problem(config, at, error.message, error.hint)) from error
    place = position(nlp.slots, name)
    _check_copy(nlp.slots[place], apart(block)[0], where, config)
    nlp.slots[place] = replace(nlp.slots[place], origin=apart(config["components"][name])[1])


def _check_copy(slot: Slot, settings: Mapping[str, Any], where: str, config: Config) -> None:
    """A copy can't have other settings than its source has now. A saved block, with a factory, has all of them, for loading."""
    problems = [
        _unlike_source(config, f"components.{slot.name}", path, where)
        for path in _differences(settings, slot.block, is_whole="factory" in settings)
    ]
    if problems:
        raise ConfigError(problems)


def _unlike_source(config: Config, component: str, path: str, where: str) -> Problem:
    name = component.partition(".")[2]
    origin = nearest_name(path, list(ORIGIN))
    hint = "Remove all settings but source to take the component as it is there, or remove source."
    return _problem(
        config,
        f"{component}.{path}",
        f"'{name}' is taken from {where}, where this is not so",
        f"Did you mean {origin!r}?" if origin else hint,
    )


def _differences(one: Mapping[str, Any], other: Mapping[str, Any], *, is_whole: bool) -> Iterator[str]:
    """Dotted paths of what is in one block and not so in another. is_whole: nothing of the other may be missing in the one."""
    for key in dict.fromkeys([*one, *(other if is_whole else ())]):
        mine, theirs = one.get(key), other.get(key)
        if key in one and isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from (f"{key}.{path}" for path in _differences(mine, theirs, is_whole=is_whole))
        elif key not in one or key not in other or mine != theirs:
            yield str(key)


def _fill_component(name: str, block: Any, lang: str | None, config: Config, registry: Registries) -> Block:
    path = f"components.{name}"
    if not isinstance(block, Mapping) or not ("factory" in block or "source" in block):
        raise ConfigError(
            _problem(config, path, "a component needs either a factory or a source", 'Write factory = "..."')
        )
    if "factory" not in block:
        return dict(block)
    settings, origin = apart(block)
    try:
        registered, meta = find_factory(block["factory"], lang, registry)
    except (RegistryError, UsageError) as error:
        problem = _problem(config, f"{path}.factory", error.message, error.hint)
        raise ConfigError(replace(problem, exit_code=error.exit_code)) from error
    filled = fill_settings(registered, meta, settings, path, config, registry)
    return {"factory": block["factory"], **origin, **filled}


def _without_block(name: str, place: int, names: list[str], config: Config) -> Problem:
    close = nearest_name(str(name), names)
    hint = f"Did you mean {close!r}?" if close else f'Add a section [components.{name}] with factory = "..."'
    message = f"the pipeline names '{name}', but there is no [components.{name}]"
    return _problem(config, f"nlp.pipeline.{place}", message, hint)


def _called(config: Config, key: str, callback: Callable[[Any], Any] | None, nlp: Pipeline) -> Pipeline:
    if callback is None:
        return nlp
    with naming(f"nlp.{key}"):
        returned = callback(nlp)
    if not isinstance(returned, ComponentList):
        raise _wrong_return(config, key, "the pipeline")
    return returned  # type: ignore[return-value]


def _wrong_return(config: Config, key: str, what: str) -> ConfigError:
    return ConfigError(_problem(config, f"nlp.{key}", f"the callback must return {what}"))


def _problem(config: Config | None, path: str, message: str, hint: str = "", *, key: bool = False) -> Problem:
    sources = config.sources if config is not None else {}
    return problem_at(sources, path, message, key=key, suggestion=hint or None)


class _Collected:
    """Gathers the problems of a block of code instead of raising them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, ConfigError):
            self.problems.extend(error.problems)
            return True
        return False
