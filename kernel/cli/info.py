"""`kernel info`: versions, plugins, devices, or the facts of a saved pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say, say_json

_LIBRARIES = (
    "numpy",
    "thinc",
    "confection",
    "pydantic",
    "pluggy",
    "catalogue",
    "cupy",
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "jax",
    "onnxruntime",
)
# Entry points of this group are functions without arguments that return facts for the command, under the entry point's name.
GROUP = "kernel_info"


@click.command(
    "info",
    cls=Command,
    examples=[
        "kernel info",
        "kernel info output/first/model-best",
    ],
)
@click.argument("model", required=False, type=options.file_or_name)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(model: str | None, as_json: bool) -> None:
    """Show versions, plugins, BLAS and GPU; or, with MODEL, what a saved pipeline says of itself."""
    shown = facts() if model is None else pipeline_facts(model)
    if as_json:
        say_json(shown)
    else:
        for line in lines(shown):
            say(line)


def facts() -> dict[str, Any]:
    """What is installed, and what computes."""
    import platform

    from kernel import __version__
    from kernel.discovery import scan
    from kernel.numeric import blas

    versions = {name: scan.installed_version(name) or _installed(name) for name in _LIBRARIES}
    return {
        "kernel": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: version for name, version in versions.items() if version},
        "plugins": _plugins(),
        "blas": blas.facts(),
        "gpus": _gpus(),
        **_facts_of_packages(),
    }


def pipeline_facts(model: str) -> dict[str, Any]:
    """The meta data of a saved pipeline, without loading it."""
    from kernel.config import Config
    from kernel.files.atomic import read_whole
    from kernel.saving.directories import CONFIG, existing, locate, meta_table

    def read(folder: Path) -> tuple[Any, dict[str, Any]]:
        return Config.from_disk(existing(folder) / CONFIG)["nlp"], meta_table(folder)

    path = locate(model)
    nlp, meta = read_whole(path, read)
    return {
        "path": str(path),
        "lang": nlp.get("lang"),
        "pipeline": nlp.get("pipeline", []),
        **meta,
    }


def lines(shown: dict[str, Any], indent: str = "") -> list[str]:
    """Nested facts as indented lines."""
    found = []
    for key, value in shown.items():
        if isinstance(value, dict) and value:
            found += [f"{indent}{key}:", *lines(value, indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found.append(f"{indent}{key}:")
            found += [f"{indent}  " + ", ".join(f"{k} {v}" for k, v in item.items()) for item in value]
        else:
            text = (
                ", ".join(map(str, value))
                if isinstance(value, list)
                else "-"
                if value is None
                else str(value)
            )
            found.append(f"{indent}{key}: {text or 'none'}")
    return found


def _installed(name: str) -> str | None:
    # cupy's packages are named after their CUDA version.
    from kernel.discovery.scan import installed_version

    names = [f"{name}-cuda{version}x" for version in (12, 13)] if name == "cupy" else []
    return next((version for name in names if (version := installed_version(name))), None)


def _plugins() -> list[dict[str, Any]]:
    from kernel.discovery import scan

    counts: dict[tuple[str, str], int] = {}
    for group in scan.groups():
        if group.startswith("kernel_"):
            for point in scan.entry_points(group):
                counts[point.distribution, point.version] = (
                    counts.get((point.distribution, point.version), 0) + 1
                )
    return [
        {"distribution": name, "version": version, "functions": number}
        for (name, version), number in sorted(counts.items())
    ]


def _facts_of_packages() -> dict[str, Any]:
    """What packages say of what they compute with; one that fails says why, and one with nothing to say is left out."""
    from kernel.discovery import rules
    from kernel.registries.blame import describe_error
    from kernel.registries.loading import load_entry_point

    found: dict[str, Any] = {}
    for point in rules.entry_points(GROUP):
        try:
            found[point.name] = load_entry_point(point, "info")()
        except Exception as error:  # noqa: BLE001 (a broken package must not keep the other facts back)
            found[point.name] = f"{point.claim} failed: {describe_error(error)}"
    return {name: value for name, value in sorted(found.items()) if value}


def _gpus() -> list[dict[str, Any]]:
    try:
        import cupy
    except Exception:  # noqa: BLE001 (a broken driver must not keep the other facts back)
        return []
    try:
        runtime = cupy.cuda.runtime
        properties = [runtime.getDeviceProperties(number) for number in range(runtime.getDeviceCount())]
    except Exception:  # noqa: BLE001
        return []
    return [
        {
            "id": number,
            "name": facts["name"].decode(),
            "memory_gib": round(facts["totalGlobalMem"] / 2**30, 1),
        }
        for number, facts in enumerate(properties)
    ]
