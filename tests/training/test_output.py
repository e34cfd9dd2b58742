"""Models are saved whole or not at all, and an unwritable output is noticed before training."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel import Config, hookimpl, registry
from kernel.errors import KernelWarning, Locked, TrainingError, UsageError
from kernel.files import trees
from kernel.files.atomic import atomic_directory, check_manifest
from kernel.training.loop import train
from kernel.training.output import check_apart, check_output, output_lock, save
from kernel.training.prepare import prepare
from kernel.training.run import Run

MakeRun = Callable[..., Run]


def test_models_hold_config_and_manifest(make_run: MakeRun, tmp_path: Path) -> None:
    list(train(make_run(output=True)))
    for name in ("model-last", "model-best"):
        model = tmp_path / "out" / name
        check_manifest(model)
        config = Config.from_disk(model / "config.cfg")
        assert config["training"]["max_steps"] == 12
        assert config["training"]["shards"] == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "checkpoints",
        "history.jsonl",
        "model-best",
        "model-last",
        "run.json",
    ]


def test_saved_pipeline_predicts_the_same(make_run: MakeRun, tmp_path: Path, numbers: Any) -> None:
    run = make_run(output=True)
    list(train(run))
    loaded = numbers.Numbers.from_disk(tmp_path / "out" / "model-last")
    examples = list(run.dev_corpus(run.pipeline))
    assert loaded.evaluate(examples) == run.pipeline.evaluate(examples)


def test_performance_has_scores_and_losses_but_no_speed(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(output=True, score_weights={"speed": 0.0, "mse": None})
    list(train(run))
    performance = json.loads((tmp_path / "out" / "model-last" / "meta.json").read_text())["performance"]
    assert set(performance) == {"r2", "mse", "line_loss"}
    assert performance["r2"] == run.score


@pytest.mark.filterwarnings("ignore:there is no final score")
def test_what_was_not_measured_is_null(make_run: MakeRun, tmp_path: Path) -> None:
    class Blind:
        @hookimpl
        def evaluate(self, run: Run) -> dict[str, float | None]:
            return {"r2": None}

    list(train(make_run(Blind(), output=True)))
    for name in ("model-best", "model-last"):
        performance = json.loads((tmp_path / "out" / name / "meta.json").read_text())["performance"]
        assert performance["r2"] is None


def test_a_worse_model_does_not_replace_the_best(make_run: MakeRun, tmp_path: Path) -> None:
    class Worse:
        @hookimpl
        def evaluate(self, run: Run) -> dict[str, float]:
            return {"r2": 1 / run.step}

    list(train(make_run(Worse(), output=True)))
    scores = [
        json.loads((tmp_path / "out" / name / "meta.json").read_text())["performance"]["r2"]
        for name in ("model-best", "model-last")
    ]
    assert scores == [1 / 4, 1 / 12]


def test_failing_to_save_keeps_the_old_model(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(output=True)
    list(train(run))
    before = (tmp_path / "out" / "model-last" / "line").read_bytes()

    def full(path: Path) -> None:
        (path / "line").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run.pipeline, "to_disk", full)
    with pytest.raises(TrainingError, match="can't save the pipeline to .*out: No space left on device"):
        save(run, is_best=True)
    assert (tmp_path / "out" / "model-last" / "line").read_bytes() == before


def test_before_to_disk_changes_what_is_saved(make_run: MakeRun, tmp_path: Path, numbers: Any) -> None:
    class Saved:
        def to_disk(self, path: Path) -> None:
            (path / "other").write_text("other")

    registry.callbacks("test.other.v1", lambda: lambda pipeline: Saved())
    list(train(make_run(output=True, before_to_disk={"@callbacks": "test.other.v1"}, max_steps=1)))
    assert (tmp_path / "out" / "model-last" / "other").exists()


def test_before_to_disk_must_return_a_pipeline(make_run: MakeRun) -> None:
    registry.callbacks("test.none.v1", lambda: lambda pipeline: None)
    run = make_run(output=True, before_to_disk={"@callbacks": "test.none.v1"}, max_steps=1)
    with pytest.raises(TrainingError, match="before_to_disk must return the pipeline, not None"):
        list(train(run))


def test_output_is_created(tmp_path: Path) -> None:
    check_output(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def steps_of(model: Path) -> int:
    """`max_steps` of the run that saved a model."""
    return int(Config.from_disk(model / "config.cfg")["training"]["max_steps"])


def test_the_same_run_replaces_its_models(make_run: MakeRun, tmp_path: Path) -> None:
    for _ in range(2):
        list(train(make_run(output=True)))
        assert [path.name for path in tmp_path.glob("out*")] == ["out"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("components.ner.source", "out/model-best"),
        ("components.ner.source", "out"),
        ("components.ner.source", "./else/../out/model-last"),
        ("components.ner.source", "link"),
        ("initialize.vectors", "out/model-last"),
        ("initialize.init_tok2vec", "out/model-best/weights.bin"),
    ],
)
def test_what_a_run_begins_with_is_not_replaced(
    place: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("out/model-best")
    (tmp_path / "else").mkdir()
    first, *middle, last = place.split(".")
    block: dict[str, Any] = {last: value}
    for key in reversed(middle):
        block = {key: block}
    with pytest.raises(UsageError) as caught:
        check_apart(Path("out"), {first: block})
    assert f'{place} = "{value}" lies in the output of this run, out, whose models it replaces' in str(
        caught.value
    )
    assert "Choose another output" in caught.value.hint


def test_what_lies_beside_the_models_of_a_run_is_not_in_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("other/model-best", "out/log.jsonl", "out/model-best.old", "en", "", "x" * 5000, "a\0b"):
        check_apart(Path("out"), {"components": {"ner": {"source": text}}, "path": "out"})


def test_a_run_on_its_own_result_is_refused_at_its_start(make_run: MakeRun, tmp_path: Path) -> None:
    config = make_run().config.copy()
    config["corpora"]["dev"]["path"] = "out/model-last/dev.txt"
    with pytest.raises(UsageError, match=r"corpora\.dev\.path = .* lies in the output of this run"):
        prepare(config, output=tmp_path / "out")


def test_the_models_of_another_run_are_kept(make_run: MakeRun, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(train(make_run(output=True, max_steps=3)))
    (out / "notes").write_text("mine")
    for number, steps in ((1, 4), (2, 5)):
        with pytest.warns(KernelWarning, match=rf"they are now in .*out\.{number}$"):
            list(train(make_run(output=True, max_steps=steps)))
    found = {folder.name: steps_of(folder / "model-best") for folder in tmp_path.glob("out*")}
    assert found == {"out": 5, "out.1": 3, "out.2": 4}
    for folder in tmp_path.glob("out*"):
        check_manifest(folder / "model-last")
        assert (folder / "run.json").is_file()
    assert (out / "notes").read_text() == "mine"


@pytest.mark.parametrize("reason", ["disk", "closed"])
def test_the_models_of_another_run_are_kept_inside_where_they_can_not_be_beside(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(trees, "MOUNTS", tmp_path / "mountinfo")
    trees.MOUNTS.write_text(f"36 35 98:0 / {out} rw - ext3 /dev/a rw\n" if reason == "disk" else "")
    mkdir = Path.mkdir

    def closed(self: Path, *args: Any, **options: Any) -> None:
        if self.parent == tmp_path and self.name.startswith("out."):
            raise PermissionError(13, "Permission denied")
        mkdir(self, *args, **options)

    monkeypatch.setattr(Path, "mkdir", closed)
    list(train(make_run(output=True, max_steps=3)))
    for number, steps in ((1, 4), (2, 5)):
        with pytest.warns(KernelWarning, match=rf"they are now in .*out/out\.{number}$"):
            list(train(make_run(output=True, max_steps=steps)))
    found = [steps_of(folder / "model-best") for folder in (out, out / "out.1", out / "out.2")]
    assert found == [5, 3, 4] and [path.name for path in tmp_path.glob("out*")] == ["out"]


def test_models_stay_until_another_run_has_one(make_run: MakeRun, tmp_path: Path) -> None:
    list(train(make_run(output=True)))
    steps = train(make_run(output=True, max_steps=11))
    for _ in range(3):
        next(steps)
    assert steps_of(tmp_path / "out" / "model-best") == 12
    with pytest.warns(KernelWarning, match=r"out\.1$"):
        next(steps)
    assert steps_of(tmp_path / "out" / "model-best") == 11
    assert steps_of(tmp_path / "out.1" / "model-best") == 12
    steps.close()


def test_a_model_that_a_crash_kept_from_its_place_is_moved_too(make_run: MakeRun, tmp_path: Path) -> None:
    list(train(make_run(output=True)))
    (tmp_path / "out" / "model-best").rename(tmp_path / "out" / ".model-best.new")
    with pytest.warns(KernelWarning, match=r"out\.1$"):
        list(train(make_run(output=True, max_steps=4)))
    assert steps_of(tmp_path / "out.1" / "model-best") == 12
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "checkpoints",
        "history.jsonl",
        "model-best",
        "model-last",
        "run.json",
    ]


def test_output_is_locked_while_training(make_run: MakeRun, tmp_path: Path) -> None:
    steps = train(make_run(output=True))
    next(steps)
    with pytest.raises(Locked, match="out is being written by another writer in this process"):
        make_run(output=True)
    steps.close()
    with pytest.warns(KernelWarning, match="a run that was interrupted after step 1"):
        list(train(make_run(output=True)))
    assert not list((tmp_path / "out").glob(".*"))


def test_an_output_inside_of_that_of_another_run_is_refused_at_the_start(tmp_path: Path) -> None:
    script = "import sys, pathlib; from kernel.training.output import output_lock\n"
    script += "output_lock(pathlib.Path(sys.argv[1])).acquire(); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, str(tmp_path / "out")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        for inside in ("model-last", "mine"):
            with pytest.raises(Locked, match="out is being written by process"):
                output_lock(tmp_path / "out" / inside)
        other.communicate()
    output_lock(tmp_path / "out" / "model-last")


def test_two_prepared_runs_for_one_output(make_run: MakeRun, tmp_path: Path) -> None:
    # Nothing is held between the two calls, unless the caller gives a lock.
    first, second = make_run(output=True), make_run(output=True)
    steps = train(first)
    next(steps)
    with pytest.raises(Locked):
        next(train(second))
    assert second.step == 0
    list(steps)
    check_manifest(tmp_path / "out" / "model-last")


def test_a_lock_of_the_caller(make_run: MakeRun, tmp_path: Path) -> None:
    lock = output_lock(tmp_path / "out")
    run = make_run(output=True, lock=lock)
    assert lock.held
    list(train(run))
    assert lock.held
    lock.release()


@pytest.mark.skipif(os.name == "nt", reason="no directory with an open file is renamed there")
def test_a_callback_may_save_to_the_output_itself(make_run: MakeRun, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def save_there(text: str) -> None:
        with atomic_directory(out) as folder:
            (folder / "mine").write_text(text)

    class Saver:
        @hookimpl
        def step_end(self, run: Run) -> None:
            save_there(str(run.step))
            with pytest.raises(Locked):
                output_lock(out).acquire()

    save_there("0")
    # What a thread is writing there meanwhile might not come along.
    at_the_end = {"every_steps": 12, "every_minutes": 0, "at_evaluation": False}
    list(train(make_run(Saver(), output=True, checkpoint=at_the_end)))
    assert (out / "mine").read_text() == "12"
    assert sorted(path.name for path in out.iterdir()) == [
        "checkpoints",
        "history.jsonl",
        "manifest.json",
        "mine",
        "model-best",
        "model-last",
        "run.json",
    ]
    for folder in (out, out / "model-last", out / "model-best"):
        check_manifest(folder)


def test_output_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="can't write to the output directory"):
        check_output(tmp_path / "file" / "out")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that bind")
def test_output_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="Permission denied"):
        check_output(tmp_path)


def test_output_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "model-best").mkdir()
    (tmp_path / "model-best" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="model-best exists and was not saved by kernel"):
        check_output(tmp_path)


class Averaged:
    """Keeps averages of its own: the first weights that it has seen."""

    @hookimpl
    def step_end(self, run: Run) -> None:
        model = run.pipeline.model
        if run.averages is None:
            run.averages = {(model.id, name): model.get_param(name).copy() for name in ("W", "b")}


@pytest.mark.parametrize("callbacks", [(), (Averaged(),)], ids=["optimizer", "callback"])
@pytest.mark.parametrize("copied", [True, False])
def test_what_before_to_disk_makes_has_the_evaluated_weights_and_scores(
    make_run: MakeRun, tmp_path: Path, numbers: Any, callbacks: tuple[object, ...], copied: bool
) -> None:
    def before(pipeline: Any) -> Any:
        made = copy.deepcopy(pipeline) if copied else pipeline
        made.meta["note"] = "mine"
        return made

    registry.callbacks("test.before.v1", lambda: before)
    run = make_run(
        *callbacks,
        output=True,
        before_to_disk={"@callbacks": "test.before.v1"},
        optimizer={"@optimizers": "Adam.v1", "learn_rate": 0.05, "use_averages": not callbacks},
    )
    list(train(run))
    averages = run.averages or run.parameters.averages(run.optimizer)
    last = numbers.Numbers.from_disk(tmp_path / "out" / "model-last")
    for name in ("W", "b"):
        average = averages[run.pipeline.model.id, name]
        assert last.model.get_param(name).tobytes() == average.tobytes()
        assert (run.pipeline.model.get_param(name) != average).any()
    best = numbers.Numbers.from_disk(tmp_path / "out" / "model-best")
    assert best.meta["note"] == last.meta["note"] == "mine"
    assert best.meta["performance"]["r2"] == run.best_score
    assert best.evaluate(run.dev_examples)["r2"] == pytest.approx(run.best_score, rel=1e-5)
