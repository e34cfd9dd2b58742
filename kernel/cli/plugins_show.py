"""`kernel plugins show`: one package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say, say_json

if TYPE_CHECKING:
    from kernel.discovery.listing import Package

_FIELDS = ("summary", "author", "author-email", "license-expression", "license", "home-page", "project-url")


@click.command(
    "show",
    cls=Command,
    examples=[
        "kernel plugins show kernel-nlp-components",
    ],
)
@click.argument("distribution", metavar="PACKAGE", type=options.Known("packages"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins_show(distribution: str, as_json: bool) -> None:
    """Show what the package PACKAGE says of itself and where each of its names leads. Nothing is imported."""
    from kernel.discovery import scan

    package = find(distribution)
    fields = scan.fields(package.distribution)
    if as_json:
        from kernel.cli.plugins_list import facts

        points = [
            {"group": p.group, "name": p.name, "target": p.target}
            for p in sorted(package.points, key=lambda p: (p.group, p.name))
        ]
        requires = fields.get("requires-dist", [])
        say_json({**facts(package), "requires": requires, "entry_points": points})
        return
    for line in _lines(package, fields):
        say(line)


def find(distribution: str) -> Package:
    """An installed plugin by its name. Raises UsageError, with the nearest name."""
    from kernel.discovery import scan
    from kernel.discovery.listing import packages
    from kernel.errors import UsageError
    from kernel.registries.registry import nearest_name

    found = {scan.normalize(package.distribution): package for package in packages()}
    package = found.get(scan.normalize(distribution))
    if package is not None:
        return package
    near = nearest_name(distribution, list(found))
    what = (
        "is not installed" if scan.installed_version(distribution) is None else "provides nothing for kernel"
    )
    raise UsageError(
        f"{distribution} {what}", hint=f"Did you mean {near!r}?" if near else "See `kernel plugins list`."
    )


def _lines(package: Package, fields: dict[str, list[str]]) -> list[str]:
    from kernel.cli.tables import table
    from kernel.discovery.listing import OWNER, kind_of

    lines = [f"{package.distribution} {package.version}"]
    lines += [
        f"  {name}: {value}"
        for name in _FIELDS
        for value in fields.get(name, ())
        if value and value != "UNKNOWN"
    ]
    lines.append(f"  kernel: {package.wants or 'any'}")
    lines.append(f"  state: {package.state}" + (f", {package.reason}" if package.reason else ""))
    lines += [f"  requires: {line}" for line in fields.get("requires-dist", ())]
    points = sorted((p for p in package.points if p.group != OWNER), key=lambda p: (p.group, p.name))
    return [*lines, *(f"  {line}" for line in table([(kind_of(p), p.name, p.target) for p in points]))]
