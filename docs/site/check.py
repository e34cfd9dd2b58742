"""Look at a site that is built: python docs/site/check.py FOLDER.

Every link leads to a page, every anchor is there, each page has a title and a description, and nothing is loaded from another
site. Exit code 1, and a line for each, if not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes whose address a browser loads by itself; of <link>, that depends on what it is.
LOADED = {"src", "srcset", "data", "poster"}
NOT_LOADED = {"next", "prev", "search", "index", "canonical"}
NO_DESCRIPTION = {"404.html", "search.html"}
URL_IN_STYLE = re.compile(r"url\(\s*[\"']?((?:https?:)?//[^)\"']+)|@import")


class Page(HTMLParser):
    """Title, description, anchors, links and loaded addresses of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.described = False
        self.title = ""
        self.base = ""
        self._in_title = False
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors.add(values.get("id", ""))
        if tag == "base":
            self.base = values.get("href", "")
        elif tag == "link" and values.get("rel") not in NOT_LOADED:
            self.loaded.append(values.get("href", ""))
        elif "href" in values:
            self.links.append(values["href"])
        self.loaded += [values[name] for name in LOADED & values.keys()]
        self.described |= (
            tag == "meta" and values.get("name") == "description" and bool(values.get("content"))
        )
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()


def read(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.resolve().rglob("*.html"))}


def wrong(site: Path, pages: Mapping[Path, Page]) -> Iterator[str]:
    """A line for everything that is wrong with a site."""
    site = site.resolve()
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        if not page.title or not (page.described or name in NO_DESCRIPTION):
            yield f"{name}: no title or no description"
        yield from (f"{name}: loads {one}" for one in page.loaded if urlsplit(one).netloc)
        folder = site if page.base == "/" else path.parent
        for link in dict.fromkeys([*page.links, *page.loaded]):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = Path(normpath(folder / unquote(parts.path))) if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                yield f"{name}: {link} leads to nothing"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{name}: {link} has no such anchor"
    for path in site.rglob("*.css"):
        if found := URL_IN_STYLE.search(path.read_text(encoding="utf8")):
            yield f"{path.relative_to(site)}: loads {found[0]}"


def main(site: Path) -> int:
    pages = read(site)
    found = list(wrong(site, pages))
    print("\n".join(found), end="\n" * bool(found))
    links = sum(len(page.links) for page in pages.values())
    print(f"{len(pages)} pages, {links:,} links, {len(found)} wrong")
    return int(bool(found) or not pages)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
