"""Other processes that take part in a run: they are started, and told how to prepare the same one."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

from kernel.errors import UsageError
from kernel.registries.definitions import definitions
from kernel.registries.family import Registries, chosen_by
from kernel.saving.provenance import functions_of
from kernel.training.run import Run
from kernel.training.team import Backend, Team


def together(run: Run) -> Team:
    """The team of a run that is ready to train: as its `[training.workers]` says, if it has that, or this process alone."""
    settings = getattr(run.settings, "workers", None)
    if settings is None or settings.count == 1:
        return Team()
    shards = max(run.settings.shards, run.settings.accumulate_gradient)
    if settings.count > shards:
        raise UsageError(
            f"{run.section}.workers.count is {settings.count}, more than {run.section}.shards = {shards}: some would have nothing to do",
            hint=f"Shards decide the weights, and workers who computes them: --{run.section}.shards {settings.count} gives each worker one.",
        )
    start = _backend(chosen_by(run.config), settings.backend)
    return Team(start(_task(run), settings))


def _backend(registry: Registries, name: str) -> Backend:
    """What starts processes: by its name, which may be short: local for kernel.local.v1."""
    found: Backend = registry.get("workers", name if registry.has("workers", name) else f"kernel.{name}.v1")
    return found


def _task(run: Run) -> bytes:
    """What another process needs to prepare the same run."""
    registry = chosen_by(run.config)
    found = definitions(registry, functions_of(run.config))
    if found.is_lost:
        raise UsageError(
            "functions of the config are defined in the program itself, which is in no file, so that workers can't run it",
            hint="Put them into a file, and give it to --code, or import it as a module.",
        )
    left = run.resumed
    return json.dumps(
        {
            "config": run.config.to_str(),
            "definitions": asdict(found),
            "folder": os.getcwd(),
            "gpu_id": run.device,
            "seed": run.seed,
            "section": run.section,
            "output": None if run.output is None else str(run.output),
            "resumed": None
            if left is None
            else {
                "folder": str(left.folder),
                "output": str(left.output),
                "changes": [asdict(change) for change in left.changes],
            },
        }
    ).encode()
