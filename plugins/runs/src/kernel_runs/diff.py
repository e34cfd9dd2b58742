"""`kernel runs diff`: what differs between two runs, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.command import Command

if TYPE_CHECKING:
    from kernel.training.drift import Change
    from kernel_runs.outputs import Output
    from kernel_runs.parting import Parting

_SHOWN = 8


@click.command(
    "diff",
    cls=Command,
    examples=[
        "kernel runs diff output/first output/second",
    ],
)
@click.argument("one", metavar="A", type=click.Path(path_type=Path))
@click.argument("other", metavar="B", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(one: Path, other: Path, as_json: bool) -> None:
    """Say what differs between the runs in the outputs A and B.

    First what may change the weights, most suspicious first: that one was resumed although something had changed, seed, data, config, code, versions, BLAS, threads, device,
    platform. Then what changes none, such as the threads of code that is not kernel's. Then the first step in which the
    losses differ, and the scores. The exit code is 0 whether there are differences or not.
    """
    from kernel.cli.say import say, say_json
    from kernel.training.drift import changes
    from kernel_runs.outputs import read
    from kernel_runs.parting import parting

    runs = read(one), read(other)
    manifests = runs[0].manifest, runs[1].manifest
    found = changes(*manifests)
    resumed = _resumed(*runs)
    besides = dict(_besides(*manifests))
    parted = parting(*runs)
    results = dict(_results(*runs))
    if as_json:
        say_json(
            {
                "runs": [str(run.path) for run in runs],
                "resumed": [run.manifest.get("resumed") or [] for run in runs],
                "changes": [_plain(change) for change in found],
                "besides": {name: list(pair) for name, pair in besides.items()},
                "parting": None
                if parted is None
                else {"event": parted.event, "step": parted.step}
                | {"values": {name: list(pair) for name, pair in parted.values.items()}},
                "results": {name: list(pair) for name, pair in results.items()},
            }
        )
        return
    for line in _report(runs, [*resumed, *map(str, found)], besides, parted, results):
        say(line)


def _resumed(one: Output, other: Output) -> list[str]:
    """Where only one of them was resumed although something had changed."""
    return [
        f"{run.path} was {resumed}"
        for run, against in ((one, other), (other, one))
        for resumed in run.resumed
        if resumed not in against.resumed
    ]


def _plain(change: Change) -> dict[str, Any]:
    return {
        "name": change.name,
        "kind": change.kind,
        "detail": change.detail,
        "old": change.old,
        "new": change.new,
    }


def _report(
    runs: tuple[Output, Output],
    found: list[str],
    besides: Mapping[str, tuple[Any, Any]],
    parted: Parting | None,
    results: Mapping[str, tuple[Any, Any]],
) -> Iterator[str]:
    yield f"{runs[1].path} against {runs[0].path}"
    yield ""
    if found:
        yield "may change the weights, most suspicious first:"
        yield from (f"  {line}" for line in found)
    else:
        yield "nothing that may change the weights differs"
    if besides:
        yield "changes no weights:"
        yield from (f"  {name}: {_show(one)}, now {_show(other)}" for name, (one, other) in besides.items())
    yield ""
    yield from _course(runs, found, parted)
    differing = {name: pair for name, pair in results.items() if pair[0] != pair[1]}
    if differing:
        yield "results:"
        yield from (f"  {name}: {_show(one)}, now {_show(other)}" for name, (one, other) in differing.items())


def _course(runs: tuple[Output, Output], found: list[str], parted: Parting | None) -> Iterator[str]:
    """How far the two went together."""
    last = [run.step for run in runs]
    if None in last or not runs[0].steps.keys() & runs[1].steps.keys():
        yield "there is no step that the histories of both have"
        return
    if parted is None:
        yield f"all steps up to {min(step for step in last if step is not None)} are equal"
    else:
        yield f"they part at {'the evaluation of ' * (parted.event == 'evaluation')}step {parted.step}:"
        shown = list(parted.values.items())
        yield from (f"  {name}: {_show(one)}, now {_show(other)}" for name, (one, other) in shown[:_SHOWN])
        if len(shown) > _SHOWN:
            yield f"  and {len(shown) - _SHOWN} more"
        if not found:
            yield (
                "  No fact that is recorded differs: look at what code takes from elsewhere (the clock, the network, "
                "files that no setting names, the order of sets), and at the machine."
            )
    if last[0] != last[1]:
        yield f"one ends at step {last[0]}, the other at step {last[1]}"


def _besides(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """What the weights do not depend on, but times do."""
    for what, section, key in (
        ("threads outside of kernel's calls", "threads", "process"),
        ("release of the system", "platform", "release"),
        ("number of the GPU", None, "gpu_id"),
    ):
        before, after = (
            (manifest if section is None else manifest.get(section) or {}).get(key)
            for manifest in (one, other)
        )
        is_device = key == "gpu_id" and min(before or 0, after or 0) < 0
        if before != after and None not in (before, after) and not is_device:
            yield what, (before, after)


def _results(one: Output, other: Output) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Scores of the best evaluations, and speed."""
    best = one.best or {}, other.best or {}
    for key, name in (("score", "best score"), ("evaluation", "at step")):
        if any(best):
            yield name, (best[0].get(key), best[1].get(key))
    scores = [row.get("scores") or {} for row in best]
    for name in dict.fromkeys([*scores[0], *scores[1]]):
        pair = scores[0].get(name), scores[1].get(name)
        if name != "speed" and all(isinstance(value, int | float | None) for value in pair):
            yield name, pair
    if one.speed and other.speed:
        yield "words a second", (round(one.speed), round(other.speed))


def _show(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value)
