"""Errors become messages and exit codes; warnings are shown once and counted."""

import os
import subprocess
import sys

import click
import pytest

from kernel.cli import main
from kernel.cli.commands import cli
from kernel.cli.interrupts import Terminated
from kernel.cli.run import run
from kernel.errors import CodeError, ConfigError, DataError, KernelError, TrainingError, UsageError, warn


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch):
    """Make `kernel act` do something."""

    def set_action(action) -> None:
        @click.command("act")
        def act() -> None:
            """Act."""
            action()

        monkeypatch.setitem(cli.commands, "act", act)

    return set_action


def failing(error: BaseException):
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KernelError("message"), 1),
        (TrainingError("message"), 1),
        (UsageError("message"), 2),
        (ConfigError("message"), 2),
        (DataError("message"), 2),
        (CodeError("message"), 3),
        (click.UsageError("message"), 2),
        (click.FileError("name", "message"), 2),
        (KeyboardInterrupt(), 130),
        (Terminated(), 143),
        (click.Abort(), 130),
        (click.exceptions.Exit(7), 7),
    ],
)
def test_exit_codes(command, capsys: pytest.CaptureFixture[str], error: BaseException, code: int) -> None:
    command(failing(error))
    assert run(["act"]) == code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert captured.out == ""
    if code in (1, 2, 3):
        assert "message" in captured.err


def test_hint_is_shown(command, capsys: pytest.CaptureFixture[str]) -> None:
    command(failing(UsageError("no such thing", hint="Try another.")))
    run(["act"])
    assert capsys.readouterr().err == "error: no such thing\nTry another.\n"


@pytest.mark.parametrize("args", [["--traceback", "act"], ["act", "--traceback"]])
def test_traceback_on_request(command, capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    command(failing(UsageError("no such thing")))
    assert run(args) == 2
    assert "Traceback" in capsys.readouterr().err


def test_traceback_of_what_nobody_foresaw(command, capsys: pytest.CaptureFixture[str]) -> None:
    command(failing(ZeroDivisionError("oops")))
    assert run(["act"]) == 1
    error = capsys.readouterr().err
    assert "Traceback" in error and "ZeroDivisionError: oops" in error


def test_warnings_are_shown_once_and_counted(command, capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> None:
        for _ in range(3):
            warn("listener without source")
        warn("empty table")

    command(action)
    assert run(["act"]) == 0
    assert capsys.readouterr().err == "warning: listener without source\nwarning: empty table\n2 warnings\n"


def test_no_warnings_no_count(command, capsys: pytest.CaptureFixture[str]) -> None:
    command(lambda: click.echo("done"))
    assert run(["act"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("done\n", "")


def test_ctrl_c_while_the_commands_are_imported(monkeypatch, capsys):
    class Interrupted:
        def find_spec(self, name, *_):
            if name == "kernel.cli.run":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "kernel.cli.run")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main(["info"])
    assert ended.value.code == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX closes the streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("words", ["--version", "completion bash", "act"])
def test_streams_may_be_closed(closed: str, words: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m kernel {words} {closed}', sys.executable],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == (2 if words == "act" else 0)
    assert "Traceback" not in done.stderr
