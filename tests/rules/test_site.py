"""The site of `make site`: what it adds to the pages, what its links are checked for, and that no text of others is obeyed."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from kernel.testing import installed, write_distribution

from .conftest import ROOT

SITE = ROOT / "docs" / "site"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
CODE = '''
import click

def thing(size: str = """A{hostile}"""):
    """Doc{hostile} \x1b[31m\u202eevil [a](javascript:alert(1)) {{raw}}`{hostile}`

    <!-- hidden
    ```{{raw}} html
    {hostile}
    ```

    % not a comment
    """
    return size

def open_block():
    """Open{hostile}

    ~~~{{raw}} html
    """

@click.command(help='Help{hostile} <style>x', name="evil")
@click.option("--way", metavar="<b>|", help='Option{hostile} | <b>')
def command(way): ...
'''


def load(name: str, folder: Path = SITE) -> ModuleType:
    spec = spec_from_file_location(f"of_site_{name}", folder / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(text: str) -> str:
    """The text of a page of HTML, without tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", text)))


def build(pages: dict[str, str], folder: Path) -> Path:
    """A site of some pages, with the settings of ours."""
    pytest.importorskip("sphinx")
    for name, text in pages.items():
        file = folder / "pages" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf8")
    words = ["-m", "sphinx", "-q", "-c", SITE, "-d", folder / "read", folder / "pages", folder / "site"]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return folder / "site"


def test_text_of_a_package_is_shown_and_never_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    name = f"evil.{HOSTILE.replace('=', '')}`x`*b*|c.v1"
    write_distribution(
        package,
        "kernel-nlp-evil",
        entry_points={
            "kernel_misc": {name: "evil:thing", "evil.open.v1": "evil:open_block"},
            "kernel_cli": {"evil": "evil:command"},
        },
        modules={"evil": CODE.format(hostile=HOSTILE)},
    )
    reference = ROOT / "scripts" / "reference"
    monkeypatch.syspath_prepend(str(reference))
    with installed(package):
        pages = load("pages", reference)
        found = {
            "docs/reference/misc.md": pages._registry_page("misc"),
            "docs/reference/commands.md": pages._commands_page(),
        }
    for text in found.values():
        assert "\x1b" not in text and "\u202e" not in text
    site = build({"README.md": "# First\n\n[misc](docs/reference/misc.md)\n", **found}, tmp_path)
    misc, commands = ((site / name).with_suffix(".html").read_text(encoding="utf8") for name in found)
    for page in (misc, commands):
        assert (
            "<script>alert" not in page
            and "<img" not in page
            and "<b>" not in page
            and "<style>x" not in page
        )
        assert "javascript:" not in re.sub(r">[^<]*<", "", page)
    assert f"{name} From the package kernel-nlp-evil" in shown(misc)
    for text in (
        f"Doc{HOSTILE} \\x1b[31m\\u202eevil",
        f"{{raw}}{HOSTILE}",
        "<!-- hidden",
        "% not a comment",
        f"A{HOSTILE}",
    ):
        assert text in shown(misc), text
    for text in (f"Help{HOSTILE} <style>x", f"--way <b>| Option{HOSTILE} | <b>"):
        assert text in shown(commands), text


def test_titles_of_blocks_are_captions_and_what_is_printed_looks_different(tmp_path: Path) -> None:
    page = '# Page\n\nThe first\nparagraph "says" it.\n\n```ini title="first.cfg"\n[nlp]\n```\n\n```bash exit=2\nkernel train\n```\n'
    page += '\n```text title="results"\nNER\n```\n'
    site = build({"README.md": page, "docs/how-to/README.md": "# How to\n\n[No](no.md)\n"}, tmp_path)
    text = (site / "index.html").read_text(encoding="utf8")
    assert shown(text).count("first.cfg [nlp] kernel train output NER") == 1
    assert len(re.findall(r'class="[^"]*\boutput\b', text)) == 1
    assert '<meta name="description" content="The first paragraph &quot;says&quot; it.">' in text
    assert (site / "docs" / "how-to" / "index.html").is_file()


def test_a_title_that_is_not_closed_is_told_with_its_page(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("sphinx")
    conf = load("conf")
    fence = conf.FENCE.match('```ini title="first.cfg')
    assert conf.caption("README", fence) == "```ini"
    (record,) = caplog.records
    assert record.getMessage() == '```ini title="first.cfg: No closing quotation'
    assert record.location == "README"


def test_the_sidebar_has_the_pages_in_the_order_of_their_table() -> None:
    conf = load("conf")
    (tree,) = conf.trees(
        "docs/how-to/README", "- [B](b.md): b\n- [A](a.md#x)\n- [T](../tutorial.md), [B](b.md)\n"
    )
    assert tree.split("\n")[-4:-2] == ["/docs/how-to/b", "/docs/how-to/a"]
    assert list(conf.trees("docs/design", "[A](a.md)")) == []
    first = "".join(conf.trees("README", (ROOT / "README.md").read_text(encoding="utf8")))
    for page in [
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("docs/*/README.md"),
        *ROOT.glob("plugins*/**/README.md"),
    ]:
        name = page.relative_to(ROOT).with_suffix("").as_posix()
        assert f"\n{name}\n" in first or "/.venv" in name, f"{name} is not in the sidebar"
    for folder in ("how-to", "plugins", "reference"):
        index = ROOT / "docs" / folder / "README.md"
        (tree,) = conf.trees(f"docs/{folder}/README", index.read_text(encoding="utf8"))
        there = {f"/docs/{folder}/{page.stem}" for page in index.parent.glob("*.md") if page != index}
        assert set(tree.split()) >= there, (
            f"docs/{folder}/README.md has no link to {there - set(tree.split())}"
        )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<a href="b.html#there">', None),
        ('<a href="https://example.org">', None),
        ('<a href="folder">', None),
        ('<a href="no.html">', "a.html: no.html leads to nothing"),
        ('<a href="b.html#no">', "a.html: b.html#no has no such anchor"),
        ('<a href="#no">', "a.html: #no has no such anchor"),
        ('<img src="no.png">', "a.html: no.png leads to nothing"),
        (
            '<script src="https://cdn.example.org/x.js"></script>',
            "a.html: loads https://cdn.example.org/x.js",
        ),
        ('<link rel="stylesheet" href="//example.org/x.css">', "a.html: loads //example.org/x.css"),
    ],
)
def test_links_and_what_a_page_loads_are_checked(body: str, message: str | None, tmp_path: Path) -> None:
    head = '<title>T</title><meta name="description" content="d">'
    (tmp_path / "folder").mkdir()
    for name, text in (("a", body), ("b", '<h2 id="there">'), ("folder/index", "")):
        (tmp_path / f"{name}.html").write_text(head + text, encoding="utf8")
    check = load("check")
    assert list(check.wrong(tmp_path, check.read(tmp_path))) == ([message] if message else [])


def test_pages_without_a_title_and_styles_of_others_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.html").write_text("<title>T</title>", encoding="utf8")
    (tmp_path / "a.css").write_text("a {background: url('https://example.org/x.png')}", encoding="utf8")
    assert load("check").main(tmp_path) == 1
    printed = capsys.readouterr().out
    assert "a.html: no title or no description\n" in printed and "a.css: loads url(" in printed
    assert "1 pages, 0 links, 2 wrong" in printed
