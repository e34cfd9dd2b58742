"""Nested dicts and dotted paths; reading and building configs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from kernel import Config
from kernel import config as configs
from kernel.config.sources import problem_at
from kernel.errors import ConfigError

# A block that names a function is one value where overrides are written.
_NAMES_A_FUNCTION = "@"


def load_config(
    path: str | Path, overrides: Mapping[str, Any] | None = None, interpolate: bool = False
) -> Config:
    """Read a config file, `-` for standard input. overrides: values by dotted path, over those of the file.

    interpolate: replace the variables by what they refer to.
    """
    found = configs.load_config(path, overrides, environment=False)
    return found.interpolate() if interpolate else found


def load_config_from_str(
    text: str, overrides: Mapping[str, Any] | None = None, interpolate: bool = False
) -> Config:
    """Read a config from a text; see `load_config`."""
    return Config.from_str(text, overrides=overrides, interpolate=interpolate)


def copy_config(config: Mapping[str, Any]) -> Config:
    """A config of one's own with the same values."""
    return Config(config).copy()


def resolve_dot_names(config: Mapping[str, Any], dot_names: Sequence[str | None]) -> tuple[Any, ...]:
    """Build what stands at dotted paths of a config; None for None.

    A block on the way that names a function is built, once, and the path goes on in what it has made. `ConfigError` for a
    path that isn't there, or whose function can't be called.
    """
    whole = config if isinstance(config, Config) else Config(config)
    values = whole.interpolate()
    made: dict[str, Any] = {}
    return tuple(None if name is None else _built(values, whole, name, made) for name in dot_names)


def _built(values: Any, whole: Config, name: str, made: dict[str, Any]) -> Any:
    """made: path -> what its function has made."""
    found, path = values, ""
    for part in name.split("."):
        path = f"{path}.{part}" if path else part
        try:
            found = _step(found, part, name)
        except KeyError:
            there = "there is nothing of that name in the config"
            raise ConfigError(problem_at(whole.sources, name, there)) from None
        if isinstance(found, Mapping) and (path == name or _names_function(found)):
            if path not in made:
                made[path] = configs.resolve(found, config=whole, path=path)
            found = made[path]
    return found


def dot_to_dict(values: Mapping[str, Any]) -> dict[str, Any]:
    """`{"training.batch_size": 8}` as `{"training": {"batch_size": 8}}`."""
    result: dict[str, Any] = {}
    for path, value in values.items():
        *around, last = path.split(".")
        node = result
        for part in around:
            node = node.setdefault(part, {})
        node[last] = dict(value) if isinstance(value, Mapping) else value
    return result


def dict_to_dot(obj: Mapping[str, Any], *, for_overrides: bool = False) -> dict[str, Any]:
    """`{"training": {"batch_size": 8}}` as `{"training.batch_size": 8}`.

    for_overrides: leave blocks that name a function whole, so that an override replaces all of them.
    """
    return {".".join(path): value for path, value in walk_dict(obj, for_overrides=for_overrides)}


def walk_dict(
    node: Mapping[str, Any], parent: Sequence[str] = (), *, for_overrides: bool = False
) -> Iterator[tuple[list[str], Any]]:
    """(path, value) of everything in a nested dict that is no dict itself; see `dict_to_dot`."""
    for key, value in node.items():
        path = [*parent, key]
        if isinstance(value, Mapping) and not (for_overrides and _names_function(value)):
            yield from walk_dict(value, path, for_overrides=for_overrides)
        else:
            yield path, value


def _names_function(block: Iterable[str]) -> bool:
    return any(key.startswith(_NAMES_A_FUNCTION) for key in block)


def dot_to_object(config: Any, section: str) -> Any:
    """What stands at a dotted path of a nested dict. `KeyError` if there is nothing."""
    return reduce(lambda node, part: _step(node, part, section), section.split("."), config)


def set_dot_to_object(config: dict[str, Any], section: str, value: Any) -> None:
    """Put a value to a dotted path that exists. `KeyError` if it doesn't."""
    dot_to_object(config, section)
    around, _, last = section.rpartition(".")
    (dot_to_object(config, around) if around else config)[last] = value


def _step(node: Any, part: str, section: str) -> Any:
    try:
        return node[part]
    except (KeyError, TypeError, IndexError):
        raise KeyError(f"there is nothing at {section!r}: no {part!r}") from None
