"""What `kernel plugins check --import` runs in a process of its own: import one target and write down what it is."""

from __future__ import annotations

import inspect
import json
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from kernel.discovery.known_names import COMMAND_KINDS

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
    wanted, usable = _look(value, kind)
    remarks: list[str] = []
    if usable and kind == "sections":
        from kernel.config.descriptions import descriptions

        described = descriptions(value)
        remarks = [
            f"key {key!r} has no text below it that says what it is for"
            for key in value.model_fields
            if key not in described
        ]
    elif usable and kind not in ("languages", "modules", *COMMAND_KINDS):
        remarks = [
            f"parameter {name!r} has no annotation; a config can't be checked against it"
            for name in _bare_parameters(value, ("nlp", "name") if kind == "factories" else ())
        ]
    return {
        "usable": usable,
        "wanted": wanted,
        "type": type(value).__name__,
        "doc": bool(inspect.getdoc(value)),
        "remarks": remarks,
    }


def _look(value: Any, kind: str) -> tuple[str, bool]:
    """What a target of a kind has to be, and whether it is."""
    if kind in COMMAND_KINDS:
        import click

        return "a click command", isinstance(value, click.Command)
    if kind == "modules":
        return "a module", isinstance(value, ModuleType)
    if kind == "sections":
        from kernel.config.schemas import Section

        return "a subclass of Section", isinstance(value, type) and issubclass(value, Section)
    return "a function", callable(value)


def _bare_parameters(value: Any, given: tuple[str, ...]) -> list[str]:
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in parameters if one.annotation is one.empty and one.name not in given]


if __name__ == "__main__":
    main(*sys.argv[1:])
