"""Open pages in a browser without a window, and say what is wrong with them.

    python scripts/browser PAGE ... [--with firefox] [--width 320 --width 1280] [--scheme light --scheme dark]
                           [--shots FOLDER] [--requests] [--first-paint SECONDS]

PAGE: a file of HTML, or an address on this computer. Each is opened at each width and in each colour scheme. Wrong is: an error or
a warning in the console, a request for anything but the page itself (unless --requests: then one to another origin), a page that
is wider than the window, a first paint later than --first-paint (1 second), a page too large for a
picture, a link, button, field or picture without a name, a missing title or language, an id that is there twice. With --shots, a picture of each whole page goes to FOLDER. The exit code is 1 if
something is wrong, 2 without a browser.

Takes selenium, and Chromium with its driver, or Firefox 129 or later, which needs no driver.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.browser import chromium, firefox
from scripts.browser.seen import Seen, Wanted, wrong

BROWSERS = {"chromium": chromium.pages, "firefox": firefox.pages}


def main() -> int:
    """0 if nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pages", nargs="+", metavar="PAGE")
    parser.add_argument("--with", dest="browser", choices=BROWSERS, default="chromium")
    parser.add_argument("--width", type=int, action="append")
    parser.add_argument("--scheme", choices=("light", "dark"), action="append")
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--requests", action="store_true")
    parser.add_argument("--first-paint", type=float, default=1.0)
    words = parser.parse_args()
    wanted = Wanted(words.first_paint, words.requests)
    failed = False
    try:
        for seen in _seen(words):
            found = list(wrong(seen, wanted))
            failed |= bool(found)
            print(
                f"{'wrong' if found else 'fine '}  {seen}",
                *(f"    {line}" for line in found),
                sep="\n",
                flush=True,
            )
            if words.shots is not None and seen.picture:
                words.shots.mkdir(parents=True, exist_ok=True)
                (words.shots / f"{seen.name}.png").write_bytes(seen.picture)
    except FileNotFoundError as error:
        print(f"no {words.browser}: {error}", file=sys.stderr)
        return 2
    return int(failed)


def _seen(words: argparse.Namespace) -> Iterator[Seen]:
    addresses = [page if "://" in page else Path(page).resolve(strict=True).as_uri() for page in words.pages]
    for scheme in words.scheme or ("light", "dark"):
        yield from BROWSERS[words.browser](addresses, words.width or (320, 1280), scheme)


if __name__ == "__main__":
    sys.exit(main())
