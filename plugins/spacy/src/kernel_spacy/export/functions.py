"""Blocks of a config that name functions: the names and arguments that spaCy's have."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from kernel.registries.family import Registries
from kernel_spacy.export.names import arguments, their_name
from kernel_spacy.export.problems import Findings

_MISSING = object()
# Of a name that no release of spaCy has: the one that does the same.
_PARSER = ("kernel.TransitionBasedParser.v3", "spacy.TransitionBasedParser.v3")

# Settings that say what weights were before training.
_FIRST_WEIGHTS = frozenset({"init_W"})


class Functions:
    """Translates what a config says of functions. findings: where it is noted what spaCy can't do."""

    def __init__(self, registry: Registries, findings: Findings) -> None:
        self.registry = registry
        self.findings = findings

    def translated(self, value: Any, plain: Any, path: str, way_out: str = "") -> Any:
        """A value of a config in spaCy's names; what spaCy can't do is refused. plain: the same without variables."""
        return self._value(value, plain, path, way_out, self.findings)

    def tried(self, value: Any, plain: Any) -> Any:
        """The same, but None if spaCy can't do it."""
        findings = Findings()
        made = self._value(value, plain, "", "", findings)
        return None if findings.refused else made

    def _value(self, value: Any, plain: Any, path: str, way_out: str, findings: Findings) -> Any:
        if isinstance(value, Mapping):
            names = [key for key in value if key.startswith("@")]
            if len(names) == 1:
                return self._block(names[0], value, plain, path, way_out, findings)
            return {
                key: self._value(each, plain[key], f"{path}.{key}", way_out, findings)
                for key, each in value.items()
            }
        if isinstance(value, list) and isinstance(plain, list) and len(value) == len(plain):
            pairs = zip(value, plain, strict=True)
            return [self._value(each, own, path, way_out, findings) for each, own in pairs]
        return value

    def _block(
        self,
        key: str,
        value: Mapping[str, Any],
        plain: Mapping[str, Any],
        path: str,
        way_out: str,
        findings: Findings,
    ) -> dict[str, Any]:
        kind, ours = key.removeprefix("@"), value[key]
        if kind == "architectures" and ours in _PARSER:
            upper = plain.get("use_upper") is not False
            value, plain = ({**each, "use_upper": upper} for each in (value, plain))
            ours = "kernel.TransitionBasedParser.v2"
        theirs = their_name(self.registry, kind, ours)
        if theirs is None:
            findings.refuse(
                path,
                f"spaCy has no {ours!r} among its {kind}",
                way_out or "Train with one that spaCy has, or leave the component out.",
            )
            return dict(value)
        made: dict[str, Any] = {key: theirs}
        known = arguments(self.registry, kind, theirs)
        own = arguments(self.registry, kind, ours) or {}
        for name, each in value.items():
            if name == key:
                continue
            if (
                known is not None
                and name in known
                and plain[name] is None
                and known[name].default not in (None, inspect.Parameter.empty)
            ):
                # Ours finds the value elsewhere, where theirs has one that is usual.
                continue
            if known is None or name in known or name == "*":
                made[name] = self._value(each, plain[name], f"{path}.{name}", "", findings)
            elif name not in _FIRST_WEIGHTS and plain[name] != (
                own[name].default if name in own else _MISSING
            ):
                findings.refuse(
                    f"{path}.{name}",
                    f"{theirs} has no such setting, and it is {plain[name]!r}",
                    f"Train without it: its default is {_shown(own.get(name))}.",
                )
        return made


def _shown(parameter: inspect.Parameter | None) -> str:
    return (
        "not known" if parameter is None or parameter.default is parameter.empty else repr(parameter.default)
    )
