"""`kernel download`: install the package of a pipeline, and say how that is done here."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say, say_text

_HOW = """\
A pipeline is a Python package, or a directory. Nobody offers trained ones for kernel yet: train one, or get a package.

  kernel download packages/en_demo-1.0.0-py3-none-any.whl   installs a wheel, a source archive or a source tree
  kernel download https://example.org/en_demo-1.0.0.whl     installs one from an address
  kernel download en_demo --index-url https://...           installs one from an index
  kernel.load("path/to/a/saved/pipeline")                   needs no installing
  kernel package output/model-best packages                 makes a package of a saved pipeline"""


@click.command(
    "download",
    cls=Command,
    examples=[
        "kernel download dist/en_demo-1.0.0-py3-none-any.whl",
    ],
)
@click.argument("pipeline", required=False, type=options.file_or_name)
@click.option("--index-url", "-i", metavar="URL", help="Index to find the package on, if PIPELINE is a name.")
@click.option("--no-deps", is_flag=True, help="Don't install what the package requires.")
def download(pipeline: str | None, index_url: str | None, no_deps: bool) -> None:
    """Install PIPELINE: a wheel, a source archive or a source tree, an address of one, or a name on an index.

    pip does it, into the environment of this command. Without PIPELINE, it is said how pipelines are installed here, and
    which are.
    """
    from kernel.discovery import scan
    from kernel.errors import KernelError, warn
    from kernel.saving.directories import MODELS

    if pipeline is None:
        say_text(_HOW)
        say(f"installed: {', '.join(sorted(point.name for point in scan.entry_points(MODELS))) or 'none'}")
        return
    check(pipeline, index_url)
    before = {(point.name, point.version) for point in scan.entry_points(MODELS)}
    if _run(command(pipeline, index_url, no_deps=no_deps)):
        raise KernelError(f"pip could not install {pipeline}")
    scan.refresh()
    found = {(point.name, point.version) for point in scan.entry_points(MODELS)}
    for name, _ in sorted(found - before):
        say(f'load: kernel.load("{name}")')
    if not found - before:
        known = ", ".join(sorted(name for name, _ in found)) or "none"
        warn(f"the package brought no pipeline that was not here before; installed: {known}")


def check(pipeline: str, index_url: str | None) -> None:
    """`UsageError` for what can't be installed, with what to do instead."""
    from kernel.errors import UsageError
    from kernel.saving.directories import CONFIG
    from kernel.saving.other_pipelines import how_to_get, is_name_of_spacy, of_spacy
    from kernel.visible import shell_word

    path = Path(pipeline)
    if is_name_of_spacy(pipeline) and not path.exists() and not index_url:
        raise UsageError(of_spacy(pipeline), hint=how_to_get(pipeline))
    if path.is_dir() and not (path / "pyproject.toml").is_file() and not (path / "setup.py").is_file():
        is_saved = (path / CONFIG).is_file()
        raise UsageError(
            f"{pipeline} is {'a saved pipeline' if is_saved else 'a directory'}, and no package",
            hint=f"kernel.load takes it as it is; kernel package {shell_word(pipeline)} packages makes a package of it."
            if is_saved
            else "A package has a pyproject.toml; kernel package makes one of a saved pipeline.",
        )
    if path.exists() or re.match(r"\w+://|\w+\+\w+:", pipeline) or index_url:
        return
    if path.suffix in (".whl", ".gz", ".zip") or len(path.parts) > 1:
        raise UsageError(f"there is no file {pipeline}")
    raise UsageError(
        f"{pipeline!r} is neither a file nor an address, and there is no index of pipelines to look on",
        hint=f"If somebody has one: kernel download {shell_word(pipeline)} --index-url URL",
    )


def command(pipeline: str, index_url: str | None, *, no_deps: bool) -> list[str]:
    """The command that installs a package into this environment."""
    index = ["--index-url", index_url] if index_url else []
    return [
        sys.executable,
        "-m",
        "pip",
        "install",
        *index,
        *(["--no-deps"] if no_deps else []),
        "--",
        pipeline,
    ]


def _run(words: list[str]) -> int:
    """Run pip; returns its exit code."""
    import subprocess
    from importlib.util import find_spec

    from kernel.errors import UsageError
    from kernel.visible import shell_word

    if find_spec("pip") is None:
        raise UsageError(
            "there is no pip in this environment",
            hint=f"Another installer does the same: uv pip install {' '.join(map(shell_word, words[4:]))}",
        )
    return subprocess.run(words, check=False).returncode
