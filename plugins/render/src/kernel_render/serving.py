"""A small server for one page, for whoever sits at the machine."""

import errno
import socket
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from kernel.cli.say import say
from kernel.errors import UsageError, note, warn

_LAST_PORT = 65535
Application = Callable[[Mapping[str, Any], Callable[..., Any]], list[bytes]]


def application(markup: str) -> Application:
    """An application of WSGI that answers every request with a page."""
    content = str(markup).encode("utf8", "replace")

    def answer(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        headers = [("Content-Type", "text/html; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]
        start_response("200 OK", [*headers, ("Content-Length", str(len(content)))])
        return [content]

    return answer


def serve(markup: str, style: str, *, host: str, port: int, auto_select_port: bool) -> None:
    """Serve a page until Ctrl-C. `UsageError` if there is no port for it."""
    if not _is_local(host):
        warn(
            f"the page is served on {host}: whoever reaches this machine in the network can read it. 127.0.0.1 is for this machine alone"
        )
    with _opened(application(markup), host, port, auto_select_port) as server:
        if server.server_port != port and port:
            note(f"port {port} is in use: took {server.server_port}")
        say(f"Style '{style}' on http://{_shown(host)}:{server.server_port} (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended")


def _opened(app: Application, host: str, port: int, auto_select_port: bool) -> WSGIServer:
    """A server on a port, or on the next one that is free."""
    ports: Iterable[int] = range(port, _LAST_PORT + 1) if auto_select_port and port else [port]
    for each in ports:
        try:
            return make_server(host, each, app, server_class=_server_class(host), handler_class=_Quiet)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise UsageError(f"can't serve on {host}:{each}: {error.strerror or error}") from error
            reason = "is in use" if error.errno == errno.EADDRINUSE else "may not be used by everybody"
        except OverflowError as error:
            raise UsageError(f"{each} is no port", hint=f"Choose one from 1024 to {_LAST_PORT}.") from error
    if auto_select_port:
        raise UsageError(f"no port from {port} to {_LAST_PORT} is free")
    raise UsageError(f"port {port} {reason}", hint="Choose another port, or auto_select_port=True.")


def _server_class(host: str) -> type[WSGIServer]:
    class Server(WSGIServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Another one that listens there is an error, and no rival.
        allow_reuse_address = True

    return Server


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are no news."""


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
