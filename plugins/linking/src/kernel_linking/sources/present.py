"""A path of a config is looked for when its function is made: the line of the setting is known then."""

from pathlib import Path

from kernel.errors import ConfigError, Problem


def check_present(path: Path, setting: str, what: str, hint: str | None = None) -> None:
    """`ConfigError` if there is nothing at a path. setting: that gives it. what: that should be there. hint: how to get one."""
    if not path.exists():
        raise ConfigError(Problem(f"there is no file of a {what}: {path}", setting=setting, suggestion=hint))
