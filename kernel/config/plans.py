"""Planning a block: every function found and every written value converted, with nothing called.

A plan is a tree of calls, collections and constants. Problems of the whole tree are collected on the way, so
that one report shows all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from kernel.config.former import former_block, former_key
from kernel.config.hints import describe_hint, inside, item_hint, takes_only_lists
from kernel.config.other_files import of_spacy
from kernel.config.returned import accepts, may_return
from kernel.config.sections import inner_names, refusal, supplier_hint
from kernel.config.signatures import REQUIRED, Parameter, Signature, of_function, of_schema
from kernel.config.sources import Sources, problem_at
from kernel.config.suggestions import Suggestions
from kernel.config.validators import validated
from kernel.config.values import is_plain, show_value
from kernel.config.wording import expectation, parameters, remedy
from kernel.config.written import Refused, convert
from kernel.discovery.known_names import our_name
from kernel.errors import Problem, RegistryError
from kernel.registries.blame import describe_error
from kernel.registries.family import Registries, chosen_by

POSITIONAL = "*"


@dataclass(slots=True)
class Constant:
    """A value that is ready."""

    value: Any
    path: str


@dataclass(slots=True)
class Collection:
    """A list or mapping with blocks somewhere inside."""

    items: dict[Any, Plan]
    path: str
    is_list: bool
    hint: Any = Any


@dataclass(slots=True)
class Call:
    """A registered function with its arguments."""

    kind: str
    name: str
    function: Callable[..., Any]
    signature: Signature
    path: str
    args: list[tuple[Any, Plan]] = field(default_factory=list)
    kwargs: dict[str, tuple[Any, Plan]] = field(default_factory=dict)


Plan = Constant | Collection | Call


class Planner:
    """Makes plans; problems gather in `problems`.

    sources: where the config's values were written. registry: where functions are looked up, by default the process's.
    validate: False leaves values of the wrong type as they are.
    """

    def __init__(
        self,
        sources: Sources | None = None,
        registry: Registries | None = None,
        *,
        validate: bool = True,
    ) -> None:
        self.validate = validate
        self.sources = sources or {}
        self.registry = registry or chosen_by(None)
        self.problems: list[Problem] = []
        self.suggestions = Suggestions()
        # Blocks whose function's parameters are in a problem already.
        self._explained: set[str] = set()

    def section(
        self, block: Mapping[str, Any], path: str, schema: type[BaseModel] | None
    ) -> dict[str, tuple[Any, Plan]]:
        """Plans of the values of a section, each with its hint; defaults of the schema included."""
        if not isinstance(block, Mapping):
            self._add(path, "not a section", value=show_value(block), expected=f"keys below a line [{path}]")
            return {}
        if schema is None:
            return {key: (Any, self.value(item, Any, join(path, key))) for key, item in block.items()}
        signature = of_schema(schema, f"[{path}]" if path else "the config")
        before = len(self.problems)
        plans = self.arguments(block, signature, path)
        for name, parameter in signature.parameters.items():
            if name not in plans and not parameter.is_required:
                plans[name] = parameter.hint, Constant(parameter.default, join(path, name))
        constants = {name: plan.value for name, (_, plan) in plans.items() if isinstance(plan, Constant)}
        # Those of a section with blocks wait until what these describe is built.
        if self.validate and len(constants) == len(plans) and len(self.problems) == before:
            for name, value in self.validated(schema, constants, path).items():
                plans[name] = plans[name][0] if name in plans else Any, Constant(value, join(path, name))
        return plans

    def validated(self, schema: type[BaseModel], values: Mapping[str, Any], path: str) -> dict[str, Any]:
        """The values of a section as its schema's own validators make them; what these refuse is a problem."""
        try:
            return validated(schema, values)
        except Refused as error:
            for fault in error.faults:
                where = ".".join((*([path] if path else []), *fault.place))
                value = values.get(fault.place[0]) if len(fault.place) == 1 else None
                shown = show_value(value) if is_plain(value) and fault.place else None
                self._add(where, fault.reason, key=not fault.place, value=shown)
        except Exception as error:  # noqa: BLE001 (a package's validator may fail in any way)
            self._add(path, f"a validator of [{path}] failed: {describe_error(error)}", key=True)
            self.problems[-1] = replace(self.problems[-1], exit_code=3)
        return {}

    def value(
        self,
        value: Any,
        hint: Any,
        path: str,
        parameter: Parameter | None = None,
        taker: Signature | None = None,
    ) -> Plan:
        """Plan of any value where a hint stands."""
        if isinstance(value, Mapping) and function_keys(value):
            plan = self.call(value, path)
            if isinstance(plan, Call) and self.validate:
                self._check_returns(plan, hint, parameter, taker)
            return plan
        if isinstance(value, (Mapping, list, tuple)) and holds_blocks(value):
            if self.validate and isinstance(value, Mapping) and takes_only_lists(hint):
                expected = expectation(hint, path, parameter, taker)
                self._add(path, f"not {describe_hint(hint)}", key=True, expected=expected)
            return self._collection(value, hint, path, taker)
        if parameter is not None and parameter.is_default(value):
            return Constant(value, path)
        if not is_plain(value):
            if self.validate:
                self._check_object(value, hint, path, parameter, taker)
            return Constant(value, path)
        try:
            return Constant(convert(hint, value), path)
        except Refused as error:
            if self.validate:
                self._refused(value, hint, path, parameter, taker, error)
            return Constant(value, path)

    def call(self, block: Mapping[str, Any], path: str) -> Plan:
        """Plan of a block that names a registered function."""
        found = self.function(block, path)
        if found is None:
            # What is wrong inside the block is worth saying even if its function isn't known.
            for key, item in block.items():
                if not key.startswith("@"):
                    self.value(item, Any, join(path, key))
            return Constant(None, path)
        kind, name, function = found
        signature = of_function(function, owner_name(self.registry, kind, name))
        call = Call(kind, name, function, signature, path)
        arguments = {key: item for key, item in block.items() if not key.startswith("@")}
        filled = self._positional(call, arguments.pop(POSITIONAL, None))
        call.kwargs = self.arguments(arguments, signature, path, filled)
        return call

    def function(self, block: Mapping[str, Any], path: str) -> tuple[str, str, Callable[..., Any]] | None:
        """(kind, name, function) of a block; None if there is none, with the problem noted."""
        keys = function_keys(block)
        if len(keys) > 1:
            self._add(join(path, keys[1]), "a block names one function", key=True, value=", ".join(keys))
            return None
        kind, name = keys[0][1:], block[keys[0]]
        where = join(path, keys[0])
        if not isinstance(name, str):
            self._add(where, "the name of a function must be a text", value=show_value(name))
            return None
        try:
            function = self.registry.get(kind, name)
        except RegistryError as error:
            self._add(where, error.message, suggestion=error.hint, value=show_value(name))
            problem = self.problems[-1]
            cause = of_spacy(name, self.registry.has(kind, our_name(name)), problem.file)
            self.problems[-1] = replace(problem, exit_code=error.exit_code, cause=cause)
            return None
        if not callable(function):
            self._add(where, f"{kind}: {name!r} is not a function", value=show_value(name))
            return None
        return kind, name, function

    def _positional(self, call: Call, values: Any) -> set[str]:
        """Plan the values of `*`; returns the names of the parameters that they fill."""
        if values is None:
            return set()
        path = join(call.path, POSITIONAL)
        if isinstance(values, Mapping) and not function_keys(values):
            items = [(join(path, key), value) for key, value in values.items()]
        elif isinstance(values, (list, tuple)):
            items = [(join(path, str(index)), value) for index, value in enumerate(values)]
        else:
            items = [(path, values)]
        filled = set()
        slots = call.signature.positional if call.signature.varargs is REQUIRED else []
        for index, (where, value) in enumerate(items):
            if call.signature.varargs is not REQUIRED:
                hint, parameter = call.signature.varargs, None
            elif index < len(slots):
                hint, parameter = slots[index].hint, slots[index]
                filled.add(parameter.name)
            else:
                count = len(slots)
                self._add(where, f"{call.signature.owner} takes {count} values by position", key=True)
                continue
            call.args.append((hint, self.value(value, hint, where, parameter, call.signature)))
        return filled

    def arguments(
        self,
        arguments: Mapping[str, Any],
        signature: Signature,
        path: str,
        filled: set[str] | frozenset[str] = frozenset(),
    ) -> dict[str, tuple[Any, Plan]]:
        """Plans of named arguments, each with its hint. filled: names that got their value by position."""
        plans: dict[str, tuple[Any, Plan]] = {}
        for key, value in arguments.items():
            where = join(path, key)
            parameter = signature.parameters.get(key)
            if parameter is None and not signature.takes_more:
                self._unknown(key, where, signature, arguments)
                self.value(value, Any, where)
                continue
            if isinstance(value, Mapping) and former_block(where):
                self._add(
                    where, f"{signature.owner} takes no block here", key=True, suggestion=former_block(where)
                )
                continue
            if key in filled:
                self._add(where, f"{key} is already filled by position", key=True)
            hint = parameter.hint if parameter else signature.varkwargs
            plans[key] = hint, self.value(value, hint, where, parameter, signature)
        for name, parameter in signature.parameters.items():
            if parameter.is_required and name not in arguments and name not in filled:
                self._missing(parameter, path, signature)
        return plans

    def _collection(self, value: Any, hint: Any, path: str, taker: Signature | None) -> Collection:
        is_list = not isinstance(value, Mapping)
        pairs = enumerate(value) if is_list else value.items()
        plan = Collection({}, path, is_list, hint)
        for key, item in pairs:
            expected = item_hint(hint, key)
            plan.items[key] = self.value(item, expected, join(path, str(key)), taker=taker)
        return plan

    def _check_returns(
        self, call: Call, hint: Any, parameter: Parameter | None, taker: Signature | None
    ) -> None:
        returns = call.signature.returns
        if not may_return(hint, returns, is_schedule=call.kind == "schedules"):
            self._add(
                join(call.path, f"@{call.kind}"),
                f"{call.signature.owner} returns {describe_hint(returns)}",
                value=show_value(call.name),
                expected=expectation(hint, call.path, parameter, taker),
            )

    def _check_object(
        self, value: Any, hint: Any, path: str, parameter: Parameter | None, taker: Signature | None
    ) -> None:
        if not accepts(hint, value):
            message = f"an object of type {type(value).__qualname__} can't stand here"
            self._add(path, message, expected=expectation(hint, path, parameter, taker))

    def _refused(
        self,
        value: Any,
        hint: Any,
        path: str,
        parameter: Parameter | None,
        taker: Signature | None,
        error: Refused,
    ) -> None:
        expected = expectation(hint, path, parameter, taker)
        for fault in error.faults:
            where, part = path, value
            for key in fault.place[:-1] if fault.is_missing else fault.place:
                where, part = join(where, key), _inside(part, key)
            if fault.is_missing:
                self._add(where, f"{fault.place[-1]!r} is missing", key=True, expected=expected)
            elif fault.is_extra:
                self._add(where, f"unknown key {fault.place[-1]!r}", key=True, expected=expected)
            else:
                reason = fault.reason if fault.is_limit or fault.place else f"not {describe_hint(hint)}"
                advice = remedy(part, inside(hint, fault.place))
                self._add(where, reason, value=show_value(part), expected=expected, suggestion=advice)

    def _unknown(self, key: str, path: str, signature: Signature, arguments: Mapping[str, Any]) -> None:
        block = path.removesuffix(f".{key}")
        known = list(signature.parameters)
        if not signature.is_function:
            known += inner_names(block, self.registry)
        free = [name for name in known if name not in arguments]
        expected: str | None
        near = self.suggestions.near(key, free) or self.suggestions.near(key, known)
        if signature.is_function:
            expected = None if block in self._explained else parameters(signature)
            self._explained.add(block)
        else:
            expected = f"one of: {', '.join(known)}"
            if near or former_key(path) or block in self._explained:
                expected = None
            else:
                self._explained.add(block)
        hint = (
            supplier_hint(path, self.registry)
            or former_key(path)
            or (f"Did you mean {near!r}?" if near else None)
        )
        value = arguments[key]
        if not hint and isinstance(value, Mapping) and not function_keys(value) and not signature.is_function:
            hint = "If a package supplies this section, install that." if not refusal(path) else None
        self._add(
            path,
            f"{signature.owner} takes no {key!r}",
            key=True,
            expected=expected,
            suggestion=hint,
        )

    def _missing(self, parameter: Parameter, path: str, signature: Signature) -> None:
        self._add(
            path,
            f"{parameter.name!r} is missing",
            key=True,
            expected=expectation(
                parameter.hint,
                join(path, parameter.name),
                parameter,
                signature,
                is_known=path in self._explained,
            ),
        )
        self._explained.add(path)

    def _add(self, path: str, message: str, **details: Any) -> None:
        self.problems.append(problem_at(self.sources, path, message, **details))


def function_keys(block: Mapping[str, Any]) -> list[str]:
    """Keys of a block that name a registered function: `@architectures` and the like."""
    return [key for key in block if isinstance(key, str) and key.startswith("@")]


def holds_blocks(value: Any) -> bool:
    """Whether a block that names a function is anywhere inside a value."""
    if isinstance(value, Mapping):
        return bool(function_keys(value)) or any(map(holds_blocks, value.values()))
    return isinstance(value, (list, tuple)) and any(map(holds_blocks, value))


def _inside(value: Any, key: str) -> Any:
    """An item of a mapping or a list; None where there is none."""
    if isinstance(value, Mapping):
        return value.get(key)
    return value[int(key)] if isinstance(value, (list, tuple)) and int(key) < len(value) else None


def join(path: str, key: str) -> str:
    """The dotted path of a key; at the top the key itself."""
    return f"{path}.{key}" if path else str(key)


def owner_name(registry: Registries, kind: str, name: str) -> str:
    """A registered function with its package, as messages call it."""
    origin = registry.origin(kind, name)
    return f"{name} ({origin})"
