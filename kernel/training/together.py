"""Other processes that take part in a run: they are started, and told how to prepare the same one."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kernel.config import Config
from kernel.errors import UsageError
from kernel.registries.definitions import definitions
from kernel.registries.family import Registries, chosen_by
from kernel.saving.provenance import functions
from kernel.training.team import Backend, Team


def together(
    config: Config, settings: Any, *, section: str, gpu_id: int, seed: int, output: Path | None = None
) -> Team:
    """The team of a run: as its `[training.workers]` says, if it has that, or this process alone.

    config: filled, not interpolated. settings: the section of the run, built. The others as of `prepare`.
    """
    wanted = getattr(settings, "workers", None)
    if wanted is None or wanted.count == 1:
        return Team()
    shards = max(settings.shards, settings.accumulate_gradient)
    if wanted.count > shards:
        raise UsageError(
            f"{section}.workers.count is {wanted.count}, more than {section}.shards = {shards}: some would have nothing to do",
            hint=f"Shards decide the weights, and workers who computes them: --{section}.shards {wanted.count} gives each worker one.",
        )
    start = _backend(chosen_by(config), wanted.backend)
    task = {"gpu_id": gpu_id, "seed": seed, "section": section, **_code_of(config)}
    task["output"] = None if output is None else str(output)
    return Team(start(json.dumps(task).encode(), wanted))


def _backend(registry: Registries, name: str) -> Backend:
    """What starts processes: by its name, which may be short: local for kernel.local.v1."""
    found: Backend = registry.get("workers", name if registry.has("workers", name) else f"kernel.{name}.v1")
    return found


def _code_of(config: Config) -> dict[str, Any]:
    """What another process needs to read the config as this one does."""
    found = definitions(chosen_by(config), [(kind, name) for kind, name, _ in functions(config)])
    if found.is_lost:
        raise UsageError(
            "functions of the config are defined in the program itself, which is in no file, so that workers can't run it",
            hint="Put them into a file, and give it to --code, or import it as a module.",
        )
    return {"config": config.to_str(), "definitions": asdict(found), "folder": os.getcwd()}
