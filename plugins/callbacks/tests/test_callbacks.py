"""The callbacks on a run that needs no training: a pipeline stand-in whose scores are given."""

import io
import itertools
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from math import nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from kernel_callbacks import console
from kernel_callbacks.averages import averages
from kernel_callbacks.console import console_table
from kernel_callbacks.early_stop import early_stop
from kernel_callbacks.jsonl import jsonl_log
from kernel_callbacks.loggers import console_logger_v1, console_logger_v2, console_logger_v3
from kernel_callbacks.progress import Progress, clock, progress_line
from thinc.api import Linear

from kernel import hookimpl, registry
from kernel.cli import progress
from kernel.errors import CallbackError, KernelWarning
from kernel.training.hooks import Hooks
from kernel.training.loop import train
from kernel.training.output import TRAINING
from kernel.training.protocols import BasePipeline
from kernel.training.run import Info, Run
from kernel.training.update import Builtin
from kernel.visible import columns, padded

SCORES = [{"ents_f": 0.5, "speed": 1000.0, "ents_per_type": {}}, {"ents_f": 0.75, "speed": 2000.0}]


class Stub:
    """Updates and evaluations without a pipeline."""

    def __init__(self, scores: list[dict[str, Any]]) -> None:
        self.scores = iter(scores)

    @hookimpl
    def update(self, run: Run) -> dict[str, float]:
        for model in run.pipeline.models().values():
            model.set_param("b", model.get_param("b") + 1)
        return {"ner": 1.5}

    @hookimpl
    def evaluate(self) -> dict[str, Any]:
        return next(self.scores)


class OneModel(BasePipeline):
    """A pipeline of one component."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def models(self) -> dict[str, Any]:
        return {"ner": self._model}


@pytest.fixture
def make_run() -> Any:
    def make(*callbacks: object, scores: list[dict[str, Any]] = SCORES, steps: int = 4) -> Run:
        hooks = Hooks()
        hooks.add_builtin(Builtin(0.0))
        hooks.add([("'test'", callback) for callback in [*callbacks, Stub(scores)]])
        model = Linear(2, 2).initialize()
        model.set_param("b", np.zeros(2, dtype="f"))
        settings = SimpleNamespace(
            batcher=lambda examples: [list(examples)],
            max_epochs=0,
            max_steps=steps,
            eval_frequency=2,
            patience=0,
        )
        parameters = SimpleNamespace(averages=lambda optimizer: None, use_params=lambda params: nullcontext())
        return Run(
            config=None,
            kind=TRAINING,
            pipeline=OneModel(model),
            settings=settings,
            optimizer=None,
            parameters=parameters,
            hooks=hooks,
            train_corpus=list,
            dev_corpus=list,
            weights={"ents_f": 1.0, "speed": 0.0, "ents_per_type": 0.0, "ents_p": 0.0, "hidden": None},
            examples=[["word"] * 3] * 2,
        )

    return make


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_table(make_run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    list(train(make_run(console_table())))
    header, dashes, first, second = rows(capsys.readouterr().out)
    assert header == ["E", "#", "LOSS", "NER", "ENTS_F", "SPEED", "ENTS_PER_TYPE", "ENTS_P", "SCORE", "W/S"]
    assert set("".join(dashes)) == {"-"}
    assert first[:-1] == ["1", "2", "3.00", "50.00", "1000.00", "-", "-", "0.50"]
    assert second[:-1] == ["3", "4", "3.00", "75.00", "2000.00", "-", "-", "0.75"]


def test_table_columns_are_aligned(
    make_run: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "perf_counter", itertools.count().__next__)
    list(train(make_run(console_table())))
    assert len({len(line) for line in capsys.readouterr().out.splitlines()}) == 1


def test_names_are_shown_not_obeyed(make_run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(console_table(), scores=[{"a\x1b[2J": 0.5}] * 2)
    run.weights = {"a\x1b[2J": 1.0}
    list(train(run))
    shown = capsys.readouterr().out
    assert "A\\X1B[2J" in shown and "\x1b" not in shown


def test_what_is_to_be_low_is_no_share(make_run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(console_table(), scores=[{"loss": 3.5}] * 2)
    run.weights = {"loss": -1.0}
    list(train(run))
    assert rows(capsys.readouterr().out)[2][3] == "3.50"


def test_long_names_are_cut(make_run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    weights = {f"spans_findings_{end}": 1.0 for end in ("f", "p", "r")}
    run = make_run(console_table(), scores=[weights] * 2)
    run.weights = weights
    list(train(run))
    header = rows(capsys.readouterr().out)[0]
    assert header[4:7] == ["SPANS...NGS_F", "SPANS...NGS_P", "SPANS...NGS_R"]


def test_long_names_that_are_alike_when_cut_have_room(
    make_run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = {"spans_old_findings_f": 1.0, "spans_new_findings_f": 1.0, "ents_f": 1.0}
    run = make_run(console_table(), scores=[weights] * 2)
    run.weights = weights
    list(train(run))
    header = rows(capsys.readouterr().out)[0]
    assert header[4:7] == ["SPANS_O...INGS_F", "SPANS_N...INGS_F", "ENTS_F"]


def test_table_without_output(make_run: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    list(train(make_run(console_table(console_output=False, output_file=tmp_path / "logs" / "rows.jsonl"))))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
    first, second = [json.loads(line) for line in (tmp_path / "logs" / "rows.jsonl").read_text().splitlines()]
    assert first == {
        "epoch": 0,
        "step": 2,
        "losses": {"ner": 3.0},
        "scores": {"ents_f": 50.0, "speed": 1000.0, "ents_per_type": None, "ents_p": None},
        "score": 0.5,
    } | {"epoch": 1}
    assert second["score"] == 0.75


def test_existing_output_file_is_left_alone(make_run: Any, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("mine\n")
    with pytest.warns(KernelWarning, match="rows.jsonl exists already: no rows are written"):
        list(train(make_run(console_table(console_output=False, output_file=path))))
    assert path.read_text() == "mine\n"


def test_a_run_that_goes_on_from_another_one_leaves_its_rows_alone(make_run: Any, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("first\nsecond\n")
    table, run = console_table(console_output=False, output_file=path), make_run()
    run.step, run.resumed = 3, SimpleNamespace(is_own=False)
    with pytest.warns(KernelWarning, match="rows.jsonl exists already: no rows are written"):
        table.train_start(run)
    table.restore({"size": len("first\n")})
    assert path.read_text() == "first\nsecond\n"
    own = console_table(console_output=False, output_file=path)
    run.resumed.is_own = True
    own.train_start(run)
    own.restore({"size": len("first\n")})
    assert path.read_text() == "first\n"


def test_loggers_of_the_field_are_the_same_table() -> None:
    assert console_logger_v1().progress_bar is None
    assert console_logger_v1(progress_bar=True).progress_bar == "eval"
    assert console_logger_v2(True, False, Path("x")).output_file == Path("x")
    assert console_logger_v3("train", False).progress_bar == "train"
    assert type(console_logger_v1()) is type(console_logger_v3()) is type(console_table())


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("callbacks", "kernel.Averages.v1"),
        ("callbacks", "kernel.ConsoleTable.v1"),
        ("callbacks", "kernel.EarlyStop.v1"),
        ("callbacks", "kernel.JsonlLog.v1"),
        ("loggers", "kernel.ConsoleLogger.v1"),
        ("loggers", "kernel.ConsoleLogger.v2"),
        ("loggers", "kernel.ConsoleLogger.v3"),
    ],
)
def test_every_callback_is_registered_and_reacts_to_known_events(kind: str, name: str) -> None:
    required: dict[str, dict[str, Any]] = {
        "kernel.EarlyStop.v1": {"patience": 3},
        "kernel.JsonlLog.v1": {"path": "x"},
    }
    built = registry.resolve({f"@{kind}": name, **required.get(name, {})})
    hooks = Hooks()
    hooks.add([(name, built)])
    assert len(hooks.names) == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


INFO = Info(step=50, epoch=0, losses={}, words=10_000, seconds=5.0)


def test_progress_line() -> None:
    assert (
        progress_line(INFO, 50, 200)
        == " 25% [######..................] step 50 of 200, 0:15 left, 2,000 words/s"
    )
    assert progress_line(INFO, 50, 0) == "step 50, epoch 0, 0:05 so far, 2,000 words/s"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3661, "1:01:01")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    yield now


def test_bar_on_a_terminal_is_redrawn_and_cleared(make_run: Any, clocked: list[float]) -> None:
    stream = Terminal()
    bar = Progress("train", stream)
    run = make_run(steps=200)
    bar.update(run, INFO)
    assert stream.getvalue() == ""
    clocked[0] = 1.0
    bar.update(run, INFO)
    assert stream.getvalue() == "\r" + progress_line(INFO, 50, 200)
    bar.clear()
    assert stream.getvalue().endswith("\r" + " " * len(progress_line(INFO, 50, 200)) + "\r")


def test_bar_fits_a_narrow_terminal(
    make_run: Any, clocked: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    bar = Progress("train", stream)
    clocked[0] = 1.0
    bar.update(make_run(steps=200), INFO)
    assert stream.getvalue() == "\r 25% step 50 of 200, 0:15 left, 2,000 w"


def test_bar_to_the_next_evaluation(make_run: Any, clocked: list[float]) -> None:
    stream = Terminal()
    bar = Progress("eval", stream)
    run = make_run()
    run.settings.eval_frequency = 40
    clocked[0] = 1.0
    bar.update(run, INFO)
    assert "step 10 of 40" in stream.getvalue()


def test_a_line_every_ten_seconds_without_a_terminal(make_run: Any, clocked: list[float]) -> None:
    stream = io.StringIO()
    bar = Progress("train", stream)
    run = make_run(steps=200)
    for seconds in range(0, 45, 5):
        clocked[0] = seconds
        bar.update(run, INFO)
    bar.clear()
    assert stream.getvalue() == (progress_line(INFO, 50, 200) + "\n") * 4


def test_a_narrow_terminal_gets_rows_in_lines(
    make_run: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stdout", Terminal())
    list(train(make_run(console_table(None))))
    said = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, said.splitlines())) <= 40
    begins = [line for line in said.splitlines() if not line.startswith(" ")]
    assert [line.split("  ")[1][:2] for line in begins] == ["# ", "# "][: len(begins)] and begins
    assert "---" not in said and "SCORE" in said


def test_names_are_aligned_by_what_a_terminal_shows() -> None:
    wide, marked = "日本", "e\u0301te"
    assert [columns(wide), columns(marked)] == [4, 3]
    assert padded(wide, 6, right=True) == f"  {wide}" and padded(marked, 5) == f"{marked}  "


def test_time_left_by_epochs(make_run: Any, clocked: list[float]) -> None:
    stream = Terminal()
    bar = Progress("train", stream)
    run = make_run(steps=0)
    run.settings.max_epochs = 10
    clocked[0] = 1.0
    bar.update(run, Info(step=21, epoch=1, losses={}, words=1, seconds=1.0))
    assert "step 21 of 200" in stream.getvalue()


def test_bar_gives_way_to_rows(
    make_run: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], clocked: list[float]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_REDRAW_SECONDS", -1.0)
    list(train(make_run(console_table("train"))))
    assert terminal.getvalue().endswith(" \r")
    assert len(rows(capsys.readouterr().out)) == 4


def test_jsonl_log(make_run: Any, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log.jsonl"
    for _ in range(2):
        list(
            train(make_run(jsonl_log(path), scores=[{"ents_f": np.float32(0.5), "table": np.arange(2)}] * 2))
        )
    first, second = [json.loads(line) for line in path.read_text().splitlines()]
    assert first["scores"] == {"ents_f": 0.5, "table": [0, 1]}
    assert (first["step"], second["step"], second["losses"], second["words"]) == (2, 4, {"ner": 3.0}, 24)


def test_numbers_that_are_none_are_null_in_the_jsonl_log(make_run: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    scores = {
        "ents_f": 0.5,
        "loss": nan,
        "table": np.array([1.0, nan]),
        "per_type": {"A": {"f": float("inf")}},
    }
    list(train(make_run(jsonl_log(path), scores=[scores] * 2)))

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    for line in path.read_text().splitlines():
        found = json.loads(line, parse_constant=refuse)["scores"]
        assert found == {"ents_f": 0.5, "loss": None, "table": [1.0, None], "per_type": {"A": {"f": None}}}


def test_jsonl_log_of_every_step(make_run: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    list(train(make_run(jsonl_log(path, every_step=True))))
    steps = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(row["step"], "score" in row) for row in steps] == [
        (1, False), (2, False), (2, True), (3, False), (4, False), (4, True),
    ]  # fmt: skip


def scores(metric: str, *values: float) -> list[dict[str, Any]]:
    return [{"ents_f": 0.0, metric: value} for value in values]


@pytest.mark.parametrize(
    ("callback", "metric", "values", "stop"),
    [
        (early_stop(2), "ents_f", (0.1, 0.2, 0.2, 0.1, 0.9), 8),
        (early_stop(2, metric="error", mode="min"), "error", (nan, 3.0, 2.0, nan, 1.0, 1.0, 1.5), 14),
        (early_stop(2, min_delta=0.05), "ents_f", (0.1, 0.14, 0.14, 0.9), 6),
        (early_stop(1, metric="error", mode="min"), "error", (3.0, 2.0, 2.5, 1.0), 6),
    ],
)
def test_early_stop(make_run: Any, callback: Any, metric: str, values: tuple[float, ...], stop: int) -> None:
    run = make_run(callback, scores=scores(metric, *values), steps=100)
    list(train(run))
    assert run.step == stop
    assert "has not improved in" in run.reason


def test_early_stop_on_an_unknown_score(make_run: Any) -> None:
    run = make_run(early_stop(1, metric="ents_g"))
    with pytest.raises(
        CallbackError, match="no score 'ents_g' to watch; there are: ents_f, ents_per_type, speed"
    ):
        list(train(run))


def test_averages_follow_the_weights(make_run: Any) -> None:
    run = make_run(averages(decay=0.5))
    list(train(run))
    model = run.pipeline.models()["ner"]
    expected, weight = 1.0, 1.0
    for step in range(2, 5):
        weight += 1.0
        keep = min(0.5, (1 + step) / (10 + step))
        expected += (1 - keep) * (weight - expected)
    assert run.averages["ner:b"] == pytest.approx([expected] * 2)
    assert (model.get_param("b") == 4.0).all()


def test_averages_may_start_later(make_run: Any) -> None:
    run = make_run(averages(start_step=3))
    list(train(run))
    assert (run.averages["ner:b"] == 4.0).all()


def test_what_was_not_measured_is_a_dash(make_run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(KernelWarning, match="no final score"):
        list(train(make_run(console_table(None), scores=[{"ents_f": None}, {"ents_f": 0.5}])))
    header, _, first, second = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert (header[-2], first[-2], second[-2]) == ("SCORE", "-", "0.50")
    assert "-" in first[2:-2] and "50.00" in second


@pytest.mark.parametrize("metric", ["score", "ents_f"])
def test_early_stop_does_not_count_what_was_not_measured(make_run: Any, metric: str) -> None:
    values = [None, None, 0.5, None, 0.4, 0.3, 0.2]
    run = make_run(early_stop(2, metric), scores=[{"ents_f": value} for value in values], steps=14)
    with pytest.warns(KernelWarning) as caught:
        list(train(run))
    said = [str(each.message) for each in caught if "EarlyStop" in str(each.message)]
    assert len(said) == 1 and f"'{metric}' was not measured" in said[0]
    assert run.step == 12 and run.reason == f"'{metric}' has not improved in 2 evaluations"
