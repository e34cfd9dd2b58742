"""A pipeline from a config without training: copied components keep their weights, the others are initialised."""

from __future__ import annotations

from pathlib import Path

from kernel.config import Config, check, fill
from kernel.config.checking import is_in
from kernel.config.schemas import InitializeSchema
from kernel.config.sections import present
from kernel.errors import ConfigError, KernelError, UsageError
from kernel.files.atomic import atomic_directory
from kernel.numeric import random
from kernel.saving.provenance import provenance
from kernel.training.prepare import pipeline_class, to_device
from kernel.training.protocols import Pipeline

# Sections that say how to train; a config that is only assembled need not have them in order.
_TRAINING = ("corpora", "training")


def assemble(config: Config) -> tuple[Pipeline, Config]:
    """Build and initialise the pipeline of a config; returns it with its filled config. Only `[initialize]` reads data.

    config: not interpolated; defaults are filled in. `ConfigError` with everything that is wrong outside of the
    sections on training.
    """
    cls = pipeline_class(config)
    filled = cls.fill_config(config).copy()
    filled["initialize"] = fill(
        filled.get("initialize", {}), path="initialize", schema=InitializeSchema, config=filled
    )
    unused = {*_TRAINING, *present(filled)}
    try:
        check(filled, skip={*unused, *cls.own_sections})
    except ConfigError as error:
        problems = [one for one in error.problems if not is_in(one.path or "", unused)]
        if problems:
            raise ConfigError(problems) from error
    plain = filled.interpolate()
    seed = (plain.get("training") or {}).get("seed") or 0
    random.seed_all(seed, "create")
    pipeline = cls.from_config(filled)
    to_device(pipeline, -1)
    random.seed_all(seed, "initialize")
    with random.scope(seed=seed):
        pipeline.initialize(None, settings=plain["initialize"])
    pipeline.meta["provenance"] = provenance(filled)
    return pipeline, filled


def save(pipeline: Pipeline, config: Config, output: Path) -> None:
    """Write an assembled pipeline to a directory, whole or not at all."""
    try:
        with atomic_directory(output) as directory:
            pipeline.to_disk(directory)
            if not (directory / "config.cfg").exists():
                config.to_disk(directory / "config.cfg")
    except KernelError:
        raise
    except OSError as error:
        raise UsageError(f"can't save the pipeline to {output}: {error.strerror or error}") from error
