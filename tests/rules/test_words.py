"""A word has one meaning: pages and messages do without the words that the glossary rules out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
PAGES = [
    page
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins*/**/README.md")])
    if page != GLOSSARY and "reference" not in page.parts
]
SOURCES = sorted([*ROOT.glob("kernel/**/*.py"), *ROOT.glob("plugins*/**/src/**/*.py")])
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def rows() -> list[list[str]]:
    lines = GLOSSARY.read_text(encoding="utf8").splitlines()
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines if line.startswith("| **")]


RULED_OUT = sorted({word for row in rows() for word in row[2].split(", ") if word})


def ruled_out(text: str) -> list[str]:
    """The words of a text that the glossary has another word for; what looks like code doesn't count."""
    plain = re.sub(r"\w*[._]\w+|\w+\(", "", CODE.sub("", text))
    return [word for word in RULED_OUT if re.search(rf"\b{word}s?\b", plain, re.IGNORECASE)]


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string of several words that is no docstring; values in it are left out."""
    tree = ast.parse(path.read_text(encoding="utf8"))
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in passed or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "`x`"
            for part in parts
        )
        # Texts of several lines are code that is written for users.
        if len(text.split()) > 2 and "\n" not in text.strip():
            yield node.lineno, text


def test_the_glossary_has_every_word_once() -> None:
    words = [row[0].strip("*") for row in rows()]
    assert len(words) > 30 and len(set(words)) == len(words)
    assert {"plugin", "package", "component", "factory", "corpus", "reader"} <= set(words)
    assert not set(words) & set(RULED_OUT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_use_the_words_of_the_glossary(page: Path) -> None:
    assert not ruled_out(page.read_text(encoding="utf8"))


def test_messages_use_the_words_of_the_glossary() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}: {text}"
        for path in SOURCES
        for line, text in messages(path)
        for word in ruled_out(text)
    ]
    assert not found, "\n".join(found)


def test_words_are_found_in_prose_and_not_in_code() -> None:
    assert ruled_out("A Distribution, `pipe`, nlp.pipe(texts) and add_pipe") == ["distribution"]
    assert ruled_out("```python\npipe = 1\n```\nsourced pipes") == ["pipe", "sourced"]
