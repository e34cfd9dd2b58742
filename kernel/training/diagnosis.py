"""Everything that is wrong with a config file, from its brackets to what its functions take, in one report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from kernel.config import Config, load_config
from kernel.errors import ConfigError, Problem
from kernel.training.prepare import fill_config, pipeline_class


def read_config(
    path: str | Path, overrides: Mapping[str, Any] | None = None, *, environment: bool = True
) -> Config:
    """Read a config file that can be read, or raise one ConfigError with all that is wrong in it, not only its form."""
    problems: list[Problem] = []
    config = load_config(path, overrides, environment=environment, problems=problems)
    if problems:
        raise ConfigError(diagnose(config, problems)[1])
    return config


def diagnose(config: Config, problems: list[Problem]) -> tuple[Config, list[Problem]]:
    """The config filled as far as possible, and all problems in the order of the file. Nothing is built.

    config: not interpolated. problems: those of its form.
    """
    cls: Any = _Usual
    try:
        cls = pipeline_class(config)
    except ConfigError as error:
        problems = [*problems, *error.problems]
    found = list(problems)
    filled = fill_config(cls, config, found)
    return filled, found


class _Usual:
    """Stands for the pipeline class of a config that names none: its other sections are checked as usual."""

    own_sections: ClassVar[frozenset[str]] = frozenset()

    @staticmethod
    def fill_config(config: Config) -> Config:
        # Nobody knows its components; what is wrong with its language has been said.
        raise ConfigError([])
