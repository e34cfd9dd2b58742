"""Where the histories of two runs part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kernel_runs.outputs import Output

# What differs between equal runs, too.
_TIMES = {"seconds", "memory_mb", "speed"}


@dataclass(frozen=True)
class Parting:
    """The first place where two runs differ. event: "step" or "evaluation". values: name -> (of one run, of the other)."""

    event: str
    step: int
    values: dict[str, tuple[Any, Any]]


def parting(one: Output, other: Output) -> Parting | None:
    """The first step or evaluation in which two runs differ; None if they are equal as far as both of them went."""
    steps = sorted(one.steps.keys() & other.steps.keys())
    evaluated = one.evaluations.keys() & other.evaluations.keys()
    for step in steps:
        values = dict(_differences(one.steps[step], other.steps[step]))
        if values:
            return Parting("step", step, values)
        if step in evaluated:
            values = dict(_differences(one.evaluations[step], other.evaluations[step]))
            if values:
                return Parting("evaluation", step, values)
    return None


def _differences(
    one: Mapping[str, Any], other: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Dotted names of what differs, in the order in which a step comes by it."""
    for key in [*one, *(key for key in other if key not in one)]:
        before, after = one.get(key), other.get(key)
        if key in _TIMES or before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differences(before, after, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", (before, after)
