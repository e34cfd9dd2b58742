"""What says what a project needs and offers: requirements, and groups of entry points."""

from __future__ import annotations

from kernel_spacy.migrate.findings import Finding
from kernel_spacy.migrate.words import REQUIREMENT, REQUIREMENTS, with_our_commands, with_our_groups


def requirements(text: str) -> tuple[str, list[Finding]]:
    """A file of requirements as ours."""
    return "".join(_line(line) for line in text.splitlines(keepends=True)), []


def metadata(text: str) -> tuple[str, list[Finding]]:
    """`pyproject.toml`, `setup.cfg` or `tox.ini` as ours: requirements stand in quotes or on lines of their own."""
    findings: list[Finding] = []

    def tell(offset: int, what: str, why: str) -> None:
        findings.append(Finding(text.count("\n", 0, offset) + 1, what, why))

    lines = with_our_commands(with_our_groups(text), tell).splitlines(keepends=True)
    return "".join(_quoted(line) for line in lines), findings


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
            found = REQUIREMENT.fullmatch(parts[number])
            if found is not None and (parts[number] != "spacy" or "=" not in line or "[" in line):
                parts[number] = REQUIREMENTS[found["name"]]
        line = quote.join(parts)
    return _line(line)
