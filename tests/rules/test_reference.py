"""The reference is up to date, and has a heading for everything that a config or a command line can name."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.cli import commands
from kernel.cli.lazy import LazyGroup
from kernel.config import schemas
from kernel.discovery.known_names import COMMAND_GROUPS
from kernel.training import events

from .conftest import ROOT
from .test_conformance import NAMELESS
from .test_packaging import ENTRIES

FOLDER = ROOT / "docs" / "reference"
HOOKS = [name for name, spec in vars(events).items() if hasattr(spec, "kernel_spec")]
SCHEMAS = [name for name, item in vars(schemas).items() if name.endswith("Schema") and inspect.isclass(item)]
# Of sections that lie in others: the schema of the one around them says where.
SECTIONS_IN_SECTIONS = {
    field.annotation.__name__: f"{name.removesuffix('Schema').lower()}.{key}"
    for name in SCHEMAS
    for key, field in getattr(schemas, name).model_fields.items()
    if inspect.isclass(field.annotation) and issubclass(field.annotation, schemas.Section)
}
COMMANDS = [
    f"kernel {name}" if group.name == "kernel" else f"kernel {group.name} {name}"
    for group in vars(commands).values()
    if isinstance(group, LazyGroup)
    for name in group._table
]


def headings(page: str) -> set[str]:
    path = FOLDER / f"{page}.md"
    return (
        set(re.findall(r"^## (.+)$", path.read_text(encoding="utf8"), re.MULTILINE))
        if path.is_file()
        else set()
    )


def test_the_pages_are_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/reference", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}Run `make docs`."


@pytest.mark.parametrize(
    ("path", "group", "name", "target"), ENTRIES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_registered_name_has_a_heading_or_a_row(path: Path, group: str, name: str, target: str) -> None:
    if group.startswith("kernel_") and group not in (*COMMAND_GROUPS, *NAMELESS, "kernel_models"):
        page = group.removeprefix("kernel_")
        assert name in headings(page) or f"| `{name}` |" in (FOLDER / f"{page}.md").read_text(encoding="utf8")


@pytest.mark.parametrize("name", HOOKS)
def test_every_event_has_a_heading_and_its_arguments(name: str) -> None:
    assert name in headings("hooks")
    parameters = ", ".join(inspect.signature(getattr(events, name)).parameters)
    text = (FOLDER / "hooks.md").read_text(encoding="utf8")
    found = re.search(rf"^{name}\((.*)\) ->", text, re.MULTILINE)
    assert found and re.sub(r": [^,\[\]]*(\[[^\]]*\])?", "", found[1]) == parameters


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_heading(name: str) -> None:
    assert name in headings("commands")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_section_has_a_heading_and_its_keys(name: str) -> None:
    section = SECTIONS_IN_SECTIONS.get(name) or name.removesuffix("Schema").lower()
    assert f"[{section}]" in headings("config")
    text = (FOLDER / "config.md").read_text(encoding="utf8").split(f"## [{section}]")[1].split("\n## ")[0]
    assert all(f"| `{key}` |" in text for key in getattr(schemas, name).model_fields)
