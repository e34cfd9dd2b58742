"""`kernel train`: a pipeline from a config."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.run_config import TRACE, run_config
from kernel.visible import shell_word

# In the context: the command line as it was given.
_WORDS = "kernel.train.words"


class _TrainCommand(ConfigCommand):
    """`--trace-hooks` alone means standard error, so that it never takes the word after it for a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_WORDS] = list(args)
        left = super().parse_args(ctx, [f"{word}=-" if word == TRACE else word for word in args])
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


@click.command(
    "train",
    cls=_TrainCommand,
    context_settings={"allow_extra_args": True},
    examples=[
        "kernel train first.cfg --output output/first",
        "kernel train first.cfg --output output/first --training.max_steps 500",
        "kernel train first.cfg --output output/first --resume",
    ],
)
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
    TRACE,
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
    run_config(
        ctx,
        config_path,
        ctx.meta[OVERRIDES],
        ctx.meta[_WORDS],
        output=output,
        resume=resume,
        resume_from=resume_from,
        allow_drift=allow_drift,
        code=code,
        gpu_id=gpu_id,
        verbose=verbose,
        trace_path=trace_path,
    )
