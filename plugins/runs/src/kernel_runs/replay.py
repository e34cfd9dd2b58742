"""`kernel replay`: the step in which the loss of a run was not finite, once more."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say

if TYPE_CHECKING:
    from kernel.training.run import Run
    from kernel.training.snapshot import Snapshot

    from .nonfinite import Finding
    from .step import Failure

# Examples of a group that are named.
_SHOWN = 3


@click.command(
    "replay",
    cls=Command,
    examples=[
        "kernel replay output/first",
    ],
)
@click.argument("output", type=click.Path(path_type=Path))
@options.code
@options.gpu_id
def replay(output: Path, code: tuple[Path, ...], gpu_id: int) -> None:
    """Repeat the step in which the run in OUTPUT failed, because a loss or weights were nan or infinite.

    Says which layer was the first with numbers that are not finite, and which examples make it so. Nothing is changed.
    """
    from kernel.errors import TrainingError

    from .step import as_it_was, first_failure, is_failed, kept_step, repeat

    options.load_codes(code)
    taken = kept_step(output)
    found: Failure | None = None
    if is_failed(taken):
        run, batches = as_it_was(taken, gpu_id=gpu_id)
        found = repeat(run, next(batches))
        for line in _lines(run, found):
            say(line)
        if not found.weights and not _is_fine(found):
            return
    earlier = taken if not is_failed(taken) else _checkpoint_before(output, taken)
    if earlier is not None and (found is None or found.weights):
        say(f"going on from the checkpoint of step {earlier.run['step']}, to the step that spoils weights")
        run, batches = as_it_was(earlier, gpu_id=gpu_id)
        found = first_failure(run, batches, end=taken.run["step"] if is_failed(taken) else None)
        if found is not None:
            for line in _lines(run, found):
                say(line)
            return
    if earlier is None and found is not None and found.weights:
        say("there is no checkpoint from before, from which to look for the step that made them so")
        return
    raise TrainingError("nothing fails when it is repeated", hint=_changed(taken, run))


def _checkpoint_before(output: Path, taken: "Snapshot") -> "Snapshot | None":
    from kernel.training.checkpoint import latest

    found = latest(output)
    return found[1] if found is not None and found[1].run["step"] < taken.run["step"] else None


def _changed(taken: "Snapshot", run: "Run") -> str:
    """Why a step may not repeat."""
    from kernel.training.drift import changes
    from kernel.training.manifest import facts

    found = changes(taken.part("facts") or {}, facts(run))
    if found:
        return f"What has changed since: {'; '.join(map(str, found))}"
    return "Nothing that is known of has changed since. A callback may have had a hand in it: they are not called here."


def _is_fine(found: "Failure") -> bool:
    return (
        found.message is None and found.gradients.is_finite and not found.weights and found.learn_rate is None
    )


def _lines(run: "Run", found: "Failure") -> Iterator[str]:
    from .step import described

    yield f"step {found.step}, in epoch {found.epoch}: a batch of {found.size} examples"
    if found.message is not None:
        yield found.message
    if found.weights:
        yield f"before the step already: {_and_more(found.weights)}"
    elif found.findings:
        yield from _first(found.findings)
    elif found.message is not None:
        yield "every layer takes and gives finite numbers: what is not finite is made in the loss itself, or inside of a layer"
    elif found.gradients.is_finite and found.learn_rate is not None:
        yield f"its gradients are finite: {found.gradients}; the optimizer makes the weights nan or infinite of them, with a learn rate of {found.learn_rate:.4g}"
    for group in found.culprits:
        shown = "; ".join(described(run, example) for example in group[:_SHOWN])
        more = f"; and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
        by = f", only together, by {len(group)} examples:" if len(group) > 1 else " by"
        yield f"made so{by} {shown}{more}"


def _first(findings: "Sequence[Finding]") -> Iterator[str]:
    """The first finding; where that is only infinite, as masks are, the first nan too."""
    yield f"first: {findings[0]}"
    later = next((finding for finding in findings if finding.numbers.nan), None)
    if later is not None and later is not findings[0]:
        yield f"the first nan: {later}"


def _and_more(findings: "Sequence[Finding]") -> str:
    more = f"; and {len(findings) - 1} more" if len(findings) > 1 else ""
    return f"{findings[0]}{more}"
