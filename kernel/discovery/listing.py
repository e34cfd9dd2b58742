"""The installed packages that extend kernel: what each provides and whether it can be used. Nothing is imported."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.discovery import metadata, rules, scan
from kernel.discovery.known_names import THINC_NAMES
from kernel.discovery.scan import EntryPoint

OK, DENIED, INCOMPATIBLE, CONFLICT = "ok", "denied", "incompatible", "conflict"
# Entry-point group in which a package says once which owner its names have, if that isn't its own name.
OWNER = "kernel_owner"


@dataclass(frozen=True, slots=True)
class Package:
    """A plugin: a package with entry points for kernel.

    wants: the versions of kernel that it asks for, "" for any, None if it doesn't say. denied: by what. incompatible:
    what it needs. conflicts: a sentence for each name that somebody else claims too.
    """

    distribution: str
    version: str
    wants: str | None
    points: list[EntryPoint]
    denied: str | None
    incompatible: str | None
    conflicts: list[str]

    @property
    def state(self) -> str:
        """ok, denied, incompatible or conflict."""
        if self.denied:
            return DENIED
        if self.incompatible:
            return INCOMPATIBLE
        return CONFLICT if self.conflicts else OK

    @property
    def reason(self) -> str:
        """Why the state isn't ok."""
        if self.denied:
            return f"by {self.denied}"
        return f"needs {self.incompatible}" if self.incompatible else "; ".join(self.conflicts)

    @property
    def provides(self) -> dict[str, list[str]]:
        """Kind -> names, sorted."""
        found: dict[str, list[str]] = {}
        for point in self.points:
            if point.group != OWNER:
                found.setdefault(kind_of(point), []).append(point.name)
        return {kind: sorted(names) for kind, names in sorted(found.items())}

    @property
    def owners(self) -> set[str]:
        """The owners that the package's names may have: its own name, and what it declares."""
        return {scan.normalize(self.distribution), *(p.name for p in self.points if p.group == OWNER)}


def packages() -> list[Package]:
    """All of them, sorted by name."""
    points: dict[str, list[EntryPoint]] = {}
    claims: dict[tuple[str, str], list[EntryPoint]] = {}
    for group in scan.groups():
        for point in scan.entry_points(group):
            points.setdefault(point.distribution, []).append(point)
            claims.setdefault((group, point.name), []).append(point)
    return [
        Package(
            name,
            found[0].version,
            metadata.kernel_range(name),
            found,
            rules.denied(name),
            metadata.incompatibility(name),
            _conflicts(found, claims),
        )
        for name, found in sorted(points.items())
    ]


def _conflicts(points: list[EntryPoint], claims: dict[tuple[str, str], list[EntryPoint]]) -> list[str]:
    """A sentence for each of a package's names that another one claims too, denied ones left out."""
    found = []
    for point in points:
        if point.group == OWNER:
            continue
        others = [
            other.claim
            for other in claims[point.group, point.name]
            if other.target != point.target and rules.denied(other.distribution) is None
        ]
        if point.name in THINC_NAMES.get(kind_of(point), ()):
            others.append(f"thinc {scan.installed_version('thinc')}")
        if others:
            found.append(f"{point.name} also in {', '.join(dict.fromkeys(others))}")
    return found


def kind_of(point: EntryPoint) -> str:
    """The registry that an entry point belongs to; one of `COMMAND_KINDS` for commands."""
    return point.group.removeprefix("kernel_").removeprefix("thinc_")
