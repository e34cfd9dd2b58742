"""Other processes that take part in a run: they are started, and told how to prepare the same one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kernel.config import Config
from kernel.config.sections import present
from kernel.config.sources import problem_at
from kernel.errors import ConfigError, Problem, RegistryError, UsageError
from kernel.registries.definitions import definitions
from kernel.registries.family import chosen_by
from kernel.registries.registry import nearest_name
from kernel.saving.provenance import functions
from kernel.training.team import Backend, Lost, Start, Team


def starter(config: Config, settings: Any, *, section: str, gpu_id: int) -> Start | None:
    """What starts the other processes of a run, None if there are none. Nothing is started, and no data are read.

    config: filled. settings: the section that describes the run, with `workers` if it has that. `ConfigError` if there can't be so many
    of that kind.
    """
    wanted = getattr(settings, "workers", None)
    if wanted is None or wanted.count == 1:
        return None
    shards = max(settings.shards, settings.accumulate_gradient)
    if wanted.count > shards:
        raise _wrong(
            config,
            f"{section}.workers.count",
            f"{wanted.count} workers are more than {section}.shards = {shards}: some would have nothing to do",
            f"Shards decide the weights, and workers who computes them: --{section}.shards {wanted.count} gives each worker one.",
        )
    backend = _backend(config, wanted.backend, f"{section}.workers.backend")
    try:
        return backend(wanted, gpu_id)
    except UsageError as error:
        raise _wrong(config, f"{section}.workers.backend", error.message, error.hint) from error


def worker_problems(config: Config) -> list[Problem]:
    """Why the runs of a config could not have the workers that it asks for, as far as can be told without starting any. config: filled."""
    found: list[Problem] = []
    plain = config.interpolate()
    for path in present(config):
        section, _, name = path.rpartition(".")
        if name != "workers" or not isinstance(around := plain.get(section), Mapping):
            continue
        shared = {key: around.get(key, 1) for key in ("shards", "accumulate_gradient")}
        settings = SimpleNamespace(**shared, workers=SimpleNamespace(**around["workers"]))
        try:
            starter(config, settings, section=section, gpu_id=-1)
        except ConfigError as error:
            found += error.problems
    return found


def together(
    start: Start | None,
    config: Config,
    settings: Any,
    *,
    section: str,
    gpu_id: int,
    seed: int,
    output: Path | None = None,
) -> Team:
    """The team of a run, whose processes begin here; this process alone if nothing starts others.

    start: of `starter`. config: filled, not interpolated. settings: the section of the run, built. The others as of `prepare`.
    """
    if start is None:
        return Team()
    task = {"gpu_id": gpu_id, "seed": seed, "section": section, **_code_of(config)}
    task["output"] = None if output is None else str(output)
    restarts = settings.workers.max_restarts
    try:
        return Team(start(json.dumps(task).encode()), restarts)
    except Lost as error:
        error.restarts = restarts
        raise


def _backend(config: Config, name: str, place: str) -> Backend:
    """What starts processes: by its name, which may be short: local for kernel.local.v1."""
    registry = chosen_by(config)
    whole = name if registry.has("workers", name) else f"kernel.{name}.v1"
    try:
        found: Backend = registry.get("workers", whole)
    except RegistryError as error:
        if error.exit_code != RegistryError.exit_code:
            raise
        # By the names that one may write.
        known = [re.sub(r"^kernel\.(\w+)\.v1$", r"\1", each) for each in registry.names("workers")]
        close = nearest_name(name, known)
        hint = f"Did you mean {close!r}?" if close else "" if "Did you mean" in error.hint else error.hint
        message = f"there are no workers of the kind {name!r}"
        raise _wrong(config, place, message, hint, ", ".join(known)) from error
    return found


def _wrong(config: Config, place: str, message: str, hint: str, expected: str | None = None) -> ConfigError:
    return ConfigError(problem_at(config.sources, place, message, expected=expected, suggestion=hint or None))


def _code_of(config: Config) -> dict[str, Any]:
    """What another process needs to read the config as this one does."""
    found = definitions(chosen_by(config), [(kind, name) for kind, name, _ in functions(config)])
    if found.is_lost:
        raise UsageError(
            "functions of the config are defined in the program itself, which is in no file, so that workers can't run it",
            hint="Put them into a file, and give it to --code, or import it as a module.",
        )
    return {"config": config.to_str(), "definitions": asdict(found), "folder": os.getcwd()}
