"""How much is done: a bar on a terminal, lines elsewhere."""

import io
import sys
from time import sleep

import pytest

from kernel.cli import progress
from kernel.cli.progress import Progress, line, track, working
from kernel.cli.say import say


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


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands until it is set."""
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize("seconds_each", [0.01, 0.3, 40.0])
def test_time_left_is_right_after_a_tenth(
    seconds_each: float, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    total = 10_000
    # Work is uneven: it goes in batches, of which every third takes twice as long.
    costs = [seconds_each * (2 if item // 100 % 3 == 0 else 1) for item in range(total)]
    whole = sum(costs)
    for item in track(range(total), "documents"):
        now[0] += costs[item]
    lines = sys.stderr.getvalue().splitlines()  # type: ignore[attr-defined]
    spent, checked = 0.0, 0
    for said in lines:
        done = int(said.split("] ")[1].split(" ")[0].replace(",", ""))
        spent = sum(costs[:done])
        parts = [int(part) for part in said.rsplit(", ", 1)[1].split(" ")[0].split(":")]
        left = sum(part * 60**place for place, part in enumerate(reversed(parts)))
        # Half a second is lost by rounding; what is left after nearly all of it is a batch or two.
        if total / 10 <= done <= 0.95 * total:
            assert abs(left - (whole - spent)) <= 0.2 * (whole - spent) + 0.5
            checked += 1
    assert checked >= min(len(lines), 5)


def test_a_log_gets_fewer_lines_as_time_goes_by(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    for _ in track(range(36_000), "steps"):
        now[0] += 1
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert 500 < said.count("\n") < 800 and "\r" not in said and "\x1b" not in said


def test_a_dumb_terminal_is_none_that_a_line_moves_on(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "stderr", Terminal())
    for _ in track(range(12), "rows"):
        now[0] += 1
    assert sys.stderr.getvalue() == " 83% [####################....] 10 rows, 0:02 left\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_ends_the_loop_leaves_a_clean_line(
    error: type[BaseException], now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())

    def items():
        for number in range(5):
            now[0] += 1
            yield number
        raise error

    with pytest.raises(error):
        for _ in track(items(), "rows"):
            pass
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert (
        "rows, 0:0" in said
        and said.rpartition("\r")[0].rpartition("\r")[2].strip() == ""
        and said.endswith("\r")
    )


def test_in_a_narrow_terminal_the_bar_goes_first(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stderr", Terminal())
    shown = Progress("documents")
    now[0] = 30
    shown(500, 2000)
    assert sys.stderr.getvalue() == "\r 25% 500 documents, 1:30 left"  # type: ignore[attr-defined]


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_work_of_unknown_length_says_how_long_it_goes_on(
    stream: type[io.StringIO], now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setattr(progress, "_TICK_SECONDS", 0.001)

    def shown() -> str:
        return sys.stderr.getvalue()  # type: ignore[attr-defined, no-any-return]

    with pytest.raises(KeyboardInterrupt), working("building the wheel"):
        now[0] = 65.0
        while "so far" not in shown():
            sleep(0.001)
        raise KeyboardInterrupt
    assert "building the wheel, 1:05 so far" in shown()
    assert shown().endswith("\r" if stream is Terminal else "so far\n")


def test_what_is_said_meanwhile_has_a_line_of_its_own(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    shown = Progress("rows")
    now[0] = 1.0
    shown(1, 2)
    say("warning: odd", err=True)
    line = " 50% [############............] 1 rows, 0:01 left"
    assert sys.stderr.getvalue() == f"\r{line}\r{' ' * len(line)}\rwarning: odd\n"  # type: ignore[attr-defined]
