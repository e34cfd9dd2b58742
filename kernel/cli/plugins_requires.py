"""`kernel plugins requires`: the packages that a config needs, pinned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say

if TYPE_CHECKING:
    from kernel.config import Config


@click.command(
    "requires",
    cls=ConfigCommand,
    examples=[
        "kernel plugins requires output/first/model-best",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@options.code
@click.pass_context
def plugins_requires(ctx: click.Context, config_path: str, code: tuple[Path, ...]) -> None:
    """Print the packages that CONFIG names, with their versions, as a requirements file.

    CONFIG: a file, - for standard input, or the directory of a saved pipeline.

    Defaults count: what they name is needed too. `pip install -r` of the output makes the config resolve elsewhere.
    """
    from kernel.config import load_config, parse_overrides
    from kernel.files.atomic import read_whole, whole
    from kernel.saving.directories import CONFIG, existing, saved_in

    options.load_codes(code)
    overrides = parse_overrides(ctx.meta[OVERRIDES])
    is_saved = whole(config_path).is_dir()
    if is_saved:
        config = read_whole(
            saved_in(Path(config_path)), lambda folder: load_config(str(existing(folder) / CONFIG), overrides)
        )
    else:
        config = load_config(config_path, overrides)
    for line in pins(config, is_saved=is_saved):
        say(line)


def pins(config: Config, *, is_saved: bool = False) -> list[str]:
    """`distribution==version` of everything that a config and its defaults name; a comment for what no package has."""
    from kernel import __version__
    from kernel.config import fill
    from kernel.config.sections import add_defaults
    from kernel.registries.family import chosen_by
    from kernel.saving.directories import class_of
    from kernel.saving.provenance import functions
    from kernel.training.prepare import pipeline_class

    cls = class_of(config) if is_saved else pipeline_class(config)
    filled = add_defaults(cls.fill_config(config))
    named: Mapping[str, Any] = {
        **filled,
        "corpora": fill(filled.get("corpora", {}), path="corpora", config=filled),
    }
    for section in [name for name in filled if name not in ("nlp", "components", "corpora")]:
        named = {**named, section: fill(filled.get(section, {}), path=section, config=filled)}
    registry = chosen_by(filled)
    origins = {(kind, name): registry.origin(kind, name) for kind, name, _ in functions(named)}
    found = {"kernel-nlp": f"kernel-nlp=={__version__}"}
    code = []
    for (kind, name), origin in origins.items():
        if origin.distribution:
            found[origin.distribution] = f"{origin.distribution}=={origin.version}"
        else:
            code.append(f"# {kind} {name} is in no package: give {origin.file} with --code")
    return [*sorted(found.values()), *sorted(code)]
