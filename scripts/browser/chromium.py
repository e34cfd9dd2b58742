"""Pages in Chromium, through its driver."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from scripts.browser.seen import PAINTED, QUESTION, WARM, Seen

NAMES = ("chromium", "chromium-browser", "google-chrome")
HEIGHT = 800


def pages(addresses: Iterable[str], widths: Iterable[int], scheme: str) -> Iterator[Seen]:
    """Each page at each width. `FileNotFoundError` without a browser."""
    with opened(scheme) as page:
        for address in addresses:
            for width in widths:
                yield _seen(page, address, width, scheme)


@contextmanager
def opened(scheme: str = "light") -> Iterator[Any]:
    """The browser's driver. `FileNotFoundError` without a browser."""
    # Imported here: another browser needs none of it.
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    browser = next(filter(None, map(shutil.which, NAMES)), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        raise FileNotFoundError(f"one of {', '.join(NAMES)}, and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.add_argument("--headless=new")
    options.add_argument("--disable-gpu")
    options.add_argument("--hide-scrollbars")
    if os.geteuid() == 0:
        # It refuses its sandbox to root.
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=Service(driver)) as page:
        page.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        # Otherwise the first page would have to wait for the browser itself.
        page.get(WARM)
        yield page


def _seen(page, address: str, width: int, scheme: str) -> Seen:  # type: ignore[no-untyped-def]
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    page.get("about:blank")
    page.get_log("browser"), page.get_log("performance")
    page.get(address)
    facts = page.execute_async_script(f"{PAINTED}.then(() => arguments[0]((() => {{ {QUESTION} }})()))")
    shot, refused = _shot(page)
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    return Seen(
        address,
        width,
        scheme,
        facts,
        [f"{entry['level']}: {entry['message']}" for entry in page.get_log("browser")],
        [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ],
        shot,
        refused,
    )


def _shot(page) -> tuple[bytes, str]:  # type: ignore[no-untyped-def]
    """A picture of the whole page; none, and why, of a page that is too large for one."""
    from selenium.common.exceptions import WebDriverException

    try:
        shot = page.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    except WebDriverException as error:
        return b"", str(error.msg)
    return base64.b64decode(shot["data"]), ""
