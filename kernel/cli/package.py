"""`kernel package`: a saved pipeline as an installable package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.progress import working
from kernel.cli.say import say


@click.command(
    "package",
    cls=Command,
    examples=[
        "kernel package output/first/model-best output/package --name demo --version 1.0.0",
    ],
)
@click.argument("model", metavar="MODEL", type=options.FilePath(path_type=Path))
@click.argument("output", metavar="OUTPUT", type=options.FilePath(path_type=Path))
@options.code
@click.option("--name", "-n", default="", help="Name, instead of the one in the pipeline's meta.")
@click.option("--version", "-v", default="", help="Version, instead of the one in the pipeline's meta.")
@click.option(
    "--meta-path",
    "-m",
    type=options.FilePath(path_type=Path),
    help="JSON file with entries that replace those of the meta.",
)
@click.option(
    "--build",
    "-b",
    default="sdist,wheel",
    show_default=True,
    help="Archives to build: sdist, wheel, both or none.",
)
@click.option("--force", "-f", "-F", is_flag=True, help="Replace the package if it exists.")
def package(
    model: Path,
    output: Path,
    code: tuple[Path, ...],
    name: str,
    version: str,
    meta_path: Path | None,
    build: str,
    force: bool,
) -> None:
    """Make a package of the saved pipeline MODEL, with its code and pinned requirements, in the directory OUTPUT.

    After `pip install` of what it builds, kernel.load("en_demo") finds the pipeline. Nothing is downloaded.
    """
    from kernel.errors import KernelError
    from kernel.packaging.build import DIST, build_package
    from kernel.registries.code import loaded
    from kernel.visible import shell_word

    formats = chosen_formats(build)
    before = {one.module for one in loaded()}
    options.load_codes(code)
    codes = [one for one in loaded() if one.module not in before or _is_given(one.path, code)]
    meta = read_entries(meta_path) if meta_path is not None else None
    try:
        with working("building the package"):
            folder = build_package(
                model,
                output,
                name=name,
                version=version,
                codes=codes,
                formats=formats,
                meta=meta,
                force=force,
            )
    except KernelError:
        raise
    except OSError as error:
        raise writing.unwritable(error.filename or output, error) from error
    say(f"package: {folder}")
    for file in sorted((folder / DIST).iterdir()) if formats else ():
        say(f"built: {file}")
    if "wheel" in formats:
        say(f"install: pip install {shell_word(str(next((folder / DIST).glob('*.whl'))))}")
    say(f'load: kernel.load("{folder.name.partition("-")[0]}")')


def chosen_formats(text: str) -> list[str]:
    """The formats in a list such as "sdist,wheel"; "none" is the empty list."""
    from kernel.errors import UsageError
    from kernel.packaging.build import FORMATS

    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = sorted(set(words) - {*FORMATS, "none"})
    if unknown or not words or ("none" in words and len(words) > 1):
        raise UsageError(f"--build {text}: not one of sdist, wheel, none, or sdist,wheel")
    return [word for word in words if word != "none"]


def read_entries(path: Path) -> dict[str, Any]:
    """The table in a JSON file."""
    from kernel.errors import DataError

    try:
        table = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"can't be read: {error.strerror or error}", path=path) from error
    except ValueError as error:
        raise DataError(f"not JSON: {error}", path=path) from error
    if not isinstance(table, dict):
        raise DataError("it is not a JSON object", path=path)
    return table


def _is_given(path: Path, code: tuple[Path, ...]) -> bool:
    return path in {given.resolve() for given in code}
