"""Configs: reading, variables, overrides, filling and building."""

from kernel.config.building import resolve, resolve_section
from kernel.config.checking import check
from kernel.config.config import Config, default_config, load_config, merge_defaults
from kernel.config.filling import fill
from kernel.config.overrides import environment_overrides, parse_overrides

__all__ = [
    "Config",
    "check",
    "default_config",
    "environment_overrides",
    "fill",
    "load_config",
    "merge_defaults",
    "parse_overrides",
    "resolve",
    "resolve_section",
]
