"""`kernel runs list`: the runs below a directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.command import Command

if TYPE_CHECKING:
    from kernel_runs.outputs import Output

_TITLES = ("RUN", "STATE", "STEP", "SCORE", "AT", "SEED")


@click.command(
    "list",
    cls=Command,
    examples=[
        "kernel runs list output",
    ],
)
@click.argument("directory", default=".", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_runs(directory: Path, as_json: bool) -> None:
    """List the runs in DIRECTORY and below it, by default the current one.

    For each: whether it runs, has ended and why, or was stopped and can be resumed; its latest step, its best score and the
    step in model-best that has it, its seed. The state of a run that another computer writes is not known here.
    """
    from kernel.cli.say import say, say_json
    from kernel.cli.tables import table
    from kernel.errors import DataError, UsageError, warn
    from kernel_runs.outputs import find, read

    if not directory.is_dir():
        raise UsageError(f"{directory} is no directory")
    found = []
    for path in find(directory):
        try:
            found.append(read(path))
        except DataError as error:
            warn(f"{error}: this run is left out")
    if as_json:
        say_json([_facts(run) for run in found])
    elif not found:
        say(f"no runs in {directory}")
    else:
        for line in table([_TITLES, *map(_row, found)]):
            say(line)


def _facts(run: Output) -> dict[str, Any]:
    # The one that runs has written nothing yet.
    is_known = not run.is_replaced
    best = (run.best if is_known else None) or {}
    return {
        "path": str(run.path),
        "state": run.state,
        "step": run.step if is_known else None,
        "score": best.get("score"),
        "best_step": best.get("evaluation"),
        "seed": run.manifest.get("seed") if is_known else None,
        "words_per_second": round(run.speed) if is_known and run.speed is not None else None,
        "changed_at": [resumed.step for resumed in run.resumed] if is_known else [],
    }


def _row(run: Output) -> list[str]:
    facts = _facts(run)
    score = "-" if facts["score"] is None else f"{facts['score']:.4f}"
    others = ["-" if facts[key] is None else str(facts[key]) for key in ("step", "best_step", "seed")]
    state = facts["state"] or "-"
    if facts["changed_at"]:
        state += f", changed at {', '.join(map(str, facts['changed_at']))}"
    return [facts["path"], state, others[0], score, others[1], others[2]]
