"""`kernel train`: a pipeline from a config."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import options, writing
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say
from kernel.visible import shell_word, visible_line

if TYPE_CHECKING:
    from kernel.cli.interrupts import Stop
    from kernel.training.hooks import Call
    from kernel.training.run import Run


_TRACE = "--trace-hooks"
# In the context: the command line as it was given.
_WORDS = "kernel.train.words"


class _TrainCommand(ConfigCommand):
    """`--trace-hooks` alone means standard error, so that it never takes the word after it for a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_WORDS] = list(args)
        left = super().parse_args(ctx, [f"{word}=-" if word == _TRACE else word for word in args])
        if ctx.args and not ctx.resilient_parsing:
            raise click.UsageError(_one_config([ctx.params["config_path"], *ctx.args]), ctx)
        return left


def _one_config(words: list[str]) -> str:
    """What to say of a line with more than a config on it: the one that was meant, as far as can be told."""
    config = next((word for word in words if word.endswith((".cfg", ".ini"))), "CONFIG")
    data = [word for word in words if word != config and Path(word).suffix]
    # A word of two letters is a language, as spaCy's second version took it.
    others = [word for word in words if word not in (config, *data) and len(word) > 2]
    folder = f" --output {shell_word(others[0])}" if others else ""
    files = "".join(
        f" --paths.{part} {shell_word(word)}" for part, word in zip(("train", "dev"), data, strict=False)
    )
    line = f"kernel train {shell_word(config)}{files or ' --paths.train FILE --paths.dev FILE'}{folder}"
    return f"train takes one config, and the data are named in it, or with options: {line}"


@click.command("train", cls=_TrainCommand, context_settings={"allow_extra_args": True})
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@click.option(
    "--output",
    "-o",
    "--output-path",
    type=options.FilePath(path_type=Path),
    help="Directory for model-best and model-last; models of a run with another config move to DIR.1, those of the same config are replaced, also if the data have changed. Without it nothing is saved.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the run that was interrupted in --output; with none there, begin anew.",
)
@click.option(
    "--resume-from",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Begin where another run was: its output, or one of its checkpoints.",
)
@click.option(
    "--allow-drift",
    metavar="NAME",
    multiple=True,
    help="Resume although NAME has changed since (a key of the config, data, code, versions ...); can be repeated.",
)
@options.code
@options.gpu_id
@click.option("--verbose", "-V", is_flag=True, help="Show versions, corpora and callbacks.")
@click.option(
    _TRACE,
    "trace_path",
    metavar="[=FILE]",
    help="Show each call of a callback and its seconds on standard error, or write them to =FILE.",
)
@click.pass_context
def train(
    ctx: click.Context,
    config_path: str,
    output: Path | None,
    resume: bool,
    resume_from: Path | None,
    allow_drift: tuple[str, ...],
    code: tuple[Path, ...],
    gpu_id: int,
    verbose: bool,
    trace_path: str | None,
) -> None:
    """Train a pipeline from CONFIG (- for standard input).

    Any value of the config can be set on the command line: --section.key value.
    """
    from kernel.cli.interrupts import stopping

    with stopping() as stop:
        from kernel.config import parse_overrides
        from kernel.training.diagnosis import read_config
        from kernel.training.loop import train as train_loop
        from kernel.training.output import output_lock
        from kernel.training.prepare import prepare
        from kernel.training.resume import check, find

        options.load_codes(code)
        config = read_config(config_path, parse_overrides(ctx.meta[OVERRIDES]))
        lock = None
        if output is not None:
            lock = output_lock(output)
            ctx.call_on_close(lock.release)
        left = find(output, resume=resume, resume_from=resume_from, allowed=allow_drift)
        run = prepare(
            config,
            output=output,
            lock=lock,
            gpu_id=gpu_id,
            monitor=_monitor(ctx, trace_path, stop),
            seed=None if left is None else left.seed,
        )
        _announce(run, verbose)
        if left is not None:
            check(run, left, allow_drift)
            if left.is_ended:
                say(f"the run in {left.output} has ended already, after step {left.step}: {left.reason}")
                return
            say(f"resumed after step {left.step}, from {left.folder}")
            for change in left.changes:
                say(f"allowed to differ: {change}")
        stop.check()
        ended: KeyboardInterrupt | None = None
        try:
            # Closed before anything is said: Ctrl-C may come between two steps, when the loop doesn't run.
            with closing(train_loop(run)) as steps:
                for _ in steps:
                    if stop.requested:
                        ended = stop.error()
                        break
        except KeyboardInterrupt as error:
            ended = error
    if ended is not None:
        _leave(ctx, run, ended)
    _conclude(run)


def _leave(ctx: click.Context, run: Run, error: KeyboardInterrupt) -> None:
    """Say what an interrupted run has saved and how it goes on, and exit."""
    from kernel.cli.interrupts import Terminated, exit_code
    from kernel.training.checkpoint import checkpoints

    saved = ""
    if run.output is not None and run.saved_step is not None:
        at = "" if run.saved_step == run.step else f" at step {run.saved_step}"
        saved = f", saved{at} to {run.output / 'model-last'}"
    what = "terminated" if isinstance(error, Terminated) else "interrupted"
    say(f"{what} at step {run.step}{saved}", err=True)
    # What lies there may still be an earlier run's.
    if run.output is not None and (run.is_claimed or run.resumed is not None) and checkpoints(run.output):
        say(f"go on with: {_resuming(ctx.meta[_WORDS])}", err=True)
    ctx.exit(exit_code(error))


def _resuming(words: Sequence[str]) -> str:
    """The command line that goes on with a run. words: those by which it was begun, after `kernel train`."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--resume-from":
            next(rest, None)
        elif word != "--resume" and not word.startswith("--resume-from="):
            kept.append(word)
    return " ".join(map(shell_word, ["kernel", "train", *kept, "--resume"]))


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
            f"{path} exists, and holds something else", hint=f"Choose another file: {_TRACE}=FILE."
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
    where = f", saved to {run.output / 'model-best'}" if run.output is not None else ""
    best = "no score was measured" if run.best_score is None else f"best score {run.best_score:.4f}"
    say(f"{run.reason}; {best} at step {run.kept_step}{where}")
