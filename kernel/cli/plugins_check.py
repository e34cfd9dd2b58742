"""`kernel plugins check`: mistakes of plugins, from their metadata or by importing each target in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say, say_json

if TYPE_CHECKING:
    from kernel.cli.check_metadata import Finding
    from kernel.discovery.listing import Package


@click.command(
    "check",
    cls=Command,
    examples=[
        "kernel plugins check kernel-nlp-components",
    ],
)
@click.argument("distributions", metavar="[PACKAGE...]", nargs=-1, type=options.Known("packages"))
@click.option("--import", "imports", is_flag=True, help="Import each target too, each in its own process.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    help="Seconds that one import may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def plugins_check(
    ctx: click.Context, distributions: tuple[str, ...], imports: bool, timeout: float, as_json: bool
) -> None:
    """Look for mistakes in the plugin PACKAGE, in several, or in all.

    Checked are names and their owners, conflicts, the versions of kernel that a package admits; with --import also
    that every target can be imported, how long that takes, what heavy modules it brings, docstrings and annotations.
    Exit code 1 if anything fails.
    """
    from kernel.cli.check_metadata import check_metadata
    from kernel.cli.commands import BUILT_IN
    from kernel.cli.plugins_show import find
    from kernel.discovery.listing import packages

    chosen = [find(name) for name in distributions] if distributions else packages()
    reports = []
    for package in chosen:
        findings = check_metadata(package, BUILT_IN)
        if imports and not package.denied and not package.incompatible:
            from kernel.cli.check_imports import check_imports

            findings += check_imports(package, timeout)
        reports.append((package, findings))
        if not as_json:
            _print(package, findings)
    failed = sum(finding.level == "FAIL" for _, findings in reports for finding in findings)
    if as_json:
        from dataclasses import asdict

        say_json(
            [
                {
                    "distribution": p.distribution,
                    "version": p.version,
                    "findings": [asdict(one) for one in found],
                }
                for p, found in reports
            ]
        )
    else:
        say(f"{failed} failed" if failed else "nothing failed")
    ctx.exit(1 if failed else 0)


def _print(package: Package, findings: list[Finding]) -> None:
    from kernel.cli.tables import table

    say(f"{package.distribution} {package.version}")
    for line in table([(one.level, one.kind, one.name, one.text) for one in findings]):
        say(f"  {line}")
