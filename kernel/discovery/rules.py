"""Which installed packages may be used, and who gets a name that several of them claim.

The first that says something about a package decides: `--deny`, `--only`, the environment variable
KERNEL_PLUGINS ("acme-nlp,other" are the only ones allowed, "-acme-nlp" is denied), `[plugins]` of the config. kernel
itself and thinc can't be denied.

The first three rule the whole process. What a config says rules what is looked up on behalf of that config, and is handed on
as `Choices`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from kernel.discovery import scan

VARIABLE = "KERNEL_PLUGINS"
# The owner of what this process defined, as `[registry.override]` calls it.
CODE = "code"
_ALWAYS = frozenset({"kernel-nlp", "thinc"})


_NO_OVERRIDES: Mapping[str, str] = {}


class Rules(NamedTuple):
    """What one source says. only: nothing else may be used; None if it doesn't say so."""

    only: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()

    @classmethod
    def of(cls, only: Iterable[str] | None, deny: Iterable[str]) -> Rules:
        """Rules from names as somebody wrote them."""
        wanted = None if only is None else frozenset(map(scan.normalize, only))
        return cls(wanted, frozenset(map(scan.normalize, deny)))

    @classmethod
    def written(cls, words: Iterable[str]) -> Rules:
        """Rules from words as the environment has them."""
        only = [word for word in words if not word.startswith("-")]
        return cls.of(only or None, [word[1:] for word in words if word.startswith("-")])


class Choices(NamedTuple):
    """What a config says. overrides: registered name -> the package that gets it, or "code"."""

    rules: Rules = Rules()
    overrides: Mapping[str, str] = _NO_OVERRIDES

    def owner_of(self, name: str) -> str | None:
        """Who gets a name: a normalised package, or "code"; None if the config is silent."""
        owner = self.overrides.get(name)
        return None if owner is None else scan.normalize(owner)


_command_line = Rules()
NO_CHOICES = Choices()
# Of a config.
SECTIONS = ("plugins", "registry")


def add_command_line(only: Iterable[str], deny: Iterable[str]) -> None:
    """Let more `--only` and `--deny` rule this process."""
    global _command_line
    rules = Rules.of(only, deny)
    before = _command_line
    _command_line = Rules(
        ((before.only or frozenset()) | (rules.only or frozenset())) or None, before.deny | rules.deny
    )


@contextmanager
def command_line(only: Iterable[str] = (), deny: Iterable[str] = ()) -> Iterator[None]:
    """Let `--only` and `--deny` rule this process for the length of a block."""
    global _command_line
    before = _command_line
    add_command_line(only, deny)
    try:
        yield
    finally:
        _command_line = before


def choices_of(config: Mapping[str, Any]) -> Choices:
    """What a config says about packages and names, as far as it can be understood.

    config: interpolated, or the two sections of it that are read. Values of the wrong type are left to the check of the
    config; what is no list of packages doesn't allow none.
    """
    section = config.get("plugins")
    section = section if isinstance(section, Mapping) else {}
    only = section.get("only")
    allowed = _texts(only) if isinstance(only, (list, tuple)) else None
    rules = Rules.of(allowed, _texts(section.get("deny")))
    return Choices(rules, overrides_of(config))


def overrides_of(config: Mapping[str, Any]) -> dict[str, str]:
    """`[registry.override]` of an interpolated config: registered name -> package or "code". Names may stand in quotes."""
    section = config.get("registry")
    return dict(_flat(section.get("override"), "")) if isinstance(section, Mapping) else {}


def denied(distribution: str, choices: Choices = NO_CHOICES) -> str | None:
    """What denies a package, for messages; None if it may be used."""
    name = scan.normalize(distribution)
    if name in _ALWAYS:
        return None
    if name in _command_line.deny:
        return f"--deny {name}"
    if _command_line.only is not None:
        return None if name in _command_line.only else f"--only {' --only '.join(sorted(_command_line.only))}"
    value = os.environ.get(VARIABLE, "")
    environment = Rules.written(_words(value))
    if name in environment.deny:
        return f"{VARIABLE}={value}"
    if environment.only is not None:
        return None if name in environment.only else f"{VARIABLE}={value}"
    rules = choices.rules
    if name in rules.deny:
        return "[plugins] deny of the config"
    if rules.only is not None and name not in rules.only:
        return "[plugins] only of the config"
    return None


def entry_points(group: str, choices: Choices = NO_CHOICES) -> list[scan.EntryPoint]:
    """Entry points of a group whose packages may be used."""
    return [point for point in scan.entry_points(group) if denied(point.distribution, choices) is None]


def arguments() -> tuple[list[str], list[str]]:
    """`--only` and `--deny` of this process, for the processes that it starts."""
    return sorted(_command_line.only or ()), sorted(_command_line.deny)


def warn_of_absent(names: Mapping[str, str]) -> None:
    """Warn of rules about packages that aren't installed. names: what somebody wrote -> the package that is meant."""
    from kernel.errors import warn

    for written, name in names.items():
        if scan.installed_version(name) is None:
            warn(f"{written}: no such package is installed")


def environment_names() -> dict[str, str]:
    """The packages that the environment names: what is written there -> package."""
    return {f"{VARIABLE}={word}": word.removeprefix("-") for word in _words(os.environ.get(VARIABLE, ""))}


def config_names(config: Mapping[str, Any]) -> dict[str, str]:
    """The packages that `[plugins]` of an interpolated config allows or denies: what is written there -> package."""
    section = config.get("plugins")
    section = section if isinstance(section, Mapping) else {}
    return {f"[plugins] {key} {name}": name for key in ("only", "deny") for name in _texts(section.get(key))}


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, (list, tuple)) else []


def _flat(value: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """Names and owners, whatever depth their dots have become on the command line."""
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        name = prefix + str(key).strip('"')
        if isinstance(item, str):
            yield name, item
        else:
            yield from _flat(item, f"{name}.")
