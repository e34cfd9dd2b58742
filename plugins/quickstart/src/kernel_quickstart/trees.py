"""Values of a config as the page reads them.

A block is a list of [key, value], because objects of JavaScript don't keep the order of all keys. Any other value is its text in a
config, so that no number is written anew. null is the place of a listener: `SHARED`.
"""

from collections.abc import Mapping
from typing import Any

from kernel.config import Config, fill
from kernel.config.values import dump_value, is_plain
from kernel.errors import WrongType
from kernel.language import SHARED

Tree = list[list[Any]] | str | None


def tree(value: Any) -> Tree:
    """A value, or a block with all that is in it. `WrongType` for what can't be written in a config."""
    if value is SHARED:
        return None
    if isinstance(value, Mapping):
        return [[str(key), tree(item)] for key, item in value.items()]
    if not is_plain(value):
        raise WrongType(f"an object of type {type(value).__qualname__} can't be written")
    # The page replaces lists as a whole: blocks in them are filled here.
    return dump_value(fill({"list": value})["list"] if isinstance(value, list | tuple) else value)


def written(config: Config) -> dict[str, Any]:
    """A config that was read from a text: its tree, and the comments by the path that they stand above."""
    comments = {path: list(source.comments) for path, source in config.sources.items() if source.comments}
    return {"tree": tree(config), "comments": comments}
