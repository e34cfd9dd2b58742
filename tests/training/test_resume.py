"""A run that is resumed ends as if it had never been interrupted."""

import json
import random
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel import Config, hookimpl, registry
from kernel.errors import DataError, KernelWarning, UsageError
from kernel.training.batches import Batches
from kernel.training.callback_state import CallbackStates
from kernel.training.checkpoint import checkpoints, latest, step_of
from kernel.training.history import rows
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.record import Record
from kernel.training.resume import check, find, restore
from kernel.training.run import Run

from .conftest import CONFIG

MakeRun = Callable[..., Run]
EVERY = {"every_steps": 1, "every_minutes": 0, "at_evaluation": False}


def leave(run: Run, step: int) -> None:
    """Train up to a step, as if the process had been killed right after its checkpoint."""
    steps = train(run)
    for info in steps:
        if info.step == step:
            break
    steps.close()


def resumed(run: Run) -> Run:
    """A prepared run, to go on in its output."""
    left = find(run.output, resume=True)
    assert left is not None
    check(run, left)
    return run


def outcome(output: Path) -> dict[str, Any]:
    """What a run leaves, but for times."""
    found: dict[str, Any] = {
        f"{name}/{path.name}": path.read_bytes()
        for name in ("model-last", "model-best")
        for path in sorted((output / name).iterdir())
    }
    timeless = ("seconds", "memory_mb")
    found["history"] = [{k: v for k, v in row.items() if k not in timeless} for row in rows(output)]
    last = latest(output)
    assert last is not None
    state = last[1].tree
    state["run"]["dict"] = [pair for pair in state["run"]["dict"] if pair[0] not in timeless]
    state.pop("history")
    found["state"] = json.dumps(state, sort_keys=True)
    found["arrays"] = [(array.dtype, array.shape, array.tobytes()) for array in last[1].arrays]
    return found


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 7, 8, 11, 12])
def test_weights_history_and_state_are_those_of_a_straight_run(
    make_run: MakeRun, tmp_path: Path, step: int
) -> None:
    settings = {"checkpoint": EVERY, "output": True}
    list(train(make_run(**settings)))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    leave(make_run(**settings), step)
    run = resumed(make_run(**settings))
    infos = list(train(run))
    assert [info.step for info in infos] == list(range(step + 1, 13))
    assert outcome(tmp_path / "out") == straight


def test_a_resume_of_a_resume_of_a_resume(make_run: MakeRun, tmp_path: Path) -> None:
    settings = {"checkpoint": EVERY, "output": True}
    list(train(make_run(**settings)))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    leave(make_run(**settings), 2)
    for step in (3, 7, 11):
        leave(resumed(make_run(**settings)), step)
    list(train(resumed(make_run(**settings))))
    assert outcome(tmp_path / "out") == straight


def test_with_nothing_there_the_run_begins_anew(
    make_run: MakeRun, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "kernel"):
        assert find(tmp_path / "out", resume=True) is None
    assert caplog.messages == [f"{tmp_path / 'out'} has nothing to resume from: the run begins anew"]


def test_resume_needs_an_output() -> None:
    with pytest.raises(UsageError, match="--resume needs the output"):
        find(None, resume=True)


@pytest.mark.parametrize("words", [["seed"], ["", "training.dropout"], ["seeed"], ["."]])
def test_words_of_drift_where_nothing_is_resumed_are_an_error(tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(UsageError, match="--allow-drift says what .* and none is"):
        find(tmp_path / "out", resume=False, allowed=words)
    if words != ["seed"]:
        with pytest.raises(UsageError, match="--allow-drift .*: nothing is called so"):
            find(tmp_path / "out", resume=True, allowed=words)


def test_going_back_to_an_earlier_checkpoint_leaves_none_of_later_steps(
    make_run: MakeRun, tmp_path: Path
) -> None:
    settings = {**EVERY, "keep": 20}
    list(train(make_run(output=True, checkpoint=settings)))
    # Not every step has one: training does not wait for the disk.
    *later, back = checkpoints(tmp_path / "out")
    step = step_of(back)
    run = make_run(output=True, checkpoint=settings, dropout=0.3)
    left = find(run.output, resume=False, resume_from=back)
    assert later and left is not None and left.is_own
    check(run, left, ["training.dropout"])
    steps = ", ".join(str(step_of(each)) for each in reversed(later))
    with pytest.warns(
        KernelWarning, match=rf"goes on from step {step}: .* \({steps}\) are removed, and model-best may"
    ):
        leave(run, step + 1)
    assert [step_of(each) for each in checkpoints(tmp_path / "out")] == [step + 1, step]
    found = latest(tmp_path / "out")
    assert found is not None and found[1].run["step"] == step + 1


def test_another_run_without_checkpoints_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere has nothing to resume from"):
        find(tmp_path / "out", resume=False, resume_from=tmp_path / "nowhere")


def test_a_run_that_has_ended_is_left_as_it_is(make_run: MakeRun, tmp_path: Path) -> None:
    list(train(make_run(output=True)))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    run = resumed(make_run(output=True))
    assert list(train(run)) == []
    assert (run.reason, run.step) == ("max_steps = 12 reached", 12)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


def test_a_run_that_has_ended_goes_on_when_its_limit_is_allowed_to_be_higher(
    make_run: MakeRun, tmp_path: Path
) -> None:
    list(train(make_run(output=True, max_steps=20)))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    list(train(make_run(output=True)))
    run = make_run(output=True, max_steps=20)
    left = find(run.output, resume=True)
    assert left is not None
    with pytest.raises(
        UsageError, match=r"training.max_steps: 12, now 20.*\n.*--allow-drift training.max_steps"
    ):
        check(run, left)
    check(run, left, ["training.max_steps"])
    assert [info.step for info in train(run)] == list(range(13, 21))
    found = outcome(tmp_path / "out")
    assert found["arrays"] == straight["arrays"] and found["history"] == straight["history"]
    # What was allowed once is no change for the next.
    assert resumed(make_run(output=True, max_steps=20)).resumed is not None


@pytest.mark.parametrize(
    ("change", "word"), [({"seed": 3}, "seed"), ({"dropout": 0.3}, "training.dropout"), ("data", "data")]
)
def test_drift_is_refused_before_anything_is_written(
    make_run: MakeRun, tmp_path: Path, numbers: Any, change: Any, word: str
) -> None:
    leave(make_run(output=True, checkpoint=EVERY), 3)
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    if change == "data":
        numbers.write_rows(tmp_path / "train.txt", 32, seed=5)
    run = make_run(output=True, checkpoint=EVERY, **({} if change == "data" else change))
    left = find(run.output, resume=True)
    assert left is not None
    with pytest.raises(UsageError, match=rf"\n  {word}"):
        check(run, left)
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before
    check(run, left, [word])
    assert next(info.step for info in train(run)) == 4


def record_of(output: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((output / "run.json").read_bytes())
    return found


def test_the_record_keeps_what_had_changed_when_a_run_went_on(make_run: MakeRun, tmp_path: Path) -> None:
    output = tmp_path / "out"
    leave(make_run(output=True, checkpoint=EVERY), 3)
    plain = record_of(output)
    leave(resumed(make_run(output=True, checkpoint=EVERY)), 5)
    # The same run has the same record, however often it went on.
    assert record_of(output) == plain and "resumed" not in plain
    run = make_run(output=True, checkpoint=EVERY, dropout=0.3)
    left = find(run.output, resume=True)
    assert left is not None
    check(run, left, ["config"])
    leave(run, 7)
    change = {"name": "training.dropout", "detail": "", "old": plain["settings"]["training"]["dropout"]}
    expected = [{"step": 5, "changes": [{**change, "new": 0.3}]}]
    assert record_of(output)["resumed"] == expected
    list(train(resumed(make_run(output=True, checkpoint=EVERY, dropout=0.3))))
    assert record_of(output)["resumed"] == expected


def test_what_was_allowed_and_came_to_no_checkpoint_leaves_no_trace(
    make_run: MakeRun, tmp_path: Path
) -> None:
    leave(make_run(output=True, checkpoint=EVERY), 3)
    plain = record_of(tmp_path / "out")
    run = make_run(output=True, checkpoint=EVERY, dropout=0.3)
    left = find(run.output, resume=True)
    assert left is not None
    check(run, left, ["config"])
    restore_only(run)
    assert "resumed" in record_of(tmp_path / "out")
    leave(resumed(make_run(output=True, checkpoint=EVERY)), 4)
    assert record_of(tmp_path / "out") == plain


def restore_only(run: Run) -> None:
    """Let a run be killed before its first step."""
    batches, callbacks = Batches(run), CallbackStates(run.hooks.objects)
    record = Record(run, batches.state, callbacks)
    assert not restore(run, batches, record)
    record.close()


def test_an_interrupted_run_moves_aside_when_it_is_not_resumed(make_run: MakeRun, tmp_path: Path) -> None:
    leave(make_run(output=True, checkpoint=EVERY), 3)
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"checkpoints", "history.jsonl", "model-last", "run.json"} <= left
    with pytest.warns(
        KernelWarning, match=r"interrupted after step 3, and that --resume would have gone on .* in .*out\.1$"
    ):
        list(train(make_run(output=True, checkpoint=EVERY)))
    assert {path.name for path in (tmp_path / "out.1").iterdir()} == left
    found = latest(tmp_path / "out.1")
    assert found is not None and found[1].run["step"] == 3
    assert [row["step"] for row in rows(tmp_path / "out.1")] == [1, 2, 3]
    assert [row["step"] for row in rows(tmp_path / "out") if "step" in row] == list(range(1, 13))


class Growing:
    """A function before each update that moves the weights, each time more."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, pipeline: Any, args: dict[str, int]) -> None:
        self.calls += 1
        for model in pipeline.models().values():
            model.set_param("b", model.get_param("b") + 0.01 * self.calls)


class GrowingByState(Growing):
    """The same; says its state itself."""

    def state(self) -> list[int]:
        return [self.calls]

    def restore(self, state: list[int]) -> None:
        (self.calls,) = state


@pytest.mark.parametrize("kind", [Growing, GrowingByState])
def test_what_the_function_before_each_update_knows_comes_back(
    make_run: MakeRun, tmp_path: Path, kind: type[Growing]
) -> None:
    def made() -> Run:
        registry.callbacks("test.Growing.v1", kind)
        return make_run(output=True, checkpoint=EVERY, before_update={"@callbacks": "test.Growing.v1"})

    list(train(made()))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    leave(made(), 5)
    list(train(resumed(made())))
    assert outcome(tmp_path / "out") == straight


def test_what_has_only_damaged_checkpoints_moves_aside_too(make_run: MakeRun, tmp_path: Path) -> None:
    leave(make_run(output=True, checkpoint=EVERY), 3)
    (tmp_path / "out" / "checkpoints" / "step-00000003" / "state.json").write_text("{", encoding="utf8")
    left = outcome_files(tmp_path / "out")
    with pytest.raises(DataError, match=r"(?s)no checkpoint of .*moves aside"):
        find(tmp_path / "out", resume=True)
    with pytest.warns(KernelWarning, match=r"interrupted after step 3, .* in .*out\.1$"):
        list(train(make_run(output=True, checkpoint=EVERY)))
    assert outcome_files(tmp_path / "out.1") == left


def test_going_on_from_another_run(make_run: MakeRun, tmp_path: Path) -> None:
    settings = {"checkpoint": EVERY, "output": True}
    list(train(make_run(**settings)))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    leave(make_run(**settings), 5)
    (tmp_path / "out").rename(tmp_path / "other")
    before = outcome_files(tmp_path / "other")
    run = make_run(**settings)
    left = find(run.output, resume=True, resume_from=tmp_path / "other")
    assert left is not None and left.step == 5
    check(run, left)
    list(train(run))
    assert outcome(tmp_path / "out") == straight
    assert outcome_files(tmp_path / "other") == before


def test_a_limit_that_is_behind_already_ends_the_run_at_once(make_run: MakeRun, tmp_path: Path) -> None:
    leave(make_run(output=True, checkpoint=EVERY), 7)
    run = make_run(output=True, checkpoint=EVERY, max_steps=6)
    left = find(run.output, resume=True)
    assert left is not None
    check(run, left, ["training.max_steps"])
    assert list(train(run)) == []
    assert (run.step, run.reason) == (7, "max_steps = 6 reached")


class Sinking:
    """Scores that get worse and worse."""

    @hookimpl(wrapper=True)
    def evaluate(self, run: Run) -> Generator[None, Any, dict[str, Any]]:
        scores = yield
        return {**scores, "r2": 1 / run.step}


def test_the_best_model_of_another_run_is_that_of_this_one_too(make_run: MakeRun, tmp_path: Path) -> None:
    settings = {"checkpoint": EVERY, "output": True}
    list(train(make_run(Sinking(), **settings)))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    leave(make_run(Sinking(), **settings), 9)
    (tmp_path / "out").rename(tmp_path / "other")
    run = make_run(Sinking(), **settings)
    left = find(run.output, resume=False, resume_from=tmp_path / "other")
    assert left is not None
    check(run, left)
    list(train(run))
    assert run.kept_step == 4
    assert outcome(tmp_path / "out") == straight


def test_a_best_model_that_has_gone_is_told_of(make_run: MakeRun, tmp_path: Path) -> None:
    checkpoints = {**EVERY, "keep": 20}
    list(train(make_run(Sinking(), output=True, checkpoint=checkpoints)))
    (tmp_path / "out").rename(tmp_path / "other")
    run = make_run(Sinking(), output=True, checkpoint=checkpoints)
    left = find(run.output, resume=False, resume_from=tmp_path / "other" / "checkpoints" / "step-00000008")
    assert left is not None
    check(run, left)
    with pytest.warns(KernelWarning, match=r"of step 4, is not in .*other: there is no model-best until"):
        list(train(run))
    assert not (tmp_path / "out" / "model-best").exists()


def outcome_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_seed_that_was_left_to_chance_is_the_same_again(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(output=True, checkpoint=EVERY, seed=None)
    leave(run, 2)
    left = find(tmp_path / "out", resume=True)
    assert left is not None and left.seed == run.seed


def assert_exact(make: Callable[[], Run], tmp_path: Path, step: int) -> None:
    """A run that is left after a step, and resumed, ends as a straight one does."""
    list(train(make()))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    leave(make(), step)
    list(train(resumed(make())))
    assert outcome(tmp_path / "out") == straight


class Drift:
    """Moves the weights more and more, without methods for its state."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, pipeline: Any, info: dict[str, int]) -> None:
        self.calls += 1
        model = pipeline.models()["line"]
        model.set_param("b", model.get_param("b") + 0.01 * self.calls)


def drift() -> Callable[[Any, dict[str, int]], None]:
    """The same, as a function with a variable of its own."""
    calls = 0

    def move(pipeline: Any, info: dict[str, int]) -> None:
        nonlocal calls
        calls += 1
        model = pipeline.models()["line"]
        model.set_param("b", model.get_param("b") + 0.01 * calls)

    return move


@pytest.mark.parametrize("make", [Drift, drift])
def test_what_before_update_counts_goes_on(
    make_run: MakeRun, tmp_path: Path, make: Callable[[], Any]
) -> None:
    registry.callbacks("test.drift.v1", lambda: make())
    block = {"@callbacks": "test.drift.v1"}
    assert_exact(lambda: make_run(checkpoint=EVERY, output=True, before_update=block), tmp_path, 5)


class Draws:
    """Draws at every event that comes between two batches."""

    def __init__(self) -> None:
        self.drawn: list[float] = []

    def _draw(self) -> None:
        self.drawn += [random.random(), float(np.random.rand())]

    @hookimpl
    def train_start(self) -> None:
        self._draw()

    @hookimpl
    def epoch_start(self) -> None:
        self._draw()

    @hookimpl
    def step_end(self) -> None:
        self._draw()

    @hookimpl
    def evaluated(self) -> None:
        self._draw()

    @hookimpl
    def should_stop(self) -> None:
        self._draw()


@pytest.mark.parametrize("step", [4, 5])
def test_callbacks_draw_what_they_would_have_drawn(make_run: MakeRun, tmp_path: Path, step: int) -> None:
    assert_exact(lambda: make_run(Draws(), checkpoint=EVERY, output=True), tmp_path, step)


class Windows:
    """Gives the next three rows at each pass, and knows where it is."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows, self._first = rows, 0

    def __call__(self, pipeline: Any) -> Any:
        first, self._first = self._first, self._first + 3
        for place in range(first, first + 3):
            yield self._rows[place % len(self._rows)]

    def state(self) -> int:
        return self._first

    def restore(self, state: int) -> None:
        self._first = state


@pytest.mark.parametrize("step", [3, 6, 8])
def test_a_streamed_development_corpus_goes_on(numbers: Any, tmp_path: Path, step: int) -> None:
    rows = [numbers.Row([float(number), 1.0], number * 0.5) for number in range(20)]
    registry.readers("test.Windows.v1", lambda: Windows(rows))

    def make() -> Run:
        config = Config.from_str(CONFIG)
        config["corpora"]["dev"] = {"@readers": "test.Windows.v1"}
        config["training"].update({"max_epochs": -1, "checkpoint": EVERY})
        return prepare(config, output=tmp_path / "out")

    assert_exact(make, tmp_path, step)


def test_where_no_checkpoint_can_be_read_a_new_run_moves_all_aside(make_run: MakeRun, tmp_path: Path) -> None:
    settings = {"checkpoint": {**EVERY, "keep_best": False}, "output": True}
    leave(make_run(**settings), 3)
    (tmp_path / "out/checkpoints/step-00000003/arrays.npz").write_bytes(b"half")
    with pytest.warns(KernelWarning, match="interrupted after step 3"):
        leave(make_run(**settings), 1)
    assert (tmp_path / "out.1/checkpoints/step-00000003/arrays.npz").read_bytes() == b"half"
    assert (tmp_path / "out.1/model-last").is_dir()
