"""From a config to the end of its run: what `kernel train` and commands of other kinds of runs have in common."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import options, writing
from kernel.cli.say import say
from kernel.visible import shell_word, visible_line

if TYPE_CHECKING:
    from kernel.cli.interrupts import Stop
    from kernel.training.hooks import Call
    from kernel.training.run import Run


TRACE = "--trace-hooks"


def run_config(
    ctx: click.Context,
    config_path: str,
    overrides: Sequence[str],
    words: Sequence[str],
    *,
    section: str = "training",
    output: Path | None = None,
    resume: bool = False,
    resume_from: Path | None = None,
    allow_drift: Sequence[str] = (),
    code: tuple[Path, ...] = (),
    gpu_id: int = -1,
    verbose: bool = False,
    trace_path: str | None = None,
) -> None:
    """Prepare the run that a section of a config describes, train to its end, and say what came of it.

    overrides: as they were given, `--section.key value`. words: the command line after the name of the command, to be said
    again where the run can go on. trace_path: what is told of every call of a callback goes there, "-" for standard error.
    """
    from kernel.cli.interrupts import stopping

    with stopping() as stop:
        from kernel.config import parse_overrides
        from kernel.training.diagnosis import read_config
        from kernel.training.output import output_lock
        from kernel.training.prepare import prepare
        from kernel.training.restarts import with_restarts
        from kernel.training.resume import Left, check, find

        options.load_codes(code)
        config = read_config(config_path, parse_overrides(overrides))
        lock = None
        if output is not None:
            lock = output_lock(output)
            ctx.call_on_close(lock.release)
        left: Left | None = None
        is_told = False

        def attempt(again: bool, seed: int | None) -> Run:
            nonlocal left
            stop.rest()
            left = find(output, resume=resume or again, resume_from=resume_from, allowed=allow_drift)
            return prepare(
                config,
                output=output,
                lock=lock,
                gpu_id=gpu_id,
                monitor=_monitor(ctx, trace_path, stop),
                seed=seed if left is None else left.seed,
                section=section,
            )

        def steps(run: Run) -> KeyboardInterrupt | None:
            nonlocal is_told
            if not is_told:
                _announce(run, verbose)
            is_told = True
            if left is not None:
                check(run, left, allow_drift)
                if left.is_ended:
                    say(f"the run in {left.output} has ended already, after step {left.step}: {left.reason}")
                    ctx.exit()
                say(f"resumed after step {left.step}, from {left.folder}")
                for change in left.changes:
                    say(f"allowed to differ: {change}")
            stop.check()
            return _steps(run, stop)

        run, ended = with_restarts(attempt, steps, lock)
    if ended is not None:
        _leave(ctx, run, ended, words)
    _conclude(run)


def _steps(run: Run, stop: Stop) -> KeyboardInterrupt | None:
    """Train to the end; the interrupt that ended it early, if one did."""
    from kernel.training.loop import train as train_loop
    from kernel.training.team import Lost

    try:
        # Closed before anything is said: Ctrl-C may come between two steps, when the loop doesn't run.
        with closing(train_loop(run)) as steps:
            for _ in steps:
                if stop.requested:
                    return stop.error()
    except KeyboardInterrupt as error:
        return error
    except Lost:
        # Who asks a run to end often asks all of its processes.
        if stop.requested:
            return stop.error()
        raise
    return None


def _leave(ctx: click.Context, run: Run, error: KeyboardInterrupt, words: Sequence[str]) -> None:
    """Say what an interrupted run has saved and how it goes on, and exit."""
    from kernel.cli.interrupts import Terminated, exit_code
    from kernel.training.checkpoint import checkpoints

    saved = ""
    if run.output is not None and run.saved_step is not None:
        at = "" if run.saved_step == run.step else f" at step {run.saved_step}"
        saved = f", saved{at} to {run.output / run.kind.results.last}"
    what = "terminated" if isinstance(error, Terminated) else "interrupted"
    say(f"{what} at step {run.step}{saved}", err=True)
    # What lies there may still be an earlier run's.
    if run.output is not None and (run.is_claimed or run.resumed is not None) and checkpoints(run.output):
        say(f"go on with: {_resuming(run.kind.command, words)}", err=True)
    ctx.exit(exit_code(error))


def _resuming(command: str, words: Sequence[str]) -> str:
    """The command line that goes on with a run. words: those by which it was begun, after the command."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--resume-from":
            next(rest, None)
        elif word != "--resume" and not word.startswith("--resume-from="):
            kept.append(word)
    return " ".join([command, *map(shell_word, [*kept, "--resume"])])


def _monitor(ctx: click.Context, path: str | None, stop: Stop) -> Callable[[Call], None]:
    """Who hears of every call: the writer of `--trace-hooks`, whoever runs the command (see `kernel.cli.run`), and `stop`."""
    listening = [monitor for monitor in (ctx.obj, _writer(ctx, path)) if monitor is not None]

    def tell(call: Call) -> None:
        if not call.label:
            stop.follow(call.event)
        for monitor in listening:
            monitor(call)

    return tell


def _writer(ctx: click.Context, path: str | None) -> Callable[[Call], None] | None:
    """What writes the lines of `--trace-hooks`, to a file that is closed with the command."""
    from kernel.errors import UsageError

    if path is None:
        return None
    if path == "-":
        return lambda call: say(_line(call), err=True) if call.label else None
    _check_trace(Path(path))
    try:
        file = ctx.with_resource(Path(path).open("w", encoding="utf8", buffering=1))  # noqa: SIM115 (closed by ctx)
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror or error}") from error

    def write(call: Call) -> None:
        try:
            if call.label:
                file.write(visible_line(_line(call)) + "\n")
        except OSError as error:
            # Otherwise what could not be written is tried again when the file is closed.
            os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
            raise writing.unwritable(path, error) from error

    return write


def _check_trace(path: Path) -> None:
    """A file that is there already is an earlier trace, or is kept."""
    from kernel.errors import UsageError
    from kernel.files.atomic import is_special

    try:
        with path.open("rb") as file:
            start = b"" if is_special(path) else file.read(100)
    except OSError:
        return
    if start and not re.match(rb" *\d+\.\d{6} s  \w", start):
        raise UsageError(
            f"{path} exists, and holds something else", hint=f"Choose another file: {TRACE}=FILE."
        )


def _line(call: Call) -> str:
    note = ", with what it wraps" if call.wraps else ""
    return f"{call.seconds:9.6f} s  {call.event}  {call.label}  {call.place}{note}"


def _announce(run: Run, verbose: bool) -> None:
    from kernel.cli.info import lines
    from kernel.training.manifest import shown

    if run.output is None:
        say("no --output: nothing will be saved", err=True)
    say(f"pipeline: {', '.join(run.config['nlp'].get('pipeline') or run.pipeline.models())}")
    if run.settings.frozen_components:
        say(f"frozen: {', '.join(run.settings.frozen_components)}")
    say(f"learn rate: {run.optimizer.learn_rate}")
    if verbose:
        size = "streamed" if run.examples is None else f"{len(run.examples)} examples"
        for line in lines({"training corpus": size, "callbacks": list(run.hooks.names), **shown(run.facts)}):
            say(line)


def _conclude(run: Run) -> None:
    where = f", saved to {run.output / run.kind.results.best}" if run.output is not None else ""
    if run.best_score is None:
        say(f"{run.reason}; no score was measured{where}")
        return
    # Of equal scores the latest is kept, and patience counts from the first.
    again = f", and again at {run.kept_step}" if run.kept_step != run.best_step else ""
    say(f"{run.reason}; best score {run.best_score:.4f} at step {run.best_step}{again}{where}")
