"""Files that `[initialize]` names and that are not there: what a run would say after everything was built."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from kernel.config import Config
from kernel.config.plans import function_keys
from kernel.config.sources import problem_at
from kernel.errors import DataError, Problem
from kernel.files.home import expand_home
from kernel.files.patterns import matching

_SECTION = "initialize"
# Settings of the section itself; `vectors` may also be the name of an installed package.
_FILES = ("init_tok2vec", "vocab_data", "vectors")


def missing_files(config: Config) -> list[Problem]:
    """A problem for each file or folder that is named and not there. config: filled, not interpolated.

    Looked at are the settings of the section that are files, and what registered functions in it have under `path`, or under a key that
    ends in `_path`; not what such a function does without, `require = false`.
    """
    section = config.interpolate().get(_SECTION)
    if not isinstance(section, Mapping):
        return []
    own = ((key, section[key]) for key in _FILES if isinstance(section.get(key), str))
    named = [(key, text) for key, text in own if key != "vectors" or {"/", os.sep} & set(text)]
    return [
        problem_at(config.sources, f"{_SECTION}.{key}", "no such file or directory", value=repr(text))
        for key, text in [*named, *_paths(section, "")]
        if not _is_there(text)
    ]


def _paths(block: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    """Dotted key and text of the paths that functions in a block take."""
    takes = bool(function_keys(block)) and block.get("require") is not False
    for key, value in block.items():
        if isinstance(value, Mapping):
            yield from _paths(value, f"{before}{key}.")
        elif takes and (key == "path" or str(key).endswith("_path")):
            texts = value if isinstance(value, list | tuple) else [value]
            yield from ((f"{before}{key}", text) for text in texts if isinstance(text, str) and text)


def _is_there(text: str) -> bool:
    try:
        return all(place.exists() for place in matching(expand_home(text)))
    except (DataError, OSError, ValueError):
        return False
