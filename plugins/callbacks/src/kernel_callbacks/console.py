"""The table of a training run on standard output."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import get_terminal_size
from time import perf_counter
from typing import Any

from kernel import hookimpl
from kernel.errors import warn
from kernel.training.run import Info, Run
from kernel.visible import columns, padded, visible_line
from kernel_callbacks.jsonl import append, cut, size
from kernel_callbacks.progress import Mode, Progress

_LONGEST_NAME = 13


def console_table(
    progress_bar: Mode | None = "train", console_output: bool = True, output_file: Path | None = None
) -> "ConsoleTable":
    """Print a row at every evaluation.

    Columns: E (finished epochs), # (steps), LOSS of each component since the row before, scores in percent (as they
    are, where their weight is negative), SCORE (the weighted one), W/S (words a second while training). progress_bar: show how far training is ("train"),
    how far the next evaluation ("eval"), or nothing (null); without a terminal, a line every ten seconds, later every minute. In a terminal too narrow for the
    table, a row is a few lines of names and values. console_output: false
    prints nothing. output_file: also write the rows to a JSON Lines file, which must not exist yet; a run that is resumed
    goes on with it where it was.
    """
    return ConsoleTable(progress_bar, console_output, output_file)


class ConsoleTable:
    """Prints the header at the first row, because the columns are known from then on."""

    only_tells = True

    def __init__(self, progress_bar: Mode | None, console_output: bool, output_file: Path | None) -> None:
        self.console_output = console_output
        self.output_file = output_file
        self.progress_bar = progress_bar
        self._progress: Progress | None = None
        self._columns: list[tuple[str, int]] = []
        self._is_wide = True
        self._words = 0
        self._clock = 0.0
        self._stopped = 0.0

    @hookimpl
    def train_start(self, run: Run) -> None:
        # A run that goes on from another one leaves the rows of that as they are.
        is_own = run.step > 0 and (run.resumed is None or run.resumed.is_own)
        if not is_own and self.output_file is not None and self.output_file.exists():
            warn(f"{self.output_file} exists already: no rows are written to it")
            self.output_file = None
        if self.console_output and self.progress_bar is not None:
            self._progress = Progress(self.progress_bar)
        self._start_clock(run)

    @hookimpl
    def step_end(self, run: Run, info: Info) -> None:
        self._stopped = perf_counter()
        if self._progress:
            self._progress.update(run, info)

    @hookimpl
    def evaluated(self, run: Run, scores: Mapping[str, Any]) -> None:
        if self.console_output:
            self._print(run, scores)
        if self.output_file is not None:
            self.output_file.parent.mkdir(parents=True, exist_ok=True)
            shown = {
                name: _percent(name, scores.get(name), run.weights)
                for name, weight in run.weights.items()
                if weight is not None
            }
            row = {
                "epoch": run.total_epochs,
                "step": run.step,
                "losses": run.losses,
                "scores": shown,
                "score": run.score,
            }
            append(self.output_file, row)
        self._start_clock(run)

    @hookimpl
    def saved(self, run: Run) -> None:
        # Evaluating and saving are not training time.
        self._start_clock(run)

    @hookimpl
    def train_error(self) -> None:
        if self._progress:
            self._progress.clear()

    @hookimpl
    def train_end(self) -> None:
        if self._progress:
            self._progress.clear()

    def state(self) -> dict[str, Any]:
        return {"size": None if self.output_file is None else size(self.output_file)}

    def restore(self, state: Mapping[str, Any]) -> None:
        if state["size"] is None:
            self.output_file = None
        elif self.output_file is not None:
            cut(self.output_file, state["size"])

    def _start_clock(self, run: Run) -> None:
        self._clock = self._stopped = perf_counter()
        self._words = run.words

    def _print(self, run: Run, scores: Mapping[str, Any]) -> None:
        if self._progress:
            self._progress.clear()
        losses = list(run.pipeline.models())
        shown = [name for name, weight in run.weights.items() if weight is not None]
        if not self._columns:
            self._columns = [("E", 3), ("#", 6), *((f"LOSS {name}", 8) for name in _short(losses))]
            self._columns += [
                *(
                    (title, 8 if name == "speed" else 6)
                    for name, title in zip(shown, _short(shown), strict=True)
                ),
                ("SCORE", 6),
                ("W/S", 7),
            ]
            widths = [max(columns(title), width) for title, width in self._columns]
            room = _room()
            self._is_wide = room is None or sum(widths) + 2 * (len(widths) - 1) <= room
            if self._is_wide:
                self._row([title.upper() for title, _ in self._columns])
                self._row(["-" * width for width in widths])
        speed = (run.words - self._words) / max(self._stopped - self._clock, 1e-9)
        cells = [str(run.total_epochs), str(run.step)]
        cells += [_number(run.losses.get(name)) for name in losses]
        cells += [_number(_percent(name, scores.get(name), run.weights)) for name in shown]
        cells += [_number(run.score), f"{speed:,.0f}"]
        if self._is_wide:
            self._row(cells)
        else:
            _print_in_lines([title.upper() for title, _ in self._columns], cells, _room())

    def _row(self, cells: list[str]) -> None:
        padded_cells = [
            padded(cell, max(columns(title), width), right=True)
            for cell, (title, width) in zip(cells, self._columns, strict=True)
        ]
        print("  ".join(padded_cells), flush=True)


def _room() -> int | None:
    """Columns of the terminal that gets the table; None for a log or a notebook, whose lines may be long."""
    return get_terminal_size().columns if sys.stdout.isatty() else None


def _print_in_lines(titles: Sequence[str], cells: Sequence[str], room: int | None) -> None:
    """Print a row as names with their values, in as many lines as a narrow terminal needs; the first line begins at the left."""
    line = ""
    for title, cell in zip(titles, cells, strict=True):
        both = f"{title} {cell}"
        if line.strip() and columns(line) + 2 + columns(both) > (room or 80):
            print(line, flush=True)
            line = f"  {both}"
        else:
            line = f"{line}  {both}" if line else both
    print(line, flush=True)


def _short(names: Sequence[str]) -> list[str]:
    """Names without their middle where they are long. The end stays, which says what was measured; and they stay different."""
    visible = [visible_line(name) for name in names]
    longest = max(map(len, visible), default=0)
    for width in range(_LONGEST_NAME, longest):
        half = (width - 3) // 2
        cut = [
            name if len(name) <= width else f"{name[: width - 3 - half]}...{name[-half:]}" for name in visible
        ]
        if len({name.upper() for name in cut}) == len(names):
            return cut
    return visible


def _percent(name: str, score: Any, weights: Mapping[str, float | None]) -> float | None:
    if score is None or isinstance(score, Mapping):
        return None
    # What is to be low, such as a loss, is no share of anything.
    is_share = name != "speed" and (weights.get(name) or 0) >= 0
    return float(score) * (100 if is_share else 1)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
