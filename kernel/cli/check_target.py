"""What `kernel plugins check --import` runs in a process of its own: import one target and write down what it is."""

from __future__ import annotations

import inspect
import json
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

# Modules that take long to import, or much memory.
HEAVY = frozenset(
    [
        "cupy",
        "datasets",
        "jax",
        "matplotlib",
        "numba",
        "numpy",
        "pandas",
        "scipy",
        "sentencepiece",
        "sklearn",
        "spacy",
        "tensorflow",
        "thinc",
        "torch",
        "transformers",
    ]
)


def main(result: str, target: str, kind: str) -> None:
    """Import a target and write what it is to a file, as JSON."""
    before, start = set(sys.modules), perf_counter()
    found: dict[str, Any] = {}
    try:
        module, _, attributes = target.partition(":")
        value: Any = import_module(module)
        for attribute in filter(None, attributes.split(".")):
            value = getattr(value, attribute)
    except BaseException as error:  # noqa: BLE001 (whatever it is, it is the plugin's)
        found["error"] = f"{type(error).__name__}: {error}"
        if isinstance(error, ModuleNotFoundError):
            found["missing"] = error.name
    else:
        found["seconds"] = perf_counter() - start
        found["heavy"] = sorted(HEAVY & (set(sys.modules) - before))
        found |= _describe(value, kind)
    Path(result).write_text(json.dumps(found), encoding="utf8")


def _describe(value: Any, kind: str) -> dict[str, Any]:
    if kind == "cli":
        import click

        usable = isinstance(value, click.Command)
    else:
        usable = callable(value)
    bare = []
    if usable and kind not in ("cli", "languages"):
        given = ("nlp", "name") if kind == "factories" else ()
        try:
            parameters = inspect.signature(value).parameters.values()
        except (TypeError, ValueError):
            parameters = ()  # type: ignore[assignment]
        bare = [one.name for one in parameters if one.annotation is one.empty and one.name not in given]
    return {"usable": usable, "type": type(value).__name__, "doc": bool(inspect.getdoc(value)), "bare": bare}


if __name__ == "__main__":
    main(*sys.argv[1:])
