"""Names that commands take, from the metadata of what is installed: an option has the type `kernel.cli.options.Known` for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def registered(*groups: str) -> list[str]:
    """The names in some groups of entry points, sorted; those of thinc, too."""
    from kernel.discovery.known_names import THINC_NAMES
    from kernel.discovery.rules import entry_points

    found = {point.name for group in groups for point in entry_points(group)}
    for group in groups:
        if group.startswith("thinc_"):
            found |= THINC_NAMES.get(group.removeprefix("thinc_"), frozenset())
    return sorted(found)


def _packages(incomplete: str, params: Mapping[str, str]) -> list[str]:
    from kernel.discovery import scan

    return sorted({point.distribution for group in scan.groups() for point in scan.entry_points(group)})


def _kinds(incomplete: str, params: Mapping[str, str]) -> list[str]:
    return list(_groups())


def _functions(incomplete: str, params: Mapping[str, str]) -> list[str]:
    """All registered names, or those of the kind that the line names."""
    groups, kind = _groups(), params.get("kind")
    return registered(*(groups.get(kind, []) if kind else [one for each in groups.values() for one in each]))


def _factories(incomplete: str, params: Mapping[str, str]) -> list[str]:
    """Factories of components, with commas between them: those that are not there yet after the last comma."""
    before, comma, _ = incomplete.rpartition(",")
    taken = before.split(",")
    return [f"{before}{comma}{name}" for name in registered("kernel_factories") if name not in taken]


FUNCTIONS: Mapping[str, Callable[[str, Mapping[str, str]], list[str]]] = {
    "converters": lambda incomplete, params: ["auto", *registered("kernel_converters")],
    "factories": _factories,
    "functions": _functions,
    "kinds": _kinds,
    "languages": lambda incomplete, params: registered("kernel_languages"),
    "packages": _packages,
    "writers": lambda incomplete, params: registered("kernel_writers"),
}
"""What is completed -> its names. They are given the word that is typed, and the options before it."""


def _groups() -> dict[str, list[str]]:
    """Kind -> its groups of entry points; commands are no kind that a config can name."""
    from kernel.discovery import scan
    from kernel.discovery.known_names import COMMAND_KINDS, THINC_NAMES

    found: dict[str, list[str]] = {kind: [f"thinc_{kind}"] for kind in THINC_NAMES}
    for group in scan.groups():
        kind = group.removeprefix("kernel_").removeprefix("thinc_")
        # The owner is what a package says of itself once.
        if kind not in COMMAND_KINDS and kind != "owner" and group not in found.get(kind, ()):
            found.setdefault(kind, []).append(group)
    return dict(sorted(found.items()))
