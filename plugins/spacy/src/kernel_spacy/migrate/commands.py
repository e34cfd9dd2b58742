"""Files with commands: scripts of shells, project.yml, workflows, Makefiles."""

from __future__ import annotations

import re

from kernel_spacy.migrate.findings import Finding, teller
from kernel_spacy.migrate.words import with_our_commands

# Packages to install, and Python within a command.
_LEFT = re.compile(
    r"\b(?:pip3?|uv|conda|mamba)\b.*\binstall\b.*(?<![\w./-])spacy(?:-transformers|-legacy)?(?![\w/-]).*|\bimport spacy\b.*|\bfrom spacy\b.*|\S*/spacy (?=[a-z]).*"
)
_BY_HAND = "it stays as it is: change it by hand"


def migrated(text: str) -> tuple[str, list[Finding]]:
    """A text with its commands as ours, and those that are not here."""
    findings: list[Finding] = []
    new = with_our_commands(text, teller(text, findings), all_are=True)
    tell = teller(new, findings)
    for found in _LEFT.finditer(new):
        tell(found.start(), found[0].strip(), _BY_HAND)
    return new, sorted(findings)
