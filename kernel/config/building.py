"""Building a block: calling the planned functions from the inside out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from inspect import isfunction
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from kernel.config.blocks import record
from kernel.config.config import Config
from kernel.config.hints import item_hint
from kernel.config.plans import Call, Collection, Constant, Plan, Planner, function_keys, join
from kernel.config.returned import accepts
from kernel.config.sections import over_defaults, own_part, schema_of, supplied
from kernel.config.signatures import Parameter, Signature
from kernel.config.sources import Sources, problem_at
from kernel.config.wording import expectation
from kernel.config.written import out_of_range
from kernel.errors import CodeError, ConfigError, KernelError, PluginError, Problem
from kernel.registries.blame import describe_error
from kernel.registries.family import Registries, chosen_by

_FAILED: Any = object()


def resolve(
    block: Mapping[str, Any],
    *,
    config: Config | None = None,
    path: str = "",
    schema: type[BaseModel] | None = None,
    registry: Registries | None = None,
    validate: bool = True,
) -> Any:
    """Build what a block describes, bottom-up.

    block: interpolated; a block with an `@registry` key gives what its function returns, another one a dict
    with its values built. config, path: where the block stands, for positions in messages. schema: what the
    section takes; its defaults are in the result. registry: where functions are looked up, by default as the config wants it.
    validate: False passes values of the wrong type on as they are; names that aren't known and arguments that are missing
    stay errors.

    Nothing is called unless the whole block is right. Raises ConfigError with every problem.
    """
    if isinstance(block, Config):
        config = config or block
        if not block.is_interpolated:
            block = block.interpolate()
    sources = config.sources if config is not None else {}
    planner = Planner(sources, registry or chosen_by(config or block), validate=validate)
    builder = _Builder(sources, validate=validate)
    if function_keys(block):
        plan = planner.call(block, path)
        if not planner.problems:
            result = builder.build(plan)
    else:
        plans = planner.section(block, path, schema)
        if not planner.problems:
            taker = Signature(f"[{path}]" if path else "the config", {})
            result = {key: builder.argument(hint, plan, key, taker) for key, (hint, plan) in plans.items()}
            has_blocks = any(not isinstance(plan, Constant) for _, plan in plans.values())
            if schema is not None and validate and has_blocks and not builder.problems:
                result |= planner.validated(schema, result, path)
    problems = planner.problems or builder.problems
    if problems:
        raise ConfigError(problems) from builder.cause
    return result


def resolve_section(config: Config, path: str) -> SimpleNamespace:
    """The settings of a section that a package supplies, built: for callbacks and commands that go by them.

    Sections inside it that packages supply are among them. config: filled, not interpolated. path: dotted; of a section
    that is not in the config the defaults count, blocks too. Raises ConfigError with everything that is wrong in the section.
    """
    registry = chosen_by(config)
    lent = supplied(config.interpolate(), sources=config.sources, registry=registry)
    schema = lent.get(path) or schema_of(path, registry)
    config = over_defaults(config, path, schema, registry)
    plain = config.interpolate()
    block = own_part(plain, path, supplied(plain, registry=registry), registry)
    settings = SimpleNamespace(**resolve(block, config=config, path=path, schema=schema))
    add_sections(settings, config, path)
    return settings


def add_sections(settings: SimpleNamespace, config: Config, path: str) -> None:
    """Build the sections that packages supply inside of a section, and set them as attributes of its settings.

    config: filled, not interpolated. Raises ConfigError with everything that is wrong in them.
    """
    plain, registry = config.interpolate(), chosen_by(config)
    lent = supplied(plain, sources=config.sources, registry=registry)
    problems = []
    for inside in [inside for inside in lent if inside.startswith(f"{path}.")]:
        try:
            block = own_part(plain, inside, lent, registry)
            built = resolve(block, config=config, path=inside, schema=lent[inside])
        except ConfigError as error:
            problems += error.problems
            continue
        *around, name = inside.removeprefix(f"{path}.").split(".")
        node = settings
        for part in around:
            vars(node).setdefault(part, SimpleNamespace())
            node = getattr(node, part)
        setattr(node, name, SimpleNamespace(**built))
    if problems:
        raise ConfigError(problems)


class _Builder:
    """Calls the functions of plans. What depends on a failed call isn't built; the rest is."""

    def __init__(self, sources: Sources, *, validate: bool = True) -> None:
        self.sources = sources
        self.validate = validate
        self.problems: list[Problem] = []
        self.cause: Exception | None = None

    def build(self, plan: Plan, taker: Signature | None = None) -> Any:
        if isinstance(plan, Constant):
            return plan.value
        if isinstance(plan, Collection):
            return self._collection(plan, taker)
        return self._call(plan)

    def argument(
        self, hint: Any, plan: Plan, name: str, taker: Signature | None, *, takes_steps: bool = True
    ) -> Any:
        """Build a value and check it from outside against the hint of its place.

        takes_steps: whether a function of the step passes for a schedule.
        """
        value = self.build(plan, taker)
        if value is _FAILED or not isinstance(plan, Call) or not self.validate:
            return value
        is_function = plan.kind == "schedules" and isfunction(value) and not takes_steps
        if not accepts(hint, value, is_schedule=plan.kind == "schedules" and not is_function):
            self.problems.append(
                problem_at(
                    self.sources,
                    join(plan.path, f"@{plan.kind}"),
                    f"{plan.signature.owner} returned an object of type {type(value).__qualname__}",
                    value=plan.name,
                    expected=expectation(hint, plan.path, Parameter(name, hint), taker),
                    suggestion="Return thinc.api.Schedule(name, lambda schedule, step, **kwargs: ...) instead of a function."
                    if is_function
                    else None,
                )
            )
            return _FAILED
        reason = out_of_range(hint, value) if type(value) in (int, float) else None
        if reason is not None:
            self.problems.append(
                problem_at(
                    self.sources,
                    join(plan.path, f"@{plan.kind}"),
                    f"{plan.signature.owner} returned {value}: {reason}",
                    value=plan.name,
                    expected=expectation(hint, plan.path, Parameter(name, hint), taker),
                )
            )
            return _FAILED
        return value

    def _collection(self, plan: Collection, taker: Signature | None) -> Any:
        items = {
            key: self.argument(item_hint(plan.hint, key), item, str(key), taker)
            for key, item in plan.items.items()
        }
        if any(value is _FAILED for value in items.values()):
            return _FAILED
        return list(items.values()) if plan.is_list else items

    def _call(self, plan: Call) -> Any:
        owner = plan.signature.owner
        args = [self.argument(hint, item, "*", plan.signature) for hint, item in plan.args]
        kwargs = {
            name: self.argument(hint, item, name, plan.signature, takes_steps=plan.kind != "optimizers")
            for name, (hint, item) in plan.kwargs.items()
        }
        if any(value is _FAILED for value in (*args, *kwargs.values())):
            return _FAILED
        try:
            made = plan.function(*args, **kwargs)
        except (PluginError, CodeError):
            raise
        except KernelError as error:
            self.cause = self.cause or error
            self.problems.extend(self._located(plan, error))
        except Exception as error:  # noqa: BLE001 (a plugin's function may fail in any way)
            self.cause = self.cause or error
            problem = problem_at(self.sources, plan.path, f"{owner} failed: {describe_error(error)}")
            # What a function refuses with a ValueError is the config's fault.
            exit_code = 2 if isinstance(error, ValueError) else 3
            self.problems.append(replace(problem, exit_code=exit_code))
        else:
            names = [parameter.name for parameter in plan.signature.positional]
            settings = {**dict(zip(names, args, strict=False)), **kwargs}
            record(made, plan.path, plan.kind, settings, self.sources, plan.name)
            return made
        return _FAILED

    def _located(self, plan: Call, error: KernelError) -> Iterator[Problem]:
        """The problems of an error that a function raised on purpose, each with a place in the config."""
        if isinstance(error, ConfigError):
            problems = error.problems
        else:
            problems = [Problem(error.message, suggestion=error.hint or None, exit_code=error.exit_code)]
        for found in problems:
            if found.line is not None or found.origin is not None:
                yield found
                continue
            where = ": ".join(part for part in (found.file, found.path, found.message) if part)
            details = {name: getattr(found, name) for name in ("value", "expected", "suggestion")}
            details["suggestion"] = details["suggestion"] or error.hint or None
            path = join(plan.path, found.setting) if found.setting else plan.path
            problem = problem_at(self.sources, path, f"{plan.signature.owner} failed: {where}", **details)
            yield replace(problem, exit_code=found.exit_code)
