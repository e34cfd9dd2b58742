"""Pages in a real browser, where there is one: `python scripts/browser` finds nothing wrong, and a page that is watched follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from kernel_report.page import write_page
from kernel_report.run import read_runs
from kernel_report.watch import Server, Watched

from .conftest import HOSTILE, made_history

ROOT = Path(__file__).parents[3]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("selenium") is None or BROWSER is None or DRIVER is None,
        reason="needs selenium, Chromium and its driver",
    ),
]

Write = Callable[..., Path]


def test_a_page_too_large_for_a_picture_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "large.html"
    page.write_text('<!doctype html><html lang="en"><title>a</title><p style="height: 9000000px">a')
    words = [sys.executable, "scripts/browser", str(page), "--scheme", "light", "--shots", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "no picture of the whole page, which may be too large" in done.stdout
    assert not list(tmp_path.glob("*.png"))


def test_nothing_is_wrong_with_pages(write: Write, tmp_path: Path) -> None:
    labels = [f"LABEL_{number:03}" for number in range(500)]
    outputs = [
        write("plain", made_history(5000, labels=labels), {"seed": 1}),
        write("hostile", made_history(300, name=HOSTILE, labels=[HOSTILE]), {"settings": {HOSTILE: HOSTILE}}),
        write("empty"),
    ]
    pages = [tmp_path / f"{output.name}.html" for output in outputs]
    for output, page in zip(outputs, pages, strict=True):
        write_page(read_runs([output]), page)
    write_page(read_runs(outputs), tmp_path / "all.html")
    words = [
        sys.executable,
        "scripts/browser",
        *map(str, pages),
        str(tmp_path / "all.html"),
        "--first-paint",
        "5",
    ]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("fine ") == 16


@pytest.fixture
def browser() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    for word in ("--headless=new", "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options=options, service=Service(DRIVER)) as driver:
        yield driver


def test_a_page_that_is_watched_follows_and_keeps_what_is_open(write: Write, browser: Any) -> None:
    output = write("a", made_history(150), {"seed": 1})
    with Server(Watched([output], share=1.0)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            browser.get(server.address)
            browser.find_element("css selector", "#by-time").click()
            browser.find_element("css selector", "#curves summary").click()
            focused = browser.execute_script("return document.activeElement.textContent")
            # It has the tag of the page once it has asked for the first time.
            time.sleep(1)
            with (output / "history.jsonl").open("a") as file:
                file.write(json.dumps({"step": 4321, "losses": {"ner": 1.0}, "seconds": 500.0}) + "\n")
            until(lambda: "4,321" in browser.find_element("css selector", "#summary").text)
            assert browser.find_element("css selector", "#by-time").is_selected()
            assert browser.find_element("css selector", "#curves details").get_attribute("open")
            assert browser.find_element("css selector", ".by-time svg").is_displayed()
            assert not browser.find_element("css selector", ".by-steps svg").is_displayed()
            assert browser.execute_script("return document.activeElement.textContent") == focused
        finally:
            server.shutdown()
            thread.join()
    until(lambda: "has ended" in browser.find_element("css selector", "#watch-status").text)
    said = [
        entry["message"]
        for entry in browser.get_log("browser")
        if "ERR_CONNECTION_REFUSED" not in entry["message"]
    ]
    assert said == []


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)
