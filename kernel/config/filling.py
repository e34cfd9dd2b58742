"""Filling a block: adding the defaults of every function that it names."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from kernel.config.config import Config, has_path
from kernel.config.paths import all_paths
from kernel.config.plans import POSITIONAL, Planner, function_keys, join, owner_name
from kernel.config.signatures import Signature, of_function, of_schema
from kernel.config.sources import DEFAULT, Source, Sources
from kernel.config.values import is_plain
from kernel.errors import ConfigError
from kernel.registries.family import Registries, chosen_by


def fill(
    block: Mapping[str, Any],
    *,
    path: str = "",
    schema: type[BaseModel] | None = None,
    config: Config | None = None,
    registry: Registries | None = None,
) -> dict[str, Any]:
    """A copy of a block with defaults added after what is given, in the order of the signatures.

    Calls nothing; variables stay. Defaults that can't be written in a config are left to their functions. Where the others
    come from is noted in the sources of `config`. registry: where functions are looked up, by default as `config` wants it.
    Raises ConfigError with every function that can't be found.
    """
    if config is None and isinstance(block, Config):
        config = block
    planner = Planner(config.sources if config is not None else None, registry or chosen_by(config or block))
    result = _fill_block(block, path, planner)
    if schema is not None:
        _add_defaults(result, of_schema(schema, f"[{path}]"), path, planner.sources)
    if planner.problems:
        raise ConfigError(planner.problems)
    return result


def _fill_block(block: Mapping[str, Any], path: str, planner: Planner) -> dict[str, Any]:
    result = {key: _fill_value(value, join(path, str(key)), planner) for key, value in block.items()}
    keys = function_keys(block)
    if keys and "$" not in str(block[keys[0]]):
        found = planner.function(block, path)
        if found is not None:
            _add_defaults(
                result, of_function(found[2], owner_name(planner.registry, *found[:2])), path, planner.sources
            )
    return result


def _fill_value(value: Any, path: str, planner: Planner) -> Any:
    if isinstance(value, Mapping):
        return _fill_block(value, path, planner)
    if isinstance(value, (list, tuple)):
        return [_fill_value(item, join(path, str(index)), planner) for index, item in enumerate(value)]
    return copy.deepcopy(value) if is_plain(value) else value


def _add_defaults(block: dict[str, Any], signature: Signature, path: str, sources: Sources) -> None:
    taken = {
        parameter.name for parameter in signature.positional[: _count_by_position(block.get(POSITIONAL))]
    }
    for name, parameter in signature.parameters.items():
        if name in block or name in taken or parameter.is_required or not is_plain(parameter.default):
            continue
        block[name] = _as_written(parameter.default)
        sources.setdefault(join(path, name), Source(DEFAULT, signature.owner))


def note_defaults(
    sources: Sources, block: Mapping[str, Any], given: Mapping[str, Any], path: str, owner: str
) -> None:
    """Note where the values of a block come from that are not among the given ones. owner: what has them as defaults."""
    for inner in all_paths(dict(block)):
        if not has_path(given, inner):
            sources.setdefault(join(path, inner), Source(DEFAULT, owner))


def _count_by_position(values: Any) -> int:
    if isinstance(values, Mapping) and not function_keys(values) or isinstance(values, (list, tuple)):
        return len(values)
    return 0 if values is None else 1


def _as_written(value: Any) -> Any:
    """A copy of a default as it would be read from a file: tuples are lists."""
    if isinstance(value, (list, tuple)):
        return [_as_written(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_written(item) for key, item in value.items()}
    return value
