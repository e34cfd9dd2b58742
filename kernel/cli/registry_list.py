"""`kernel registry list`: what a config can name."""

from __future__ import annotations

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say, say_json


@click.command(
    "list",
    cls=Command,
    examples=[
        "kernel registry list architectures",
    ],
)
@click.argument("kind", required=False, type=options.Known("kinds"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def registry_list(kind: str | None, as_json: bool) -> None:
    """List the registered names, of one KIND or of all, with the packages that they come from.

    Nothing is imported.
    """
    from kernel.registries.family import registry

    kinds = registry.kinds() if kind is None else [registry.of(kind).kind]
    rows = [(one, name) for one in kinds for name in registry.names(one)]
    if as_json:
        say_json([_facts(*row) for row in rows])
        return
    from kernel.cli.tables import table

    for line in table([(*row, _origin(*row)) for row in rows]):
        say(line)


def _origin(kind: str, name: str) -> str:
    from kernel.registries.family import registry

    claims = registry.of(kind).claims(name)
    return f"conflict: {' and '.join(claims)}" if len(claims) > 1 else str(registry.origin(kind, name))


def _facts(kind: str, name: str) -> dict[str, object]:
    from kernel.registries.family import registry

    origin = registry.origin(kind, name)
    return {
        "kind": kind,
        "name": name,
        "distribution": origin.distribution,
        "version": origin.version,
        "target": origin.target,
        "claims": registry.of(kind).claims(name),
    }
