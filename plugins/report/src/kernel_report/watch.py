"""The page while runs go on: served to browsers of this computer alone, and made anew when something has changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Lock
from time import monotonic

from kernel.errors import KernelError
from kernel.registries.blame import describe_error
from kernel_report.page import NAME, page_of
from kernel_report.run import folder_of, read_runs, state_of

ADDRESS = "127.0.0.1"
_SECONDS = 30


class Watched:
    """The page about some outputs, as they are. `UsageError` if no run wrote there.

    share: of the time that goes by, the most that may go into making pages.
    """

    def __init__(self, outputs: Sequence[Path], share: float = 0.2) -> None:
        self._folders = [folder_of(path) for path in outputs]
        self._share = share
        self._lock = Lock()
        self._seen: object = None
        self._page = b""
        self._next = 0.0

    def page(self) -> tuple[bytes, str]:
        """The page, and a tag that is another one for another page. `KernelError`, `OSError` if it can't be made any more."""
        with self._lock:
            seen = [_look(folder) for folder in self._folders]
            if seen != self._seen and monotonic() >= self._next:
                begun = monotonic()
                self._page = page_of(read_runs(self._folders), is_watched=True).encode(
                    errors="backslashreplace"
                )
                self._seen = seen
                self._next = monotonic() + (monotonic() - begun) * (1 / self._share - 1)
            return self._page, f'"{hashlib.sha256(self._page).hexdigest()[:32]}"'


def _look(folder: Path) -> object:
    """What is another thing when something in an output has changed. The page itself is not looked at."""
    with os.scandir(folder) as found:
        entries = sorted(
            (entry.name, entry.stat().st_mtime_ns, entry.stat().st_size)
            for entry in found
            if entry.name != NAME and not entry.name.startswith(".")
        )
    return entries, state_of(folder)


class Server(ThreadingHTTPServer):
    """Serves a page under /, on 127.0.0.1. port: 0 for one that is free; `port` is the one that it has."""

    daemon_threads = True

    def __init__(self, watched: Watched, port: int = 0) -> None:
        self.watched = watched
        super().__init__((ADDRESS, port), _Handler)
        self.port = int(self.server_address[1])

    @property
    def address(self) -> str:
        """To be opened in a browser."""
        return f"http://{ADDRESS}:{self.port}/"

    @property
    def hosts(self) -> set[str]:
        """By which names it may be asked: a page of a stranger, whose name leads here, asks by that one."""
        return {f"{name}:{self.port}" for name in (ADDRESS, "localhost")}

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a browser that has gone away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "kernel"
    sys_version = ""
    timeout = _SECONDS

    def do_GET(self) -> None:
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            return self._answer(HTTPStatus.MISDIRECTED_REQUEST, b"not served by this name\n")
        if self.path == "/refresh.js":
            script = files("kernel_report").joinpath("templates", "refresh.js").read_bytes()
            return self._answer(HTTPStatus.OK, script, "text/javascript")
        if self.path.partition("?")[0] != "/":
            return self._answer(HTTPStatus.NOT_FOUND, b"not found\n")
        try:
            page, tag = self.server.watched.page()
        except Exception as error:  # noqa: BLE001 (whatever it is, whoever looks at the page hears of it)
            said = str(error) if isinstance(error, KernelError | OSError) else describe_error(error)
            return self._answer(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"This page can't be made anew: {said}\n".encode(errors="backslashreplace"),
            )
        if self.headers.get("If-None-Match") == tag:
            return self._answer(HTTPStatus.NOT_MODIFIED, b"", tag=tag)
        return self._answer(HTTPStatus.OK, page, "text/html", tag)

    do_HEAD = do_GET

    def _answer(self, status: HTTPStatus, body: bytes, kind: str = "text/plain", tag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is for what happens to the run."""
