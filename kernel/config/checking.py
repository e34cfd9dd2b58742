"""Checking a whole config before anything of it is built: one report for the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kernel.config.config import Config, merge_defaults, position
from kernel.config.former import former_key
from kernel.config.hints import bare
from kernel.config.packages import package_problems
from kernel.config.paths import Paths, all_paths, upwards
from kernel.config.plans import Planner, function_keys, join, owner_name
from kernel.config.schemas import SystemSchema
from kernel.config.sections import NAMES, OWN, at, own_part, supplied, supplier_hint
from kernel.config.signatures import of_function, type_hints
from kernel.config.sources import DEFAULT, Sources, problem_at
from kernel.config.suggestions import Suggestions
from kernel.config.values import show_value
from kernel.config.variables import dependents, interpolate, leading_into, references, tainted
from kernel.discovery.known_names import provider
from kernel.errors import ConfigError, Problem, RegistryError
from kernel.registries.family import Registries, chosen_by
from kernel.registries.registry import nearest_name

# Where users put what they like: it means something only if a variable refers to it.
NAMED_FREELY = ("paths", "variables")
# How many names a message lists that would be right.
LISTED = 30


def check(
    config: Config,
    *,
    skip: Collection[str] = (),
    known: Sequence[Problem] = (),
    unfilled: Collection[str] = (),
    registry: Registries | None = None,
) -> None:
    """Raise one ConfigError with everything that is wrong in a filled config; nothing is built.

    config: not interpolated. Checked are the names of sections, variables, every block against the function
    that it names, every section against its schema, and that each override means something. skip: dotted paths of sections
    that somebody else understands, such as `nlp` and `components` of a pipeline class with rules of its own. known: what
    is wrong for sure, and not to be said again. unfilled: dotted paths of blocks whose defaults are missing because of it, so
    that variables may refer to what is not there. registry: where functions are looked up, by default as the config wants it.
    """
    registry = registry or chosen_by(config)
    used = Paths(references(config))
    plain, problems = interpolate(config, config.sources, escaped=not config.is_interpolated)
    broken = tainted(config, {problem.path for problem in [*known, *problems] if problem.path})
    owed = leading_into(problems, unfilled)
    problems = [problem for problem in problems if problem not in owed]
    planner = Planner(config.sources, registry)
    lent = supplied(plain, problems, sources=config.sources, registry=registry)
    problems = unknown_sections(config, used, lent, registry) + problems
    for name, schema in {**OWN, **lent}.items():
        is_used = name in lent or name == "training" or at(plain, name)
        if name != "system" and not is_in(name, skip) and is_used:
            planner.section(own_part(plain, name, lent, registry), name, schema)
            for key in schema.corpora:
                # A package's section may be there for something else: its run asks for the corpus that it has by default.
                if name not in lent or not _is_default(config.sources, join(name, key)):
                    _check_corpus_name(plain, name, key, planner)
    _check_system(plain.get("system", {}), used, planner)
    _check_corpora(plain.get("corpora", {}), planner)
    if "components" not in skip:
        _check_components(plain, planner)
        _check_names(plain, planner)
        _check_initialize(plain, planner)
    problems += package_problems(config, registry)
    # A value that is wrong where it is written is no news where a variable brings it. What is missing next to one is.
    brought = dependents(config, {problem.path for problem in planner.problems if problem.path})
    old = Paths({*broken, *brought})
    problems += [problem for problem in planner.problems if not old.covers(problem.path or "")]
    unused = unused_overrides(config, used, planner.suggestions)
    problems += [problem for problem in unused if not is_in(problem.path or "", skip)]
    said = set(known)
    problems = [problem for problem in dict.fromkeys(problems) if problem not in said]
    if problems:
        raise ConfigError(sorted(problems, key=position))


def is_in(path: str, sections: Iterable[str]) -> bool:
    """Whether a dotted path is that of one of some sections, or leads into one."""
    return any(f"{path}.".startswith(f"{section}.") for section in sections)


def unknown_sections(
    config: Config, used: Paths, lent: Collection[str], registry: Registries
) -> list[Problem]:
    """Sections that neither kernel nor a package knows, and no variable refers to. lent: those of packages."""
    known = {*lent, *registry.names("sections")}
    problems = []
    for name, block in config.items():
        if name in NAMES or name in known or used.overlaps(name):
            continue
        inside = sorted(path for path in known if path.startswith(f"{name}."))
        if inside:
            # Nobody supplies the section itself; it is there for those inside it.
            for key in own_part(config, name, known, registry) if isinstance(block, Mapping) else ():
                path, expected = f"{name}.{key}", f"one of the sections [{'], ['.join(inside)}]"
                message = f"[{name}] takes no {key!r}"
                problems.append(problem_at(config.sources, path, message, key=True, expected=expected))
            continue
        if provider("sections", name) and not block:
            continue  # A section of a package that is not in use.
        hint = supplier_hint(name, registry) or former_key(name)
        near = nearest_name(name, [*NAMES, *known])
        if not hint and name in (config.get("components") or {}):
            hint = f"The settings of the component are in [components.{name}]."
        elif not hint and near:
            hint = f"Did you mean [{near}]?"
        hint = hint or (
            "No variable refers to it; [paths] or [variables] may hold it. If a package supplies it, install that."
        )
        problems.append(
            problem_at(config.sources, name, f"there is no section [{name}]", key=True, suggestion=hint)
        )
    return problems


def unused_overrides(config: Config, used: Paths, suggestions: Suggestions) -> list[Problem]:
    """Overrides that added something which nothing refers to, where no signature or schema would say so."""
    unused = [path for path, source in config.sources.items() if source.is_new and not used.overlaps(path)]
    if not unused:
        return []
    names = sorted({*all_paths(config), *used})
    known = {section: [name for name in names if name.startswith(f"{section}.")] for section in NAMED_FREELY}
    pipeline = config.get("nlp", {}).get("pipeline", [])
    if isinstance(pipeline, list):
        known["components"] = sorted(
            f"components.{name}" for name in {*pipeline, *config.get("components", {})}
        )
    problems = []
    for path in unused:
        section, _, rest = path.partition(".")
        if section not in known or (section == "components" and rest.partition(".")[0] in pipeline):
            continue
        near = suggestions.near(path, known[section], besides=set(upwards(path)))
        hint = f"Did you mean --{near}?" if near else None
        problems.append(problem_at(config.sources, path, "nothing uses this", key=True, suggestion=hint))
    return problems


def _check_system(block: Mapping[str, Any], used: Paths, planner: Planner) -> None:
    own = {
        key: value
        for key, value in block.items()
        if key in SystemSchema.model_fields or not used.overlaps(f"system.{key}")
    }
    planner.section(own, "system", SystemSchema)


def _check_corpora(block: Any, planner: Planner) -> None:
    if function_keys(block):
        planner.call(block, "corpora")
        return
    for name, corpus in block.items():
        path = join("corpora", name)
        if isinstance(corpus, Mapping) and function_keys(corpus):
            planner.call(corpus, path)
        else:
            planner.problems.append(
                problem_at(
                    planner.sources,
                    path,
                    "not a corpus",
                    value=show_value(corpus),
                    expected="a block with @readers",
                )
            )


def _is_default(sources: Sources, path: str) -> bool:
    source = sources.get(path)
    return source is not None and source.kind == DEFAULT


def _check_corpus_name(plain: Mapping[str, Any], section: str, key: str, planner: Planner) -> None:
    """A setting that names a corpus by its dotted path leads somewhere, or into what a block builds."""
    block = at(plain, section)
    name = block.get(key) if isinstance(block, Mapping) else None
    if not isinstance(name, str):
        return
    node: Any = plain
    for part in name.split("."):
        if not isinstance(node, Mapping) or function_keys(node):
            return
        if part not in node:
            known = [f"corpora.{corpus}" for corpus in plain.get("corpora", {})]
            near = planner.suggestions.near(name, known)
            planner.problems.append(
                problem_at(
                    planner.sources,
                    join(section, key),
                    f"{name!r} is not in the config",
                    value=show_value(name),
                    expected=f"one of: {', '.join(known)}" if known else "a corpus in [corpora]",
                    suggestion=f"Did you mean {near!r}?" if near else None,
                )
            )
            return
        node = node[part]


def _check_components(plain: Mapping[str, Any], planner: Planner) -> None:
    lang = (plain.get("nlp") or {}).get("lang")
    blocks = plain.get("components", {})
    for name, block in blocks.items():
        path = join("components", name)
        if not isinstance(block, Mapping) or not ("factory" in block or "source" in block):
            planner.problems.append(
                problem_at(planner.sources, path, "a component needs a factory or a source", key=True)
            )
        elif "source" not in block:
            check_component(block, path, lang, planner)


def _check_names(plain: Mapping[str, Any], planner: Planner) -> None:
    """Lists and sections that name components name those of the pipeline."""
    nlp, training = plain.get("nlp") or {}, plain.get("training") or {}
    pipeline = nlp.get("pipeline")
    if not isinstance(pipeline, list):
        return
    lists = {
        "nlp.pipeline": (
            pipeline,
            list(plain.get("components") or {}),
            "a name of a section [components.NAME]",
        ),
        "nlp.disabled": (nlp.get("disabled"), pipeline, "a component of the pipeline"),
        "training.frozen_components": (
            training.get("frozen_components"),
            pipeline,
            "a component of the pipeline",
        ),
        "training.annotating_components": (
            training.get("annotating_components"),
            pipeline,
            "a component of the pipeline",
        ),
    }
    for path, (names, known, expected) in lists.items():
        right = [name for name in known if isinstance(name, str)]
        allowed, before = set(right), set[str]()
        for index, name in enumerate(names if isinstance(names, list) else ()):
            where = join(path, str(index))
            if not isinstance(name, str):
                continue
            if name not in allowed:
                _add_unknown(planner, where, name, right, expected, f"there is no component {name!r}")
            elif path == "nlp.pipeline" and name in before:
                planner.problems.append(named_twice(planner.sources, where, name))
            before.add(name)
    settings = (plain.get("initialize") or {}).get("components")
    right = [name for name in pipeline if isinstance(name, str)]
    allowed = set(right)
    for name in settings if isinstance(settings, Mapping) else ():
        if name not in allowed:
            path, expected = f"initialize.components.{name}", "a component of the pipeline"
            _add_unknown(planner, path, name, right, expected, f"there is no component {name!r}", key=True)


def named_twice(sources: Sources, path: str, name: str) -> Problem:
    """What is wrong with a name in `nlp.pipeline` that stands there before. path: its own place."""
    return problem_at(sources, path, f"{name!r} is in the pipeline already", value=show_value(name))


def _add_unknown(
    planner: Planner,
    path: str,
    name: str,
    known: Sequence[str],
    expected: str,
    message: str,
    key: bool = False,
) -> None:
    near = planner.suggestions.near(name, known)
    hint = f"Did you mean {near!r}?" if near else None
    listed = [*known[:LISTED], *(["..."] if len(known) > LISTED else [])]
    expected = f"{expected}: {', '.join(listed)}" if known else expected
    planner.problems.append(
        problem_at(
            planner.sources,
            path,
            message,
            key=key,
            value=show_value(name),
            expected=expected,
            suggestion=hint,
        )
    )


def check_component(block: Mapping[str, Any], path: str, lang: str | None, planner: Planner) -> None:
    """Plan the settings of a component for its factory."""
    name = block["factory"]
    registry = planner.registry
    registered = registry.name_for_language("factories", name, lang)
    try:
        function = registry.get("factories", registered)
    except RegistryError as error:
        where = join(path, "factory")
        problem = problem_at(
            planner.sources, where, error.message, value=show_value(name), suggestion=error.hint
        )
        planner.problems.append(replace(problem, exit_code=error.exit_code))
        return
    signature = of_function(function, owner_name(registry, "factories", registered), given=("nlp", "name"))
    settings = {key: value for key, value in block.items() if key != "factory"}
    # The factory's own defaults are in a filled config; one that could not be filled is checked all the same.
    defaults = getattr(getattr(function, "__kernel_factory__", None), "default_config", {})
    planner.arguments(merge_defaults(settings, defaults), signature, path)


def _check_initialize(plain: Mapping[str, Any], planner: Planner) -> None:
    """Settings of `[initialize.components]` against what the components' `initialize` takes, as far as it is known."""
    blocks = (plain.get("initialize") or {}).get("components")
    lang = (plain.get("nlp") or {}).get("lang")
    for name, block in blocks.items() if isinstance(blocks, Mapping) else ():
        factory = (plain.get("components") or {}).get(name, {}).get("factory")
        if not isinstance(block, Mapping) or not isinstance(factory, str):
            continue
        try:
            special = planner.registry.name_for_language(
                "factories", factory, lang if isinstance(lang, str) else None
            )
            returns = type_hints(planner.registry.get("factories", special)).get("return")
        except RegistryError:
            continue
        function = getattr(bare(returns), "initialize", None)
        if function is not None:
            owner = f"{name!r}.initialize"
            signature = of_function(function, owner, given=("self", "get_examples", "nlp"))
            planner.arguments(block, signature, f"initialize.components.{name}")
