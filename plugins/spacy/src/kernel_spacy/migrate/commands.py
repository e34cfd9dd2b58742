"""Files with commands: scripts of shells, project.yml, workflows, Makefiles."""

from __future__ import annotations

from kernel_spacy.migrate.findings import Finding
from kernel_spacy.migrate.words import with_our_commands


def migrated(text: str) -> tuple[str, list[Finding]]:
    """A text with its commands as ours, and those that are not here."""
    findings: list[Finding] = []

    def tell(offset: int, what: str, why: str) -> None:
        findings.append(Finding(text.count("\n", 0, offset) + 1, what, why))

    return with_our_commands(text, tell, all_are=True), findings
