"""What says what a project needs and offers: requirements, and groups of entry points."""

from __future__ import annotations

import re

from kernel_spacy.migrate.findings import Finding, teller
from kernel_spacy.migrate.words import REQUIREMENT, REQUIREMENTS, with_our_commands, with_our_groups

_SECTION = re.compile(r"\[+([^\]=]+)\]+\s*(?:[#;].*)?$")
_KEY = re.compile(r"([\w.-]+|\"[^\"]+\")\s*=(?!=)")
# Sections and keys that list packages.
_NEEDS = re.compile(r"depend|require|\bdeps\b")
_LEFT = re.compile(rf"(?<![\w.-])(?:{'|'.join(sorted(REQUIREMENTS, key=len, reverse=True))})(?![\w.-])")
_BY_HAND = "the requirement is written in a way that stays as it is: change it by hand"


def requirements(text: str) -> tuple[str, list[Finding]]:
    """A file of requirements as ours."""
    lines = [_line(line) for line in text.splitlines(keepends=True)]
    return "".join(lines), [one for number, line in enumerate(lines, start=1) for one in _left(number, line)]


def metadata(text: str) -> tuple[str, list[Finding]]:
    """`pyproject.toml`, `setup.cfg` or `tox.ini` as ours: requirements stand in quotes or on lines of their own."""
    findings: list[Finding] = []
    tell = teller(text, findings)
    lines = with_our_commands(with_our_groups(text), tell).splitlines(keepends=True)
    section = key = ""
    for number, line in enumerate(lines, start=1):
        if found := _SECTION.match(line):
            section, key = found[1], ""
        elif found := _KEY.match(line):
            key = found[1]
        if _NEEDS.search(section) or _NEEDS.search(key):
            lines[number - 1] = _quoted(line)
            findings += _left(number, lines[number - 1])
    return "".join(lines), sorted(findings)


def _left(number: int, line: str) -> list[Finding]:
    """The finding of a line in which a requirement was not recognized."""
    found = _LEFT.search(re.sub(r"(^|\s)[#;].*", "", line))
    return [] if found is None else [Finding(number, found[0], _BY_HAND)]


def _line(line: str) -> str:
    stripped = line.lstrip()
    found = REQUIREMENT.match(stripped)
    if found is None:
        return line
    indent = line[: len(line) - len(stripped)]
    return f"{indent}{REQUIREMENTS[found['name']]}{stripped[found.end() :]}"


def _quoted(line: str) -> str:
    for quote in "\"'":
        parts = line.split(quote)
        for number in range(1, len(parts), 2):
            found = REQUIREMENT.match(parts[number])
            if found is not None:
                parts[number] = REQUIREMENTS[found["name"]] + parts[number][found.end() :]
        line = quote.join(parts)
    return _line(line)
