"""`kernel plugins new`: a small package that works, to start a plugin from."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say, say_text
from kernel.cli.scaffold.kinds import KINDS


@click.command(
    "new",
    cls=Command,
    examples=[
        "kernel plugins new acme-nlp --kind architectures --dir output",
    ],
)
@click.argument("name")
@click.option(
    "--kind",
    "-k",
    "kinds",
    required=True,
    multiple=True,
    type=click.Choice(KINDS),
    metavar="KIND",
    help=f"What the package registers, one of: {', '.join(KINDS)}.",
)
@click.option(
    "--dir",
    "-d",
    "parent",
    type=options.FilePath(path_type=Path, file_okay=False),
    default=Path(),
    help="Where the folder NAME is made; by default the current directory.",
)
def plugins_new(name: str, kinds: tuple[str, ...], parent: Path) -> None:
    """Write a plugin NAME, such as acme-nlp: a package with one function and its tests.

    It installs, and passes its tests, ruff and mypy, as it is. Nothing is downloaded or installed.
    """
    from kernel.cli.scaffold.project import files
    from kernel.errors import UsageError

    if len(kinds) > 1:
        raise UsageError(
            f"--kind was given {len(kinds)} times: {', '.join(kinds)}",
            hint="A new package starts with one kind. Add the other functions and entry points to it by hand.",
        )
    texts = files(name, kinds[0])
    folder = parent / name
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder} exists already", hint="Nothing was written. Choose another NAME or --dir."
        )
    try:
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't write {error.filename or folder}: {error.strerror}") from error
    for path in texts:
        say(folder / path)
    say_text(
        f"\nNext:\n  cd {folder}\n"
        '  pip install -e ".[dev]"      (without network: pip install --no-build-isolation --no-deps -e .)\n'
        f"  pytest && ruff check . && mypy\n  kernel plugins check {name}"
    )
