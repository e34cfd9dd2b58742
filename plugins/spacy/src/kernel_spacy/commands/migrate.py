"""`kernel spacy migrate`: a project that was written for spaCy becomes one of ours."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import writing
from kernel.cli.command import Command
from kernel.cli.say import say, say_json

if TYPE_CHECKING:
    from kernel_spacy.migrate import Migrated


@click.command(
    "migrate",
    cls=Command,
    examples=[
        "kernel spacy migrate project --diff",
        "kernel spacy migrate project",
    ],
)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what can't carry over as a list of objects.")
@click.pass_context
def migrate(ctx: click.Context, path: Path, diff: bool, as_json: bool) -> None:
    """Rewrite the imports, names, configs and commands of PATH, a file or a project, in their places.

    Comments and layout stay. What can't carry over is told, with its file, its line and the reason; the exit code is then 1. A second time
    changes nothing more.
    """
    from kernel.cli.progress import track
    from kernel_spacy.migrate import files_of, migrated

    found: list[Migrated] = []
    try:
        files = list(files_of(path))
        for file in track(files, "files"):
            one = migrated(file)
            if one is not None:
                found.append(one)
    except OSError as error:
        raise click.ClickException(f"can't read {error.filename}: {error.strerror or error}") from error
    changed = [one for one in found if one.is_changed]
    for one in changed:
        if diff:
            _show(one)
        else:
            writing.write_new(one.path, one.after, force=True)
    findings = [(one.path, finding) for one in found for finding in one.findings]
    if as_json:
        say_json([{"file": str(file), **finding.as_dict()} for file, finding in findings])
    else:
        for file, finding in findings:
            say(f"{file}:{finding.line}: {finding}", err=True)
        verb = "would change" if diff else "changed"
        places = "1 place" if len(findings) == 1 else f"{len(findings)} places"
        say(f"{verb} {len(changed)} of {len(files)} files; {places} to look at", err=True)
    ctx.exit(int(bool(findings)))


def _show(one: Migrated) -> None:
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (one.before, one.after))
    for line in difflib.unified_diff(before, after, str(one.path), str(one.path), lineterm=""):
        say(line, fg={"+": "green", "-": "red"}.get(line[:1]))
