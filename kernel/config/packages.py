"""`[plugins]` and `[registry.override]` of a config: whether they can be understood, and what they ask for is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.config.plans import Planner
from kernel.config.schemas import PluginsSchema
from kernel.config.sources import Sources, problem_at
from kernel.config.values import show_value
from kernel.config.variables import interpolate
from kernel.discovery import metadata, rules, scan
from kernel.errors import ConfigError, Problem
from kernel.registries.family import Registries, chosen_by
from kernel.registries.registry import nearest_name


def verify(config: Mapping[str, Any]) -> None:
    """Raise ConfigError if the two sections can't be obeyed: a misspelt key would let in what it was to keep out.

    Also for variables that lead nowhere: what is denied is not known then. Imports nothing; called before anything of
    the config is.
    """
    registry = chosen_by(config)
    found, problems = plain_sections(config)
    planner = Planner(getattr(config, "sources", {}), registry)
    if found.get("plugins") is not None:
        planner.section(found["plugins"], "plugins", PluginsSchema)
    problems = [*problems, *planner.problems, *package_problems(config, registry)]
    if problems:
        raise ConfigError(problems)


def plain_sections(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The two sections, as far as a config has them, with their variables replaced, and what is wrong with those.

    If one of them leads nowhere, the sections with variables are left out.
    """
    sources: Sources = getattr(config, "sources", {})
    names = [key for key in rules.SECTIONS if key in config]
    escaped = not getattr(config, "is_interpolated", False)
    found, problems = interpolate(dict(config), sources, escaped=escaped, only=names)
    if problems:
        found = {key: section for key, section in found.items() if "$" not in str(config[key])}
    return found, problems


def package_problems(config: Mapping[str, Any], registry: Registries) -> list[Problem]:
    """What can't be done of what the two sections ask for; values of the wrong type in `[plugins]` are left to its schema."""
    sources: Sources = getattr(config, "sources", {})
    found, _ = plain_sections(config)
    return [
        *_unmet(found.get("plugins"), sources, registry),
        *_overrides(found.get("registry"), sources, registry),
    ]


def _unmet(section: Any, sources: Sources, registry: Registries) -> Iterator[Problem]:
    wanted = section.get("require") if isinstance(section, Mapping) else None
    for number, line in enumerate(wanted if isinstance(wanted, list) else ()):
        path = f"plugins.require.{number}"
        one = metadata.requirement(line) if isinstance(line, str) else None
        if one is None:
            expected = 'a package and its versions, such as "acme-nlp>=1.2"'
            yield problem_at(sources, path, "not a requirement", value=show_value(line), expected=expected)
            continue
        if one.marker is not None and not one.marker.evaluate():
            continue
        # For a shell, which both kinds of quotes are alike to in a requirement.
        quoted = "'" + line.replace("'", '"') + "'"
        version = scan.installed_version(one.name)
        reason = rules.denied(one.name, registry.choices)
        if version is None:
            message, remedy = f"{one.name} is not installed", f"pip install {quoted}"
        elif not metadata.admits(str(one.specifier), version):
            message, remedy = f"{one.name} {version} is installed", f"pip install {quoted}"
        elif reason:
            message, remedy = f"{one.name} is denied by {reason}", "Allow the package, or don't require it."
        else:
            continue
        yield problem_at(sources, path, message, value=show_value(line), expected=str(one), suggestion=remedy)


def _overrides(section: Any, sources: Sources, registry: Registries) -> Iterator[Problem]:
    if section is None:
        return
    if not isinstance(section, Mapping):
        expected = "keys below a line [registry.override]"
        yield problem_at(sources, "registry", "not a section", value=show_value(section), expected=expected)
        return
    yield from _no_owners(section.get("override") or {}, "registry.override", sources)
    for key in section:
        if key != "override":
            hint = "Did you mean 'override'?" if nearest_name(str(key), ["override"]) else None
            message, expected = f"[registry] takes no {key!r}", "one of: override"
            yield problem_at(
                sources, f"registry.{key}", message, key=True, expected=expected, suggestion=hint
            )
    for name, owner in rules.overrides_of({"registry": section}).items():
        path = next(
            (
                path
                for path in (f"registry.override.{name}", f'registry.override."{name}"')
                if path in sources
            ),
            "",
        )
        owners = [
            one
            for kind in registry.kinds()
            if registry.has(kind, name)
            for one in registry.of(kind).owners(name)
        ]
        if scan.normalize(owner) in map(scan.normalize, owners):
            continue
        hint = (
            "Give the file that registers it with --code."
            if owner == rules.CODE
            else f"Is {owner} installed?"
        )
        yield problem_at(
            sources,
            path or "registry.override",
            f"{name} is not in {owner}",
            value=show_value(owner),
            expected="one of: " + ", ".join(dict.fromkeys(owners))
            if owners
            else "a package that has the name",
            suggestion=hint,
        )


def _no_owners(value: Any, path: str, sources: Sources) -> Iterator[Problem]:
    if isinstance(value, Mapping) and (value or path == "registry.override"):
        for key, item in value.items():
            if not isinstance(item, str):
                yield from _no_owners(item, f"{path}.{key}", sources)
        return
    expected = f'a package, or "{rules.CODE}"'
    if path == "registry.override":
        expected = "keys below a line [registry.override]"
    yield problem_at(sources, path, "not the owner of a name", value=show_value(value), expected=expected)
