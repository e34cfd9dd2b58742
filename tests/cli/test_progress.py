"""How much is done: a bar on a terminal, lines elsewhere."""

import io
import sys

import pytest

from kernel.cli import progress
from kernel.cli.progress import Progress, line


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_one_line() -> None:
    assert line(0.25, "50,000 rows", 30) == " 25% [######..................] 50,000 rows, 1:30 left"
    assert line(None, "1,000 rows", 4000) == "1,000 rows, 1:06:40 so far"


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_it_is_shown_now_and_then(monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", stream())
    shown = Progress("rows")
    for second in range(21):
        now[0] = second
        shown.update(second / 40, second * 1000)
    shown.clear()
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    if stream is Terminal:
        # Each over the last one, and nothing is left.
        assert said.count("\r") == 22 and "\n" not in said
        assert said.endswith("\r")
    else:
        assert said == (
            " 25% [######..................] 10,000 rows, 0:30 left\n"
            " 50% [############............] 20,000 rows, 0:20 left\n"
        )


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_writing_is_told_of_what_takes_long(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", stream())
    shown = Progress("rows")
    if stream is not Terminal:
        shown.writing(10)
    now[0] = 11.0
    shown.writing(1_200_000_000)
    shown.clear()
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert said.count("writing") == 1 and "writing 1,200 MB" in said
    assert said.endswith("\r" if stream is Terminal else "MB\n")


def test_the_last_of_all_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", Terminal())
    shown = Progress("thresholds")
    for done in range(1, 5):
        now[0] = done
        shown(done, 4)
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    lines = said.split("\r")
    assert lines[1] == " 25% [######..................] 1 thresholds, 0:03 left"
    assert len(lines) == 6 and not lines[-2].strip() and lines[-1] == ""
