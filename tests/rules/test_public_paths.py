"""Every path below `kernel` that the pages name can be imported, and every registered name that they have exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kernel.registries.family import registry
from kernel.registries.modules import PATHS

from .conftest import ROOT
from .test_design import exists

PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins*/**/README.md")])
BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
DOTTED = re.compile(r"(?<![\w.@/-])kernel(?:\.[A-Za-z_]\w*)+")
IMPORT = re.compile(r"from (kernel[\w.]*) import ([\w., ]+)")
VERSIONED = re.compile(r"(?<![\w.])(kernel\.\w+\.v\d+)")
# Examples of what packages of others lend, or of what isn't there.
EXAMPLES = ("kernel.words", "kernel.far")


def code_of(page: Path) -> str:
    """Blocks and spans of code."""
    text = page.read_text(encoding="utf8")
    return "\n".join([*BLOCK.findall(text), *SPAN.findall(BLOCK.sub("", text))])


def paths_in(code: str) -> set[str]:
    """Dotted paths of modules, and of what is imported from them."""
    found = {path for path in DOTTED.findall(VERSIONED.sub("", code)) if not path.startswith(EXAMPLES)}
    for module, names in IMPORT.findall(code):
        if not module.startswith(EXAMPLES):
            found |= {
                f"{module}.{name.split()[0]}"
                for name in names.replace("...", "").split(",")
                if name.strip(". ")
            }
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_that_pages_name_can_be_imported(page: Path) -> None:
    missing = sorted(path for path in paths_in(code_of(page)) if not exists(path))
    assert not missing, f"{page.relative_to(ROOT)} names what does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_registered_names_on_pages_exist(page: Path) -> None:
    names = set(VERSIONED.findall(code_of(page)))
    missing = {name for name in names if not any(registry.has(kind, name) for kind in registry.kinds())}
    assert not missing, f"{page.relative_to(ROOT)} names functions that do not exist"


def test_pages_on_migration_and_plugins_name_many_paths() -> None:
    assert {"kernel.tokens", "kernel.training", "kernel.scorer.Scorer"} <= paths_in(
        code_of(ROOT / "docs/migrate.md")
    )
    assert "kernel.component.TrainableComponent" in paths_in(code_of(ROOT / "docs/plugins/contracts.md"))


def test_names_that_scripts_import_are_in_the_modules_that_migration_tells() -> None:
    """Rows such as | `from spacy.x import A, B` | `from kernel.x import ...` |."""
    rows = re.findall(
        r"`from spacy[\w.]* import ([\w, ]+)`[^|]*\| `from (kernel[\w.]*) import \.\.\.`",
        (ROOT / "docs/migrate.md").read_text(encoding="utf8"),
    )
    paths = [f"{module}.{name.strip()}" for names, module in rows for name in names.split(",")]
    assert len(paths) > 8
    assert not [path for path in paths if not exists(path)]


@pytest.mark.parametrize("path", sorted(PATHS))
def test_every_public_path_is_told(path: str) -> None:
    told = paths_in(code_of(ROOT / "docs/plugins/modules-and-sections.md"))
    assert path in told and exists(path)


def test_paths_are_found_in_code() -> None:
    code = "from kernel.tokens import Doc, Span\nx = kernel.load('a')\n@readers = \"kernel.Corpus.v1\""
    assert paths_in(code) == {"kernel.tokens", "kernel.tokens.Doc", "kernel.tokens.Span", "kernel.load"}
    assert paths_in("import kernel.words\nacme.kernel.x\nkernel-nlp") == set()
