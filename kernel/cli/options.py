"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kernel.config import Config


class FilePath(click.Path):
    """A path that is not empty: Python takes an empty one for the current directory, with all that lies below it."""

    def convert(
        self, value: str | PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | PathLike[str]:
        """The path as `click.Path` gives it; an error of the command line for an empty one."""
        if value == "":
            self.fail("the path is empty. Is a variable of the shell not set?", param, ctx)
        return super().convert(value, param, ctx)


class Known(click.ParamType[str]):
    """A name that may be known: shells complete it from the metadata of what is installed, and any text is taken.

    function: what is completed, a key of `kernel.cli.completing.known.FUNCTIONS`: converters, factories (with commas between them),
    functions, kinds, languages, packages, writers.
    """

    name = "text"

    def __init__(self, function: str) -> None:
        self.function = function


def names(value: str) -> list[str]:
    """Names with commas between them; an error of the command line for an empty one."""
    found = [name.strip() for name in value.split(",")]
    if not all(found):
        raise click.BadParameter(f"{value!r} has an empty name")
    return found


def names_or_file(value: str) -> list[str] | Path:
    """Names with commas between them, or, without a comma, the path of a file that has them."""
    path = Path(value)
    return path if "," not in value and (path.suffix or path.exists()) else names(value)


# A file, or a name, or - for a stream: any text, for which shells offer files.
file_or_name = FilePath(readable=False)


def _code(*names: str) -> Callable[[Any], Any]:
    return click.option(
        *names,
        "code",
        multiple=True,
        type=FilePath(path_type=Path),
        help="Python file, folder or module with registered functions, imported first. May be repeated.",
    )


code = _code("--code", "-c")
code_without_letter = _code("--code")
gpu_id = click.option(
    "--gpu-id", "-g", type=int, default=-1, show_default=True, help="Number of the GPU, -1 for the CPU."
)

section = click.option(
    "--pretraining",
    "-pt",
    "section",
    flag_value="pretraining",
    default=None,
    help="With the section [pretraining], and the corpus and paths that it needs.",
)
force = click.option("--force", "-F", is_flag=True, help="Replace what is there already.")


def load_codes(paths: tuple[Path, ...]) -> None:
    """Import the files, folders and modules of `--code` in their order."""
    from kernel.registries.code import load_code

    for path in paths:
        load_code(path)


def load_pipeline(model: str, gpu_id: int, overrides: Mapping[str, Any] | None = None) -> tuple[Any, Config]:
    """A saved pipeline of any class, by directory or name of an installed package, on a device; and its config.

    overrides: dotted path -> value, over the saved config.
    """
    from kernel.cli.interrupts import never_lost
    from kernel.errors import KernelError, UsageError

    with never_lost():
        from kernel.saving import directories
        from kernel.training.prepare import to_device

        try:
            pipeline, config = directories.load_pipeline(
                directories.find_pipeline(model), overrides=overrides
            )
        except KernelError:
            raise
        except OSError as error:
            raise UsageError(
                f"can't read the pipeline {error.filename or model}: {error.strerror or error}"
            ) from error
        to_device(pipeline, gpu_id)
    return pipeline, config
