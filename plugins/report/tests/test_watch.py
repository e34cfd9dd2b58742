"""The page is served to this computer alone, and made anew when something has changed."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from kernel_report.watch import Server, Watched

from kernel.errors import UsageError

from .conftest import Page, made_history

Write = Callable[..., Path]


@pytest.fixture
def output(write: Write) -> Path:
    return write("a", made_history(10), {"seed": 1})


@pytest.fixture
def server(output: Path) -> Iterator[Server]:
    with Server(Watched([output], share=1.0)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(
    server: Server, path: str = "/", method: str = "GET", host: str | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=given | ({} if host is None else {"Host": host}))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def test_the_page_is_served_with_a_script_that_asks_for_the_next(server: Server) -> None:
    answer, text = ask(server)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = Page(text)
    assert page.errors == [] and "Steps 10" in page.section("summary")
    assert [each.get("src") for each in page.elements("script")] == ["/refresh.js"]
    (policy,) = [each.get("content", "") for each in page.elements("meta") if each.get("http-equiv")]
    assert policy.endswith("script-src 'self'; connect-src 'self'") and policy.startswith(
        "default-src 'none'"
    )
    script, code = ask(server, "/refresh.js")
    assert (script.status, script.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "eval" not in code and "innerHTML" not in code
    assert (
        answer.headers["X-Content-Type-Options"] == "nosniff"
        and answer.headers["Cache-Control"] == "no-store"
    )


def test_a_page_that_has_not_changed_is_not_sent_again(server: Server, output: Path) -> None:
    tag = ask(server)[0].headers["ETag"]
    answer, text = ask(server, If_None_Match=tag)
    assert (answer.status, text) == (304, "")
    with (output / "history.jsonl").open("a") as file:
        file.write(json.dumps({"step": 77, "losses": {"ner": 1.0}}) + "\n")
    answer, text = ask(server, If_None_Match=tag)
    assert answer.status == 200 and answer.headers["ETag"] != tag
    assert "Steps 77" in Page(text).section("summary")


def test_pages_take_a_share_of_the_time_only(output: Path) -> None:
    watched = Watched([output], share=1e-6)
    before = watched.page()
    (output / "history.jsonl").write_text("")
    assert watched.page() == before


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "", "[::1]:80", "127.0.0.1:1"]
)
@pytest.mark.parametrize("path", ["/", "/refresh.js"])
def test_it_answers_to_no_other_name(server: Server, host: str, path: str) -> None:
    answer, text = ask(server, path, host=host)
    assert (answer.status, text) == (421, "not served by this name\n")


def test_it_answers_to_its_names(server: Server) -> None:
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        assert ask(server, host=f"{name}:{server.port}")[0].status == 200


@pytest.mark.parametrize("path", ["/run.json", "/../run.json", "/%2e%2e/run.json", "/report.html"])
def test_nothing_else_is_served(server: Server, path: str) -> None:
    assert ask(server, path)[0].status == 404
    assert ask(server, path, "POST")[0].status == 501


def test_head_has_no_body(server: Server) -> None:
    answer, text = ask(server, method="HEAD")
    assert (answer.status, text) == (200, "") and int(answer.headers["Content-Length"]) > 1000


def test_it_listens_on_this_computer_alone(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"
    other = socket.gethostbyname(socket.gethostname())
    if not other.startswith("127."):
        with pytest.raises(OSError), socket.create_connection((other, server.port), timeout=1):
            pass


def test_an_output_that_is_gone_is_told(server: Server, output: Path) -> None:
    ask(server)
    output.rename(output.with_name("moved"))
    answer, text = ask(server)
    assert (
        answer.status == 503 and text.startswith("This page can't be made anew: ") and "No such file" in text
    )
    output.with_name("moved").rename(output)
    assert ask(server)[0].status == 200


def test_whatever_keeps_the_page_from_being_made_is_told(output: Path) -> None:
    class Broken(Watched):
        def page(self) -> tuple[bytes, str]:
            raise RecursionError("too deep")

    with Server(Broken([output])) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        answer, text = ask(server)
        server.shutdown()
    assert answer.status == 503 and "too deep" in text


def test_what_is_no_output_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no output of a run"):
        Watched([tmp_path])


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_ctrl_c_ends_it(output: Path) -> None:
    words = [sys.executable, "-m", "kernel", "report", str(output), "--watch"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith("http://127.0.0.1:") and said.endswith("/ shows the report, until Ctrl-C\n")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "ended\n")
    assert sorted(path.name for path in output.iterdir()) == ["history.jsonl", "run.json"]


def test_a_port_that_is_taken_is_told(output: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = [
            sys.executable,
            "-m",
            "kernel",
            "report",
            str(output),
            "--watch",
            "--port",
            str(taken.getsockname()[1]),
        ]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2 and done.stderr.startswith("error: can't serve on 127.0.0.1:")
