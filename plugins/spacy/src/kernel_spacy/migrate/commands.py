"""Files with commands: scripts of shells, project.yml, workflows, Makefiles."""

from __future__ import annotations

import re

from kernel_spacy.migrate.findings import Finding
from kernel_spacy.migrate.words import with_our_commands

# Packages to install, and Python within a command.
_LEFT = re.compile(
    r"\b(?:pip3?|uv|conda|mamba)\b.*\binstall\b.*(?<![\w./-])spacy(?:-transformers|-legacy)?(?![\w/-]).*|\bimport spacy\b.*|\bfrom spacy\b.*|\S*/spacy (?=[a-z]).*"
)
_BY_HAND = "it stays as it is: change it by hand"


def migrated(text: str) -> tuple[str, list[Finding]]:
    """A text with its commands as ours, and those that are not here."""
    findings: list[Finding] = []

    def tell(offset: int, what: str, why: str) -> None:
        findings.append(Finding(text.count("\n", 0, offset) + 1, what, why))

    new = with_our_commands(text, tell, all_are=True)
    for found in _LEFT.finditer(new):
        findings.append(Finding(new.count("\n", 0, found.start()) + 1, found[0].strip(), _BY_HAND))
    return new, sorted(findings)
