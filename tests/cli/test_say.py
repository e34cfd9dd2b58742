"""The place from which text of commands goes to the terminal."""

import io
import json
import sys

import pytest

from kernel.cli.say import say, say_json, say_over, say_text, write_data


def test_a_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say("name: a\nconfig is valid\x1b[1A")
    say("b\r", err=True)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("name: a\\nconfig is valid\\x1b[1A\n", "b\\r\n")


def test_a_text_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    say_text("one\n  two \x1b[0m", nl=False)
    assert capsys.readouterr().out == "one\n  two \\x1b[0m"


def test_a_style_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdout", terminal)
    say("\x1b[31mred", fg="green")
    assert terminal.getvalue() == "\x1b[32m\\x1b[31mred\x1b[0m\n"


def test_progress_goes_over_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    say_over("3 documents\r")
    assert capsys.readouterr().err == "\r3 documents\\r"


def test_json_has_the_value(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name\x1b": ["\x9b", "\u202e", "\ud800", "Zürich\n"]}
    say_json(value)
    written = capsys.readouterr().out
    assert json.loads(written) == value
    assert "Zürich" in written and "\u202e" not in written and "\x9b" not in written


@pytest.mark.parametrize(("terminal", "written"), [(False, "a\x9b\n"), (True, "a\\x9b\n")])
def test_data_is_as_it_is_but_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, written: str
) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdout", stream)
    write_data("a\x9b\n")
    assert stream.getvalue() == written


def test_what_an_encoding_lacks_is_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_ = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_, encoding="ascii"))
    say("Zürich")
    sys.stdout.flush()
    assert bytes_.getvalue() == b"Z\\xfcrich\n"


@pytest.mark.parametrize(
    ("variables", "is_terminal", "colored"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_who_gets_colors(
    variables: dict[str, str], is_terminal: bool, colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from io import StringIO

    from kernel.cli.say import say

    class Stream(StringIO):
        def isatty(self) -> bool:
            return is_terminal

    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stream = Stream()
    say("fine", file=stream, fg="green")
    assert ("\x1b[32m" in stream.getvalue()) == colored and "fine" in stream.getvalue()
