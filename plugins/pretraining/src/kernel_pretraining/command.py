"""`kernel pretrain`: token vectors from raw text."""

import re
from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.run_config import run_config

# In the context: the command line as it was given.
_WORDS = "kernel.pretrain.words"


class _PretrainCommand(ConfigCommand):
    """Keeps its words, to say how a run goes on."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_WORDS] = list(args)
        return super().parse_args(ctx, args)


@click.command(
    "pretrain",
    cls=_PretrainCommand,
    examples=[
        "kernel pretrain pretraining.cfg output/pretrained --paths.raw_text texts.jsonl",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@click.argument("output", metavar="OUT", type=options.FilePath(path_type=Path))
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the run that was interrupted in OUT; with none there, begin anew.",
)
@click.option(
    "--resume-path",
    "-r",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Begin with the weights of an earlier run: its model3.bin, say. Epochs are counted on from there.",
)
@click.option(
    "--epoch-resume",
    "-er",
    metavar="N",
    type=click.IntRange(min=0),
    help="Number of the first epoch, where the name of --resume-path does not tell it.",
)
@click.option("--skip-last", "-L", is_flag=True, help="Don't write model-last.bin.")
@click.option(
    "--allow-drift",
    metavar="NAME",
    multiple=True,
    help="Resume although NAME has changed since (a key of the config, data, code, versions ...); can be repeated.",
)
@options.code
@options.gpu_id
@click.option("--verbose", "-V", is_flag=True, help="Show versions, corpora and callbacks.")
@click.pass_context
def pretrain(
    ctx: click.Context,
    config_path: str,
    output: Path,
    resume: bool,
    resume_path: Path | None,
    epoch_resume: int | None,
    skip_last: bool,
    allow_drift: tuple[str, ...],
    code: tuple[Path, ...],
    gpu_id: int,
    verbose: bool,
) -> None:
    """Pretrain token vectors on raw text, as [pretraining] in CONFIG says (- for standard input).

    The weights come to OUT: model0.bin, model1.bin and so on, and model-last.bin. [initialize] init_tok2vec takes them. Any value
    of the config can be set on the command line: --section.key value.
    """
    overrides = [*ctx.meta[OVERRIDES], *_beginning(resume_path, epoch_resume)]
    if skip_last:
        overrides.append("--pretraining.skip_last=true")
    run_config(
        ctx,
        config_path,
        overrides,
        ctx.meta[_WORDS],
        section="pretraining",
        output=output,
        resume=resume,
        allow_drift=allow_drift,
        code=code,
        gpu_id=gpu_id,
        verbose=verbose,
    )


def _beginning(path: Path | None, epoch: int | None) -> list[str]:
    """The settings that stand for `--resume-path` and `--epoch-resume`, as overrides."""
    from kernel.errors import UsageError

    if path is None:
        if epoch is not None:
            raise UsageError(
                "--epoch-resume says which epoch the weights of --resume-path have had, and there is none",
                hint="Give --resume-path too, or leave it out.",
            )
        return []
    if epoch is None:
        match = re.search(r"model(\d+)(?:\.temp)?\.bin$", path.name)
        if match is None:
            raise UsageError(
                f"the name of {path} does not tell its epoch, as that of model3.bin does",
                hint="Give --epoch-resume N: the number of the epoch to begin with.",
            )
        epoch = int(match[1]) + 1
    return [f"--pretraining.init_weights={path.absolute()}", f"--pretraining.first_epoch={epoch}"]
