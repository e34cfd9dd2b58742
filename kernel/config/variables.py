"""Variables: `${section.key}`, `${section:key}` and `${section}`.

A value that is one variable takes the type of what it refers to. Inside a JSON list or mapping a variable
becomes JSON, inside a string it becomes text.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Any

from kernel.config.paths import Referrers, all_paths, upwards
from kernel.config.sources import Sources, first_variables, nearest, place_of, problem
from kernel.config.suggestions import Suggestions
from kernel.config.values import (
    DEEPEST,
    VARIABLE,
    ValueProblem,
    copied,
    has_variable,
    load_json,
    measure,
    parse_value,
    show_text,
)
from kernel.errors import Problem

_TOKEN = re.compile(r"\$\$|\$\{(?P<name>[^{}$]*)(?P<end>\}?)")
_QUOTES = re.compile(r'\\.|"')
_MISSING = object()
_TO_NOTHING = "refers to nothing"
# Variables of variables let a few lines ask for any number of values, or of characters. They may make these, or this many
# times as many as are written.
_MOST_VALUES = 300_000
_MOST_CHARACTERS = 10_000_000
_TIMES = 100
# Variables that may lead to each other in a row.
_LONGEST = 60


class Interpolator:
    """Replaces the variables of a nested dict; problems are collected.

    escaped: whether `$$` stands for `$`, as it does in a text that was never interpolated.
    """

    def __init__(self, data: dict[str, Any], sources: Sources, *, escaped: bool = True) -> None:
        self.data = data
        self.sources = sources
        self.dollar = "$" if escaped else "$$"
        self.problems: list[Problem] = []
        self._done: dict[tuple[str, ...], Any] = {}
        self._open: list[tuple[str, ...]] = []
        self._paths: list[str] | None = None
        self._near: dict[str, str | None] = {}
        self.suggestions = Suggestions()
        self._values = 0
        self._characters = 0
        self._is_full = False

    def run(self, only: Iterable[str] | None = None) -> dict[str, Any]:
        return {key: self._value((key,)) for key in (self.data if only is None else only)}

    def _value(self, path: tuple[str, ...]) -> Any:
        if path not in self._done:
            self._open.append(path)
            try:
                raw = self._raw(path)
                if isinstance(raw, dict):
                    value: Any = {key: self._value((*path, key)) for key in raw}
                else:
                    value = self._interpolate(raw, path)
            finally:
                self._open.pop()
            self._done[path] = value
        return self._done[path]

    def _raw(self, path: tuple[str, ...]) -> Any:
        node: Any = self.data
        for part in path:
            if not isinstance(node, dict) or part not in node:
                return _MISSING
            node = node[part]
        return node

    def _interpolate(self, raw: Any, path: tuple[str, ...]) -> Any:
        if isinstance(raw, str):
            return self._text(raw, path) if "$" in raw else raw
        if isinstance(raw, (list, tuple)):
            return [self._item(item, path) for item in raw]
        return copied(raw)

    def _item(self, item: Any, path: tuple[str, ...]) -> Any:
        """An item of a list that was valid JSON as written: its strings stay strings."""
        if isinstance(item, str):
            return self._splice(item, path, quoted=False) if "$" in item else item
        if isinstance(item, (list, tuple)):
            return [self._item(one, path) for one in item]
        if isinstance(item, dict):
            return {key: self._item(one, path) for key, one in item.items()}
        return copied(item)

    def _text(self, raw: str, path: tuple[str, ...]) -> Any:
        whole = VARIABLE.fullmatch(raw.strip())
        if whole:
            value = self._lookup(whole[1], path, section_allowed=True)
            return raw if value is _MISSING else value
        if not has_variable(raw) and "${" not in raw:
            return raw.replace("$$", self.dollar)
        is_json = raw.startswith(("[", "{", '"'))
        text = self._splice(raw, path, quoted=is_json)
        if not is_json:
            try:
                return parse_value(text)
            except ValueProblem:
                return text
        try:
            return load_json(text)
        except ValueError:
            self._problem(path, "not valid JSON after its variables are replaced", value=show_text(raw))
            return raw

    def _splice(self, raw: str, path: tuple[str, ...], *, quoted: bool) -> str:
        """Replace the variables in a text. quoted: the text is JSON, so that quotes matter."""
        parts, position, inside = [], 0, False
        for match in _TOKEN.finditer(raw):
            before = raw[position : match.start()]
            parts.append(before)
            position = match.end()
            if quoted:
                inside ^= sum(mark == '"' for mark in _QUOTES.findall(before)) % 2 == 1
            if match[0] == "$$":
                parts.append(self.dollar)
            elif not match["end"] or not match["name"]:
                self._problem(path, f"{match[0]} is not a variable", hint="A variable is ${section.key}.")
            else:
                in_container = quoted and not inside
                value = self._lookup(match["name"], path, section_allowed=in_container)
                if value is _MISSING:
                    value = None
                if in_container:
                    parts.append(json.dumps(value))
                else:
                    text = value if isinstance(value, str) else json.dumps(value)
                    parts.append(json.dumps(text, ensure_ascii=False)[1:-1] if quoted else text)
            self._characters += len(parts[-1])
            if self._characters > _MOST_CHARACTERS and self._characters > _TIMES * self._written[1]:
                if not self._is_full:
                    self._problem(path, "too large, with its variables replaced")
                self._is_full = True
                return raw
        parts.append(raw[position:])
        return "".join(parts)

    def _lookup(self, name: str, path: tuple[str, ...], *, section_allowed: bool) -> Any:
        target = self._find(name, path)
        shown = "${" + name + "}"
        if target is None:
            message, hint = self._why_missing(name, path)
            self._problem(path, f"{shown} {message}", hint=hint, variable=shown, value=shown)
            return _MISSING
        if target in self._open:
            message = f"{shown} refers back to itself: {self._circle(target)}"
            self._problem(path, message, variable=shown, value=shown)
            return _MISSING
        if len(self._open) > _LONGEST + DEEPEST:
            self._problem(
                path, f"{shown} is the end of a very long chain of variables", variable=shown, value=shown
            )
            return _MISSING
        if self._is_full:
            # It has been said.
            return _MISSING
        value = self._value(target)
        size, depth = measure(value)
        self._values += size
        if self._values > _MOST_VALUES:
            self._is_full = self._values > _TIMES * self._written[0]
        if self._is_full or depth > DEEPEST:
            message = f"{shown} makes the config too {'deep' if depth > DEEPEST else 'large'}"
            self._problem(path, message, variable=shown, value=shown)
            return _MISSING
        if isinstance(value, dict) and not section_allowed:
            hint = "Refer to one of its values. What a block builds can't be part of a text."
            self._problem(
                path, f"{shown} is a section, inside a text", hint=hint, variable=shown, value=shown
            )
            return _MISSING
        return copied(value)

    @cached_property
    def _written(self) -> tuple[int, int]:
        """Number of values and of characters in texts, as the config has them."""
        return measure(self.data)[0], sum(map(len, _texts(self.data)))

    def _circle(self, target: tuple[str, ...]) -> str:
        """The paths of a circle with their lines, from the target around to it."""
        paths = [".".join(path) for path in self._open[self._open.index(target) :]]
        places = [place_of(self.sources, path) for path in paths]
        lines = [
            f"{path} (line {place.line})" if place else path
            for path, place in zip(paths, places, strict=True)
        ]
        return " -> ".join([*lines, paths[0]])

    def _find(self, name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        target = tuple(name.strip().replace(":", ".").split("."))
        if len(target) == 1:
            local = (*path[:-1], *target)
            if local != path and not isinstance(self._raw(local), dict) and self._raw(local) is not _MISSING:
                return local
        return target if self._raw(target) is not _MISSING else None

    def _why_missing(self, name: str, path: tuple[str, ...]) -> tuple[str, str | None]:
        """What to say of a variable whose value is not there, and what to do."""
        section, _, rest = name.strip().replace(":", ".").partition(".")
        component = f"{section}.{rest.partition('.')[0]}"
        block = self._raw(tuple(component.split("."))) if section == "components" else None
        if isinstance(block, dict) and "source" in block and "factory" not in block:
            where = show_text(str(block["source"]))
            return (
                f"leads into {component}, which is taken as it is from {where}: its settings are not written here",
                "Write the value itself; the config.cfg of that pipeline has it.",
            )
        return _TO_NOTHING, self._suggest(name, path)

    def _suggest(self, name: str, path: tuple[str, ...]) -> str | None:
        if name.isidentifier() and name in os.environ:
            return f"Variables of the environment aren't replaced in a config; give the value: --{'.'.join(path)} VALUE"
        name, own = name.replace(":", "."), ".".join(path)
        if self._paths is None:
            self._paths = all_paths(self.data)
        if name not in self._near:
            self._near[name] = self.suggestions.near(name, self._paths, besides=(own,))
        near = self._near[name]
        return f"Did you mean ${{{near}}}?" if near and near != own else None

    def _problem(
        self,
        path: tuple[str, ...],
        message: str,
        *,
        hint: str | None = None,
        variable: str = "",
        value: str | None = None,
    ) -> None:
        dotted = ".".join(path)
        source, _ = nearest(self.sources, dotted)
        place = place_of(self.sources, dotted)
        if source is not None and source.text:
            start = first_variables(source.text).get(variable) if variable else 0
            if start is not None:
                place = source.place(start, start + len(variable))
        origin = source.describe() if source is not None else None
        self.problems.append(problem(message, dotted, place, origin, value=value, suggestion=hint))


def interpolate(
    data: dict[str, Any], sources: Sources, *, escaped: bool = True, only: Iterable[str] | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """Data with its variables replaced, and the problems met on the way. only: the sections to take, by default all."""
    interpolator = Interpolator(data, sources, escaped=escaped)
    return interpolator.run(only), interpolator.problems


def leading_into(problems: Iterable[Problem], blocks: Collection[str]) -> set[Problem]:
    """Of problems of variables, those that refer to nothing inside of some blocks. blocks: dotted paths."""
    return {problem for problem in problems if _leads_into(problem, blocks)}


def _leads_into(problem: Problem, blocks: Collection[str]) -> bool:
    variable = VARIABLE.fullmatch(problem.value or "")
    if variable is None or problem.message != f"{problem.value} {_TO_NOTHING}":
        return False
    return any(path in blocks for path in upwards(variable[1].strip().replace(":", ".")))


def tainted(data: dict[str, Any], broken: Collection[str]) -> set[str]:
    """The paths of values that can't be told because of broken ones: these, and all that refer to them."""
    referrers = _referrers(data)
    found, waiting = set(broken), list(broken)
    while waiting:
        new = referrers.take(waiting.pop()) - found
        found |= new
        waiting += new
    return found


def dependents(data: dict[str, Any], paths: Collection[str]) -> set[str]:
    """The paths of values whose variables lead to one of some paths."""
    referrers = _referrers(data)
    return set().union(*map(referrers.take, paths))


def _referrers(data: dict[str, Any]) -> Referrers:
    return Referrers((path, _names(value, path)) for path, value in _leaves(data))


def _names(value: Any, path: str) -> Iterator[str]:
    """The paths that the variables in a value may mean: a name without a section may be that of a neighbour."""
    for name in references(value):
        yield name
        if "." not in name:
            yield f"{path.rpartition('.')[0]}.{name}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _leaves(data: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def references(data: Any) -> set[str]:
    """Dotted paths of everything that the variables of a nested dict refer to, as written."""
    if isinstance(data, str):
        return {match.replace(":", ".").strip() for match in VARIABLE.findall(data)}
    if isinstance(data, dict):
        return set().union(*map(references, data.values()))
    if isinstance(data, (list, tuple)):
        return set().union(*map(references, data))
    return set()
