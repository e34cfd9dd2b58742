"""What can be wrong with a plugin by its metadata alone."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from kernel.discovery import scan
from kernel.discovery.known_names import COMMAND_KINDS, FIRST_PARTY
from kernel.discovery.listing import OWNER, Package, kind_of
from kernel.discovery.metadata import KERNEL
from kernel.discovery.scan import EntryPoint
from kernel.registries import modules
from kernel.registries.family import KINDS, OTHER_GROUPS
from kernel.registries.registry import nearest_name

OK, WARN, FAIL = "ok", "warn", "FAIL"
RESERVED = "kernel"
NAME = re.compile(r"(?P<owner>\w[\w-]*(\.\w[\w-]*)*)\.\w[\w-]*\.v\d+")
TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(\s*:\s*[^\W\d]\w*(\.[^\W\d]\w*)*)?\s*(\[.*\])?")
# Kinds whose names users type and read; they needn't name their owner.
FREE = frozenset({"factories", "languages", "models", *COMMAND_KINDS})


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report. level: ok, warn or FAIL. kind, name: of what; "" for the package itself."""

    level: str
    kind: str
    name: str
    text: str


def check_metadata(package: Package, commands: Mapping[str, Container[str]]) -> list[Finding]:
    """Everything that the metadata shows. commands: those that are built in, by kind."""
    findings = [*_state(package), *_range(package), *_groups(package)]
    mistakes = {"modules": _module_mistakes, "sections": _section_mistakes}
    for point in package.points:
        if point.group != OWNER:
            findings += [
                Finding(FAIL, kind_of(point), point.name, text)
                for text in (
                    mistakes[kind_of(point)](point)
                    if kind_of(point) in mistakes
                    else _mistakes(point, package, commands)
                )
            ]
    if not any(finding.level == FAIL for finding in findings):
        findings.insert(0, Finding(OK, "", "", "names, owners and targets"))
    return findings


def _state(package: Package) -> Iterator[Finding]:
    if package.denied:
        yield Finding(WARN, "", "", f"denied by {package.denied}")
    if package.incompatible:
        yield Finding(FAIL, "", "", f"needs {package.incompatible}, which this is not")
    for text in package.conflicts:
        yield Finding(FAIL, "", "", f"conflict: {text}")


def _range(package: Package) -> Iterator[Finding]:
    if package.distribution == KERNEL:
        return
    if package.wants is None:
        yield Finding(
            WARN, "", "", f'does not require {KERNEL}; say with which versions it works: "{KERNEL}>=0.1,<0.2"'
        )
    elif not re.search(r"<|==|~=", package.wants):
        yield Finding(
            WARN, "", "", f"{KERNEL}{package.wants} has no upper bound; the next version may break it"
        )


def _groups(package: Package) -> Iterator[Finding]:
    """Groups that look like misspelled ones: any group is a registry, so nothing else would notice."""
    known = [*(f"kernel_{kind}" for kind in KINDS), *OTHER_GROUPS]
    for group in dict.fromkeys(point.group for point in package.points):
        near = nearest_name(group, known) if group.startswith("kernel_") and group not in known else None
        if near and get_close_matches(
            group.removeprefix("kernel_"), [near.removeprefix("kernel_")], cutoff=0.75
        ):
            text = f"the group {group} is not a registry of kernel; did you mean {near}?"
            yield Finding(WARN, group.removeprefix("kernel_"), "", text)


def refusal(kind: str, name: str) -> str:
    """Why no package may lend a module, or supply a section, of a name; "" if one may, and for other kinds."""
    if kind == "modules":
        return modules.refusal(name)
    if kind == "sections":
        # With pydantic; most packages supply no section.
        from kernel.config import sections

        return sections.refusal(name)
    return ""


def _module_mistakes(point: EntryPoint) -> Iterator[str]:
    if not TARGET.fullmatch(point.value) or ":" in point.target:
        yield f"{point.value!r} is not a module such as package.module; only a whole module can be lent"
    if point.module.partition(".")[0] == RESERVED:
        yield f"{point.module} is not the package's own module"
    reason = refusal("modules", point.name)
    if reason:
        yield reason


def _section_mistakes(point: EntryPoint) -> Iterator[str]:
    yield from _target_mistakes(point, "Section")
    reason = refusal("sections", point.name)
    if reason:
        yield reason


def _target_mistakes(point: EntryPoint, what: str) -> Iterator[str]:
    if not TARGET.fullmatch(point.value):
        yield f"{point.value!r} is not a target such as package.module:{what}"
    elif ":" not in point.target:
        yield f"{point.target} names a module, not a {what.lower()}: {point.target}:{what}"


def _mistakes(point: EntryPoint, package: Package, commands: Mapping[str, Container[str]]) -> Iterator[str]:
    kind = kind_of(point)
    if kind != "models" or not TARGET.fullmatch(point.value):
        yield from _target_mistakes(point, "function")
    if point.name in commands.get(kind, ()):
        yield "kernel has a command of this name, which can't be replaced"
    match = NAME.fullmatch(point.name)
    own = scan.normalize(package.distribution) in FIRST_PARTY
    if point.name.partition(".")[0] == RESERVED and not own:
        yield f"the owner {RESERVED!r} is reserved"
    elif kind in FREE or own or not point.group.startswith("kernel_"):
        return
    elif match is None:
        yield "not of the form <owner>.<Name>.v<number>"
    elif match["owner"] not in package.owners:
        yield (
            f"the owner {match['owner']!r} is neither {scan.normalize(package.distribution)!r} nor declared: "
            f'[project.entry-points.{OWNER}] {match["owner"]} = "{point.module.partition(".")[0]}"'
        )
