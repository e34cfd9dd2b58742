"""Settings of Sphinx for `make site`: the Markdown files of this repository as a web site.

The files stay what a code host shows. Three things are added while Sphinx reads a page: the tree of pages for the sidebar, which
follows the links of the tables of contents; the words after ``` as captions; and a description, the first paragraph.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterable, Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

project = "kernel"
html_title = "kernel"
root_doc = "README"
extensions = ["myst_parser"]
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/*/*.md",
    "plugins/*/README.md",
    "plugins-transformers/README.md",
]
exclude_patterns = [
    ".*",
    "benchmarks",
    "configs",
    "docs/site",
    "kernel",
    "output",
    "scripts",
    "site",
    "tests",
]
# Pages are what code hosts show: nothing that only MyST has. Text of others gets into them, such as the docstrings of packages.
myst_disable_syntax = [
    "html_block",
    "html_inline",
    "myst_block_break",
    "myst_line_comment",
    "myst_role",
    "myst_target",
]
myst_heading_anchors = 4
nitpicky = True
# Quotes and dashes stay what they are: pages speak of options and values.
smartquotes = False

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
templates_path = ["templates"]
html_sidebars = {
    "**": [
        f"sidebar/{part}.html"
        for part in ("brand", "search", "scroll-start", "quickstart", "navigation", "scroll-end")
    ]
}
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_search_scorer = str(Path(__file__).with_name("scorer.js"))
html_additional_pages = {"404": "404.html"}
html_copy_source = False
html_show_copyright = False
html_use_index = False
# Permalinks would be read aloud with every heading; the table of contents of a page has the same links.
html_permalinks = False

# The sidebar, but for the pages below these, and the packages.
SIDEBAR = {
    "Start": ["docs/tutorial", "docs/how-to/README", "docs/migrate"],
    "Look up": ["docs/reference/README", "docs/glossary", "docs/benchmarks", "docs/scale"],
    "Extend": ["docs/plugins/README", "docs/design", "CONTRIBUTING", "CHANGELOG"],
}
DIRECTIVE = re.compile(r"^(.*(?:`{3,}|~{3,}) *)\{", re.MULTILINE)
FENCE = re.compile(r"^```(\w+) +(.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([\w/.-]+)\.md[#)]")
COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
OUTPUT = ("output", "results")


def read_page(app: Sphinx, page: str, content: list[str]) -> None:
    """Turn what a code host leaves out or shows into what MyST understands."""
    text = DIRECTIVE.sub(r"\1text {", COMMENT.sub("", content[0]))
    content[0] = FENCE.sub(partial(caption, page), text) + "".join(trees(page, text))


def caption(page: str, fence: re.Match[str]) -> str:
    """The first line of a block of code, whose title becomes its caption."""
    try:
        words = dict(word.partition("=")[::2] for word in shlex.split(fence[2]))
    except ValueError as error:
        from sphinx.util.logging import getLogger

        getLogger(__name__).warning("%s: %s", fence[0], error, location=page)
        return f"```{fence[1]}"
    lines = [f"```{{code-block}} {fence[1]}"]
    if "title" in words:
        lines.append(f":caption: {'output' if words['title'] in OUTPUT else words['title']}")
    if words.get("title") in OUTPUT:
        lines.append(":class: output")
    return "\n".join([*lines, ""])


def trees(page: str, text: str) -> Iterator[str]:
    """The pages below one, in the order in which it links to them; what several pages link to belongs to the first page."""
    folder = Path(page).parent
    if page == root_doc:
        for title, pages in SIDEBAR.items():
            yield tree(pages, title)
        yield tree((link for link in LINK.findall(text) if link.startswith("plugins")), "Packages")
    elif folder.name in ("how-to", "plugins", "reference") and page.endswith("README"):
        yield tree(f"/{folder}/{link}" for link in LINK.findall(text) if "/" not in link)


def tree(pages: Iterable[str], title: str = "") -> str:
    lines = [
        "",
        "```{toctree}",
        ":hidden:",
        f":caption: {title}" * bool(title),
        *dict.fromkeys(pages),
        "```",
        "",
    ]
    return "\n".join(lines)


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the description of a page, for search engines: its first paragraph."""
    from docutils import nodes

    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        context["metatags"] += f'<meta name="description" content="{escape(text)}">\n'
        break
    # The theme makes headings in the sidebar without a level.
    navigation = context["furo_navigation_tree"]
    context["furo_navigation_tree"] = navigation.replace('role="heading"', 'role="heading" aria-level="2"')


def name_index(app: Sphinx, exception: Exception | None) -> None:
    """Web servers show index.html where a folder is asked for, as code hosts show README.md."""
    for page in Path(app.outdir).rglob("README.html") if exception is None else ():
        shutil.copyfile(page, page.with_name("index.html"))


def setup(app: Sphinx) -> None:
    app.connect("source-read", read_page)
    app.connect("html-page-context", describe, priority=900)
    app.connect("build-finished", name_index)
