"""`kernel debug diff-config`: what a config has otherwise than the recommended one, or another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say

if TYPE_CHECKING:
    from kernel.config import Config


@click.command(
    "diff-config",
    cls=ConfigCommand,
    examples=[
        "kernel debug diff-config first.cfg --optimize accuracy",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@click.option("--compare-to", metavar="OTHER", help="Another config, instead of the recommended one.")
@click.option(
    "--optimize",
    "-o",
    type=click.Choice(["efficiency", "accuracy"]),
    default="efficiency",
    show_default=True,
    help="What the recommended config is for.",
)
@click.option("--gpu", "-G", is_flag=True, help="The recommended config is one for a GPU.")
@click.option("--markdown", "-md", is_flag=True, help="Write it as Markdown, to paste into an issue.")
@options.code
@click.pass_context
def debug_diff_config(
    ctx: click.Context,
    config_path: str,
    compare_to: str | None,
    optimize: str,
    gpu: bool,
    markdown: bool,
    code: tuple[Path, ...],
) -> None:
    """Show what CONFIG has otherwise than what `kernel init config` recommends for its language and components.

    Both are filled first, so that only what makes a difference is shown. Any value of CONFIG can be set on the command
    line: --section.key value. The exit code is 0 whether there are differences or not.
    """
    from kernel.config import load_config, parse_overrides
    from kernel.training.diagnosis import read_config
    from kernel.training.prepare import fill_config, pipeline_class

    options.load_codes(code)
    config = read_config(config_path, parse_overrides(ctx.meta[OVERRIDES]))
    config = fill_config(pipeline_class(config), config)
    if compare_to is not None:
        other = load_config(compare_to, environment=False)
        other, name = fill_config(pipeline_class(other), other), compare_to
    else:
        other, name = _recommended(config, optimize, gpu), "recommended"
    lines = list(differences(other, config))
    if not lines:
        say(f"{config_path} is as {name}: no differences")
        return
    heading = f"{config_path} (+) against {name} (-)"
    if markdown:
        lines = ["```diff", *lines, "```"]
        heading = f"### {heading}"
    say(heading)
    if markdown:
        say()
    for line in lines:
        say(line, fg=None if markdown else {"+": "green", "-": "red"}.get(line[:1]))


def _recommended(config: Config, optimize: str, gpu: bool) -> Config:
    from kernel.errors import UsageError, warn
    from kernel.language.factories import find_factory
    from kernel.language.new_config import new_config
    from kernel.language.recommend import recommendation
    from kernel.registries.family import chosen_by

    registry = chosen_by(config)
    rules = {key: config[key] for key in ("plugins", "registry") if key in config}
    names = []
    for name in config["nlp"].get("pipeline") or []:
        factory = config["components"].get(name, {}).get("factory")
        if factory is None:
            warn(f"{name!r} comes from another pipeline: it is left out of the comparison")
        elif factory in names:
            warn(f"{name!r} is a second {factory!r}: it is left out of the comparison")
        else:
            names.append(factory)
    lang = config["nlp"]["lang"]
    # Sources are added where others listen to them, and only there.
    kept = []
    for name in names:
        _, meta = find_factory(name, lang, registry)
        if recommendation(meta.recommend, lang, optimize, gpu).listener is None:
            kept.append(name)
    if not kept and not names:
        raise UsageError("the config has no components to recommend anything for")
    recommended = new_config(lang, kept or names, optimize=optimize, gpu=gpu, rules=rules).config
    for key in rules:
        del recommended[key]
    return recommended


def differences(old: Config, new: Config) -> Iterator[str]:
    """Lines of the values that differ, by section: `- key = value` of the old one, `+ key = value` of the new one."""
    from kernel.config.values import show_value

    before, after = dict(_values(old)), dict(_values(new))
    section = ""
    for path in [*before, *(path for path in after if path not in before)]:
        if before.get(path, _NONE) == after.get(path, _NONE):
            continue
        where, _, key = path.rpartition(".")
        if where != section:
            if section:
                yield ""
            section = where
            yield f"[{section}]"
        if path in before:
            yield f"- {key} = {show_value(before[path], 200)}"
        if path in after:
            yield f"+ {key} = {show_value(after[path], 200)}"


_NONE = object()


def _values(config: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted paths and values, the values of a section before the sections in it."""
    if not isinstance(config, dict):
        return
    for key, value in config.items():
        if not isinstance(value, dict):
            yield f"{prefix}{key}", value
    for key, value in config.items():
        if isinstance(value, dict):
            yield from _values(value, f"{prefix}{key}.")
