"""`kernel plugins list`: the installed plugins and whether they can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kernel.cli.command import Command
from kernel.cli.say import say, say_json

if TYPE_CHECKING:
    from kernel.discovery.listing import Package


@click.command(
    "list",
    cls=Command,
    examples=[
        "kernel plugins list",
    ],
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins_list(as_json: bool) -> None:
    """List the installed plugins: what they provide, the versions of kernel they were made for, and their state.

    The state is ok, incompatible (with this version of kernel), conflict (somebody else has the same name) or denied.
    Nothing is imported.
    """
    from kernel.discovery.listing import packages

    found = packages()
    if as_json:
        say_json([facts(package) for package in found])
        return
    from kernel.cli.tables import table

    for line in table([("distribution", "version", "kernel", "provides", "state"), *map(_row, found)]):
        say(line)


def facts(package: Package) -> dict[str, Any]:
    """What is known of a package, for JSON."""
    return {
        "distribution": package.distribution,
        "version": package.version,
        "kernel": package.wants,
        "provides": package.provides,
        "state": package.state,
        "reason": package.reason,
    }


def _row(package: Package) -> tuple[str, str, str, str, str]:
    from kernel.cli.tables import count

    provides = ", ".join(count(len(names), kind) for kind, names in package.provides.items())
    state = f"{package.state}: {package.reason}" if package.reason else package.state
    wants = f"{package.wants or 'any'} {'NO' if package.incompatible else 'ok'}"
    return package.distribution, package.version, wants, provides or "nothing", state
