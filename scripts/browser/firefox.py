"""Pages in Firefox, through WebDriver BiDi, which it speaks itself: https://w3c.github.io/webdriver-bidi/"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from scripts.browser.seen import PAINTED, QUESTION, WARM, Seen

NAMES = ("firefox", "firefox-esr")
HEIGHT = 800
SECONDS = 60
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_SCHEMES = {"dark": 0, "light": 1}
_SETTINGS = """
user_pref("layout.css.prefers-color-scheme.content-override", {scheme});
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
"""


class Bidi:
    """A connection: commands have answers, and between them come events, which are kept."""

    def __init__(self, address: str) -> None:
        # It comes with selenium.
        from websocket import create_connection

        self._socket = create_connection(address, timeout=SECONDS, suppress_origin=True)
        self._numbers = count(1)
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, **params: Any) -> Any:
        """The answer to a command. `RuntimeError` for an error."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") != number:
                self.events.append(said)
            elif said.get("type") == "error":
                raise RuntimeError(f"{method}: {said['message']}")
            else:
                return said["result"]

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


def pages(addresses: Iterable[str], widths: Iterable[int], scheme: str) -> Iterator[Seen]:
    """Each page at each width. `FileNotFoundError` without a browser."""
    with opened(scheme) as (bidi, tab):
        for address in addresses:
            for width in widths:
                yield _seen(bidi, tab, address, width, scheme)


@contextmanager
def opened(scheme: str = "light") -> Iterator[tuple[Bidi, str]]:
    """A connection to the browser, and a tab of it. `FileNotFoundError` without a browser."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        raise FileNotFoundError(" or ".join(NAMES))
    with tempfile.TemporaryDirectory(prefix="kernel-browser-", ignore_cleanup_errors=True) as folder:
        Path(folder, "user.js").write_text(_SETTINGS.format(scheme=_SCHEMES[scheme]))
        words = [browser, "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"]
        log = Path(folder, "said.txt")
        with log.open("wb") as said:
            process = subprocess.Popen(words, stdout=said, stderr=said)
        try:
            bidi = Bidi(f"{_address(process, log)}/session")
            bidi.call("session.new", capabilities={})
            bidi.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
            tab = bidi.call("browsingContext.create", type="tab")["context"]
            # Otherwise the first page would have to wait for the browser itself.
            bidi.call("browsingContext.navigate", context=tab, url=WARM, wait="complete")
            yield bidi, tab
            bidi.close()
        finally:
            process.terminate()
            process.wait(SECONDS)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, as soon as it says so. `RuntimeError` if it doesn't."""
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        if found := _LISTENS.search(log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"Firefox doesn't listen:\n{log.read_text(errors='replace')}")


def _seen(bidi: Bidi, tab: str, address: str, width: int, scheme: str) -> Seen:
    bidi.call("browsingContext.setViewport", context=tab, viewport={"width": width, "height": HEIGHT})
    bidi.call("browsingContext.navigate", context=tab, url="about:blank", wait="complete")
    bidi.events.clear()
    bidi.call("browsingContext.navigate", context=tab, url=address, wait="complete")
    answer = bidi.call(
        "script.evaluate",
        expression=f"{PAINTED}.then(() => JSON.stringify((() => {{ {QUESTION} }})()))",
        target={"context": tab},
        awaitPromise=True,
    )
    shot, refused = _shot(bidi, tab)
    of_tab = [event["params"] for event in bidi.events if _context(event) == tab]
    return Seen(
        address,
        width,
        scheme,
        json.loads(answer["result"]["value"]),
        [f"{each['level']}: {each['text']}" for each in of_tab if each.get("level") in ("warn", "error")],
        [each["request"]["url"] for each in of_tab if "request" in each],
        shot,
        refused,
    )


def _shot(bidi: Bidi, tab: str) -> tuple[bytes, str]:
    """A picture of the whole page; none, and why, of a page that is too large for one."""
    try:
        shot = bidi.call("browsingContext.captureScreenshot", context=tab, origin="document")
    except RuntimeError as error:
        return b"", str(error)
    return base64.b64decode(shot["data"]), ""


def _context(event: dict[str, Any]) -> str | None:
    params = event.get("params", {})
    found = params.get("context") or params.get("source", {}).get("context")
    return str(found) if found else None
