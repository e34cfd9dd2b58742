"""What a browser saw of a page, and what is wrong with that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

WARM = "data:text/html,<title>warm</title><h1>warm</h1><svg><path d='M0 0L9 9' stroke='red'/></svg>"
# Waited for before anything is asked: the first paint, 5 seconds at most, and what comes right after it.
PAINTED = """
new Promise(done => {
  new PerformanceObserver(list => list.getEntriesByName('first-contentful-paint').length && done())
    .observe({type: 'paint', buffered: true});
  setTimeout(done, 5000);
}).then(() => new Promise(done => setTimeout(done, 200)))
"""
# Asked in the page. Paints that never came are null. nameless: what a screen reader could only call by its kind.
QUESTION = """
const paint = performance.getEntriesByName('first-contentful-paint')[0];
const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
const named = each => (each.getAttribute('aria-label') || each.getAttribute('title') || each.getAttribute('alt')
  || each.textContent || '').trim() || each.getAttribute('aria-labelledby') || (each.labels && each.labels.length)
  || each.closest('[aria-hidden=true], [hidden]') || (each.tagName === 'IMG' && each.getAttribute('alt') === '');
const wide = [...document.querySelectorAll('body *')].filter(each => {
  const box = each.getBoundingClientRect();
  for (let up = each.parentElement; up && up !== document.body; up = up.parentElement)
    if (getComputedStyle(up).overflowX !== 'visible') return false;
  return box.right > document.documentElement.clientWidth + 1 && box.width > 0;
});
return {
  title: document.title, language: document.documentElement.lang,
  paint: paint ? paint.startTime / 1000 : null,
  window: document.documentElement.clientWidth, page: document.documentElement.scrollWidth,
  wide: wide.slice(0, 3).map(each => each.outerHTML.slice(0, 120)),
  bytes: new TextEncoder().encode(document.documentElement.outerHTML).length,
  elements: document.getElementsByTagName('*').length,
  twice: [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))].slice(0, 5),
  nameless: [...document.querySelectorAll(
      'a[href], button, input:not([type=hidden]), select, textarea, img, [role=img], summary')]
    .filter(each => !named(each)).slice(0, 5).map(each => each.outerHTML.slice(0, 120)),
};
"""


@dataclass(frozen=True)
class Wanted:
    """first_paint: in seconds, at the latest. requests: whether a page may ask its own origin for more."""

    first_paint: float
    requests: bool


@dataclass(frozen=True)
class Seen:
    """facts: what the page answered to `QUESTION`. messages: of the console. requests: addresses, the page's own among them.

    picture: of the whole page; empty where the browser makes none. refused: why not, in its words.
    """

    address: str
    width: int
    scheme: str
    facts: dict[str, Any]
    messages: list[str]
    requests: list[str]
    picture: bytes
    refused: str = ""

    @property
    def name(self) -> str:
        """For a file."""
        page = re.sub(r"\W+", "-", urlsplit(self.address).path.removesuffix(".html")).strip("-")
        return f"{page[-60:]}-{self.width}-{self.scheme}"

    def __str__(self) -> str:
        paint = self.facts["paint"]
        shown = "no paint" if paint is None else f"first paint {paint:.2f} s"
        return f"{self.address} at {self.width}, {self.scheme}: {shown}, {self.facts['bytes']:,} bytes, {self.facts['elements']:,} elements"


def wrong(seen: Seen, wanted: Wanted) -> Iterator[str]:
    """What is wrong with a page, a line each."""
    facts = seen.facts
    yield from (f"console: {message[:300]}" for message in seen.messages)
    yield from (
        f"request: {address[:300]}" for address in seen.requests if not _is_allowed(address, seen, wanted)
    )
    if seen.refused:
        yield f"no picture of the whole page, which may be too large: {' '.join(seen.refused.split())[:300]}"
    if facts["paint"] is None or facts["paint"] > wanted.first_paint:
        yield f"first paint later than {wanted.first_paint} s"
    if facts["window"] > seen.width:
        yield f"laid out for {facts['window']} in a window of {seen.width}: it says nothing of its viewport, or is too wide"
    if facts["page"] > facts["window"]:
        yield f"{facts['page']} wide in a window of {facts['window']}: {' '.join(facts['wide'])}"
    yield from (f"there is no {what}" for what in ("title", "language") if not facts[what])
    yield from (f"id that is there twice: {name}" for name in facts["twice"])
    yield from (f"without a name: {element}" for element in facts["nameless"])


def _is_allowed(address: str, seen: Seen, wanted: Wanted) -> bool:
    if address.startswith(("data:", "blob:")) or address.partition("#")[0] == seen.address.partition("#")[0]:
        return True
    # Browsers ask for it by themselves.
    if address.endswith("/favicon.ico"):
        return True
    one, other = urlsplit(address), urlsplit(seen.address)
    return wanted.requests and (one.scheme, one.netloc) == (other.scheme, other.netloc)
