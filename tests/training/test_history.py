"""The history of a run: rows that are there soon, and are cut where a run goes on."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kernel.errors import KernelWarning
from kernel.training import history
from kernel.training.history import FILE, History, plain, rows
from kernel.training.run import Info

RUN: Any = SimpleNamespace(optimizer=SimpleNamespace(learn_rate=0.01), dropout=0.1, step=2, seconds=1.0)


def info(step: int) -> Info:
    return Info(step, 0, {"ner": float("nan")}, 10 * step, 0.5)


def test_rows_wait_until_the_file_is_begun_and_then_at_most_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(history, "monotonic", lambda: now[0])
    found = History(tmp_path)
    found.step(RUN, info(1))
    now[0] = 5.0
    found.step(RUN, info(2))
    assert not (tmp_path / FILE).exists()
    found.begin()
    found.step(RUN, info(3))
    assert [row["step"] for row in rows(tmp_path)] == [1, 2, 3]
    now[0] = 5.9
    found.step(RUN, info(4))
    assert len(list(rows(tmp_path))) == 3
    now[0] = 6.1
    found.step(RUN, info(5))
    assert len(list(rows(tmp_path))) == 5
    found.close()


def test_numbers_that_are_none_are_null(tmp_path: Path) -> None:
    found = History(tmp_path)
    found.begin()
    found.step(RUN, info(1))
    found.close()
    assert json.loads((tmp_path / FILE).read_text())["losses"] == {"ner": None}


def test_going_on_cuts_what_will_come_again(tmp_path: Path) -> None:
    found = History(tmp_path)
    found.begin()
    found.step(RUN, info(1))
    size = found.flush()
    found.step(RUN, info(2))
    found.close()
    other = History(tmp_path)
    other.go_on(size)
    other.step(RUN, info(2))
    other.step(RUN, info(3))
    other.close()
    assert [row["step"] for row in rows(tmp_path)] == [1, 2, 3]
    assert [row["step"] for row in rows(tmp_path, size)] == [1]


def test_a_file_that_has_lost_rows_is_told_of(tmp_path: Path) -> None:
    found = History(tmp_path)
    with pytest.warns(KernelWarning, match="has 0 bytes, and had 100 before"):
        found.go_on(100)
    found.close()


def test_a_row_that_is_cut_off_is_left_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"step": 1}\n{"st')
    assert list(rows(tmp_path)) == [{"step": 1}]
    assert list(rows(tmp_path / "nowhere")) == []


def test_a_row_that_is_damaged_is_told_of_and_left_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(
        b'{"step": 1}\n{"st\n\xff\x00\n' + b"[" * 100_000 + b'\n{"step": 2}\n{"step": 3'
    )
    found: list[int] = []
    assert list(rows(tmp_path, damaged=found.append)) == [{"step": 1}, {"step": 2}]
    assert found == [2, 3, 4]


def test_plain_values() -> None:
    import numpy as np

    assert plain({1: np.float32(0.5), "a": (np.arange(2), float("inf"))}) == {"1": 0.5, "a": [[0, 1], None]}
