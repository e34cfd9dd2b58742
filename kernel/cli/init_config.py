"""`kernel init config`: a complete config to start from."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.say import say, write_data

if TYPE_CHECKING:
    from kernel.language.new_config import NewConfig


@click.command(
    "config",
    cls=Command,
    examples=[
        "kernel init config first.cfg --lang en --pipeline tagger,ner",
        "kernel init config - --optimize accuracy",
    ],
)
@click.argument("output", metavar="OUTPUT", type=options.file_or_name)
@click.option(
    "--lang",
    "-l",
    type=options.Known("languages"),
    default="en",
    show_default=True,
    help="Code of the language.",
)
@click.option(
    "--pipeline",
    "-p",
    type=options.Known("factories"),
    default="ner",
    show_default=True,
    help="Components in their order, separated by commas.",
)
@click.option(
    "--optimize",
    "-o",
    type=click.Choice(["efficiency", "accuracy"]),
    default="efficiency",
    show_default=True,
    help="Small and fast, or large and accurate.",
)
@click.option(
    "--gpu",
    "-G",
    is_flag=True,
    help="A config for a GPU: with a transformer, if an installed package has one.",
)
@options.section
@click.option("--force", "-F", is_flag=True, help="Replace OUTPUT if it exists.")
@options.code
def init_config(
    output: str,
    lang: str,
    pipeline: str,
    optimize: str,
    gpu: bool,
    section: str | None,
    force: bool,
    code: tuple[Path, ...],
) -> None:
    """Write a complete config to OUTPUT, or to standard output (-).

    It holds what the named components recommend. Shared token vectors are added where a component wants them.
    """
    from kernel.errors import warn
    from kernel.language.new_config import new_config

    if output != "-":
        writing.check_free(Path(output), force=force)
    options.load_codes(code)
    names = [name.strip() for name in pipeline.split(",") if name.strip()]
    new = new_config(lang, names, optimize=optimize, gpu=gpu, section=section)
    for note in new.notes:
        warn(note)
    text = new.config.to_str()
    if output == "-":
        write_data(text)
    else:
        writing.write_text(Path(output), text)
    for line in report(new, output, optimize, is_pretrained=section is not None):
        say(line, err=output == "-")


def report(new: NewConfig, output: str, optimize: str, *, is_pretrained: bool = False) -> list[str]:
    """What was chosen, and the next commands."""
    nlp, components = new.config["nlp"], new.config["components"]
    device = "GPU" if new.gpu else "CPU"
    lines = [] if output == "-" else [f"wrote {output}"]
    lines.append(f"language {nlp['lang']}, for {optimize}, on a {device}")
    width = max(map(len, nlp["pipeline"]))
    for name in nlp["pipeline"]:
        why = f" (added for {', '.join(new.added[name])})" if name in new.added else ""
        lines.append(f"  {name:{width}}  {_architecture(components[name])}{why}")
    for path, text in new.needs.items():
        lines.append(f"needed: {path}, {text}")
    file = "config.cfg" if output == "-" else shlex.quote(output)
    data = " ".join(
        f"--{path} {path.rpartition('.')[2].upper()}" for path in ("paths.train", "paths.dev", *new.needs)
    )
    gpu = " --gpu-id 0" if new.gpu else ""
    lines += ["next:", f"  kernel debug data {file} {data}"]
    if is_pretrained:
        lines.append(f"  kernel pretrain {file} pretrained --paths.raw_text RAW_TEXT{gpu}")
        data += " --paths.init_tok2vec pretrained/model-last.bin"
    return [*lines, f"  kernel train {file} --output output {data}{gpu}"]


def _architecture(block: dict[str, Any]) -> str:
    model = block.get("model")
    return str(model.get("@architectures")) if isinstance(model, dict) else "no model"
