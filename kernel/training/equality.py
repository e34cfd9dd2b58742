"""Whether the members of a team are about to do the same, and have done so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kernel.errors import TrainingError, UsageError, warn
from kernel.numeric.parameters import shims
from kernel.numeric.shims import weights_of
from kernel.training.drift import Change, changes

if TYPE_CHECKING:
    from kernel.training.run import Run

# What may differ from machine to machine, so that the last bits do too.
_MACHINE = ("blas", "threads", "device", "platform")


def check_start(run: Run) -> None:
    """`UsageError` if a member of the team has other data, code or versions than the first one, or begins with other weights.

    A warning names other processors and libraries of algebra: the weights are the same for all members then, but another run's.
    """
    at = f"the start, after step {run.step}"
    every = run.team.told(run.facts, at)
    for rank, facts in enumerate(every):
        # A library that only one of them has imported computes nothing of ours.
        found = [
            change
            for change in changes(every[0], facts)
            if change.kind != "versions" or None not in (change.old, change.new)
        ]
        machine = [change for change in found if change.kind in _MACHINE]
        if others := [change for change in found if change not in machine]:
            raise UsageError(
                f"worker {rank} would train another run than worker 0:\n{_lines(others)}",
                hint="Every worker must read equal files under the same paths, and have equal packages.",
            )
        if machine and run.team.is_first:
            warn(
                f"worker {rank} computes on another machine than worker 0, so that the last bits may not be those of one process:\n"
                f"{_lines(machine)}"
            )
    check_types(run)
    check_weights(run, at)


def check_types(run: Run) -> None:
    """`UsageError` if a network of another framework has weights that are not added up in their own type."""
    for path, shim in shims(run.parameters.models):
        for name, weights in weights_of(shim).items():
            if weights.dtype != np.float32:
                raise UsageError(
                    f"weights of {weights.dtype} ({path}:{name}) can't be trained by several workers",
                    hint="Let the network have weights of float32, or train with one process.",
                )


def check_weights(run: Run, at: str) -> None:
    """`TrainingError` if the members of the team have come to different weights, which names them. at: where the run is."""
    digest = hashlib.sha256()
    for array in run.parameters.arrays():
        digest.update(np.ascontiguousarray(array).data)
    every = run.team.told(digest.hexdigest(), at)
    others = [rank for rank, each in enumerate(every) if each != every[0]]
    if others:
        raise TrainingError(
            f"the weights of worker {', '.join(map(str, others))} differ from those of worker 0 at step {run.step}",
            hint="What changes weights must do the same in every worker: a callback that draws random numbers of its own, or goes by the "
            "time, for one. Equal versions and processors are needed too.",
        )


def _lines(found: Sequence[Change]) -> str:
    return "\n".join(f"  {change}" for change in found)
