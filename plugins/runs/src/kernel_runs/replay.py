"""`kernel replay`: the step in which the loss of a run was not finite, once more."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import options
from kernel.cli.say import say

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.training.run import Run

    from .nonfinite import Finding
    from .step import Failure

# Examples of a group that are named.
_SHOWN = 3


@click.command("replay")
@click.argument("output", type=click.Path(path_type=Path))
@options.code
@options.gpu_id
def replay(output: Path, code: tuple[Path, ...], gpu_id: int) -> None:
    """Repeat the step in which the run in OUTPUT failed, because a loss was nan or infinite.

    Says which layer was the first with numbers that are not finite, and which examples make it so. Nothing is changed.
    """
    from kernel.config import Config
    from kernel.errors import TrainingError

    from .step import as_it_was, kept_step, repeat

    options.load_codes(code)
    taken = kept_step(output)
    config = Config().from_str(taken.part("config"))
    run, batches = as_it_was(taken, config, gpu_id=gpu_id)
    found = repeat(run, next(batches))
    say(f"step {found.step}, in epoch {found.epoch}: a batch of {found.size} examples")
    if found.message is None:
        raise TrainingError(
            "the step does not fail when it is repeated",
            hint="Something else has changed since: data, code, versions, the device, or a callback had a hand in it.",
        )
    for line in _lines(run, found):
        say(line)
    if found.weights:
        _tell_origin(output, config, found.step, gpu_id)


def _lines(run: "Run", found: "Failure") -> Iterator[str]:
    from .step import described

    yield found.message or ""
    if found.weights:
        yield f"before the step already: {_and_more(found.weights)}"
    elif not found.findings:
        yield "every layer takes and gives finite numbers: what is not finite is made in the loss itself, or inside of a layer"
    else:
        yield from _first(found.findings)
    for group in found.culprits:
        shown = "; ".join(described(run, example) for example in group[:_SHOWN])
        more = f"; and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
        together = f", only together, by {len(group)} examples" if len(group) > 1 else ""
        yield f"made so{together or ' by'}{':' * bool(together)} {shown}{more}"


def _first(findings: "Sequence[Finding]") -> Iterator[str]:
    """The first finding; where that is only infinite, as masks are, the first nan too."""
    yield f"first: {findings[0]}"
    later = next((finding for finding in findings if finding.numbers.nan), None)
    if later is not None and later is not findings[0]:
        yield f"the first nan: {later}"


def _and_more(findings: "Sequence[Finding]") -> str:
    more = f"; and {len(findings) - 1} more" if len(findings) > 1 else ""
    return f"{findings[0]}{more}"


def _tell_origin(output: Path, config: "Config", step: int, gpu_id: int) -> None:
    """Say which step spoilt the weights, by going on from the last checkpoint."""
    from kernel.training.checkpoint import latest

    from .step import as_it_was, overflow

    found = latest(output)
    if found is None or found[1].run["step"] >= step:
        say("there is no checkpoint from before it, from which to look for the step that made them so")
        return
    folder, taken = found
    say(f"looking for the step that made them so, from {folder}")
    run, batches = as_it_was(taken, config, gpu_id=gpu_id)
    origin = overflow(run, batches, step)
    if origin is None:
        say("the steps from there on don't make them so again")
        return
    rate = "" if origin.learn_rate is None else f" with a learn rate of {origin.learn_rate:.4g}"
    say(f"step {origin.step}, in epoch {origin.epoch}, made them so{rate}: {_and_more(origin.weights)}")
