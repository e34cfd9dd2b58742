"""Config: the nested dict of a config file, which remembers where each of its values was written."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import confection

from kernel.config.other_files import other_bytes, other_folder, other_text
from kernel.config.other_names import renamed_defaults
from kernel.config.overrides import apply_overrides, environment_overrides
from kernel.config.reader import nest
from kernel.config.sources import (
    DEFAULT,
    ENVIRONMENT,
    FILE,
    Source,
    Sources,
    merge_sources,
    nearest,
    place_of,
)
from kernel.config.text import read
from kernel.config.variables import interpolate
from kernel.config.writer import write
from kernel.errors import ConfigError, Problem, UsageError, WrongType, keep

DEFAULTS = Path(__file__).parent / "defaults.cfg"
DEFAULTS_NAME = "kernel/config/defaults.cfg"


class Config(confection.Config):  # type: ignore[misc]
    """A nested dict with `is_interpolated`, and the position, origin and comments of its values.

    Everything that confection's Config does works; reading, writing and interpolating are ours, and report
    every problem at once in a ConfigError.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        is_interpolated: bool | None = None,
        section_order: list[str] | None = None,
    ) -> None:
        super().__init__(data, is_interpolated=is_interpolated, section_order=section_order)
        self.sources: Sources = dict(data.sources) if isinstance(data, Config) else {}
        self.last_comments: list[str] = list(data.last_comments) if isinstance(data, Config) else []

    @classmethod
    def from_str(
        cls,
        text: str,
        *,
        interpolate: bool = False,
        overrides: Mapping[str, Any] | None = None,
        name: str = "config",
        kind: str = FILE,
        problems: list[Problem] | None = None,
    ) -> Config:
        """Read a text. name: what error messages call it. Raises ConfigError with every problem.

        problems: a list that takes the problems instead; the config is then what could be read.
        """
        other = other_text(text, name)
        if other is not None:
            raise ConfigError(other)
        document = read(text, name)
        data, sources, found = nest(document, name, kind)
        found = sorted(document.problems + found, key=position)
        found += apply_overrides(data, sources, overrides or {})
        if problems is not None:
            problems += found
        elif found:
            raise ConfigError(found)
        config = cls(data, is_interpolated=False)
        config.sources = sources
        config.last_comments = document.last_comments
        return config.interpolate() if interpolate else config

    @classmethod
    def from_disk(
        cls,
        path: str | Path,
        *,
        interpolate: bool = False,
        overrides: Mapping[str, Any] | None = None,
        name: str | None = None,
        kind: str = FILE,
        problems: list[Problem] | None = None,
    ) -> Config:
        """Read a file; see from_str. Raises UsageError if the file can't be read."""
        if not isinstance(path, str | PathLike):
            raise WrongType(f"a config is read from a path, not from {path!r}")
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            hint = other_folder(Path(path))
            message = f"{path}: the config can't be read: {reason}"
            raise keep(UsageError(message, hint=hint), error) from None
        except UnicodeDecodeError as error:
            message = f"{path}: not UTF-8: {error.reason} at byte {error.start}"
            raise ConfigError(message, hint=other_bytes(error.object, Path(path))) from None
        name = name or str(path)
        return cls.from_str(
            text, interpolate=interpolate, overrides=overrides, name=name, kind=kind, problems=problems
        )

    @classmethod
    def from_bytes(
        cls, data: bytes, *, interpolate: bool = False, overrides: Mapping[str, Any] | None = None
    ) -> Config:
        return cls.from_str(data.decode("utf8"), interpolate=interpolate, overrides=overrides)

    def to_str(self, *, interpolate: bool = False) -> str:
        """The config as text, comments included. Raises ConfigError if a value isn't JSON."""
        config = self.interpolate() if interpolate else self
        return write(config, config.sources, config.last_comments, escape=config.is_interpolated)

    def to_disk(self, path: str | Path, *, interpolate: bool = False) -> None:
        Path(path).write_text(self.to_str(interpolate=interpolate), encoding="utf8", newline="\n")

    def to_bytes(self, *, interpolate: bool = False) -> bytes:
        return self.to_str(interpolate=interpolate).encode("utf8")

    def interpolate(self) -> Config:
        """A copy with its variables replaced. Raises ConfigError with every variable that can't be."""
        data, problems = interpolate(self, self.sources, escaped=not self.is_interpolated)
        if problems:
            raise ConfigError(problems)
        return self._derive(data, self.sources, is_interpolated=True)

    def copy(self) -> Config:
        """A deep copy."""
        return self._derive(
            {key: copy.deepcopy(value) for key, value in self.items()},
            self.sources,
            is_interpolated=self.is_interpolated,
        )

    def merge(self, updates: Mapping[str, Any], remove_extra: bool = False) -> Config:
        """A deep merge: this config as defaults under `updates`. Blocks that name different functions
        aren't mixed: the one of `updates` replaces the other. Other names of one function don't count as different."""
        other = updates if isinstance(updates, Config) else Config(updates)
        base = confection.Config(copy.deepcopy(renamed_defaults(dict(self), other)))
        merged = base.merge(copy.deepcopy(dict(other)), remove_extra=remove_extra)
        sources = merge_sources(
            self.sources, other.sources, lambda path: has_path(self, path), lambda path: has_path(other, path)
        )
        sources = {path: source for path, source in sources.items() if has_path(merged, path)}
        flag = self.is_interpolated and other.is_interpolated
        result = self._derive(dict(merged), sources, is_interpolated=flag)
        result.last_comments = other.last_comments or self.last_comments
        return result

    def where(self, path: str) -> tuple[str, int, int] | None:
        """(file, line, column) of the value at a dotted path, or of what is written around it."""
        place = place_of(self.sources, path)
        return None if place is None else (place.file, place.line, place.column)

    def source(self, path: str) -> Source | None:
        """Where the value at a dotted path, or what is written around it, comes from."""
        return nearest(self.sources, path)[0]

    def _derive(self, data: dict[str, Any], sources: Sources, *, is_interpolated: bool) -> Config:
        result = type(self)(data, is_interpolated=is_interpolated, section_order=self.section_order)
        result.sources = dict(sources)
        result.last_comments = list(self.last_comments)
        return result


def has_path(data: Mapping[str, Any], path: str) -> bool:
    """Whether a dotted path leads to something in a nested dict."""
    node: Any = data
    for part in path.split("."):
        if not isinstance(node, Mapping) or part not in node:
            return False
        node = node[part]
    return True


def load_config(
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    *,
    environment: bool = True,
    problems: list[Problem] | None = None,
) -> Config:
    """Read a config file, `-` for standard input, with overrides and those of the environment applied.

    The environment wins over `overrides`. Variables stay. environment: False reads the file as it is. problems: a list
    that takes what is wrong, as in Config.from_str.
    """
    if str(path) == "-":
        config = Config.from_str(sys.stdin.read(), overrides=overrides, name="stdin", problems=problems)
    else:
        config = Config.from_disk(path, overrides=overrides, problems=problems)
    more = environment_overrides() if environment else {}
    found = apply_overrides(config, config.sources, more, ENVIRONMENT)
    if problems is not None:
        problems += found
    elif found:
        raise ConfigError(found)
    return config


def position(problem: Problem) -> tuple[bool, bool, str, int, int]:
    """Order of a report: the user's files from the top, then the kernel's defaults, then overrides."""
    is_ours = problem.file == DEFAULTS_NAME
    return problem.line is None, is_ours, problem.file or "", problem.line or 0, problem.column or 0


def default_config() -> Config:
    """The defaults of every section that the kernel knows, not interpolated."""
    return Config.from_disk(DEFAULTS, name=DEFAULTS_NAME, kind=DEFAULT)


def merge_defaults(block: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    """A block over its defaults, neither changed: see Config.merge."""
    base = confection.Config(copy.deepcopy(renamed_defaults(dict(default), block)))
    return dict(base.merge(copy.deepcopy(dict(block))))
