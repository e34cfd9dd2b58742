"""Everything that can be checked is checked before data is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel import Config, hookimpl, registry
from kernel.errors import ConfigError, DataError, KernelWarning, PluginLoadError, RegistryError
from kernel.training.prepare import prepare
from kernel.training.run import Run

MakeRun = Callable[..., Run]


def test_defaults_are_filled(make_run: MakeRun) -> None:
    run = make_run()
    assert run.settings.accumulate_gradient == 1
    assert run.config["training"]["accumulate_gradient"] == 1
    assert run.config["components"]["line"]["model"]["offset"] == 0.0


def test_all_problems_at_once(make_run: MakeRun) -> None:
    with pytest.raises(ConfigError) as caught:
        make_run(max_stepz=1, dropout="much", train_corpus="corpora.nothing")
    assert {problem.path for problem in caught.value.problems} >= {"training.max_stepz", "training.dropout"}
    assert "corpora.nothing" in str(caught.value)


def test_misspelt_event_fails_before_data_is_read(make_run: MakeRun) -> None:
    read = []
    registry.readers("test.Watched.v1", lambda: lambda pipeline: read.append(1) or [])

    class Callback:
        @hookimpl
        def step_ended(self) -> None: ...

    with pytest.raises(
        PluginLoadError, match=r"'test.Callback0.v1' \(.*conftest.py:\d+\) implements the unknown"
    ):
        make_run(Callback(), reader="test.Watched.v1")
    assert read == []


def test_the_corpus_is_read_once(make_run: MakeRun, numbers: Any) -> None:
    read = []

    def corpus(pipeline: Any) -> Any:
        read.append(1)
        return [numbers.Row([1.0, 2.0], 3.0)] * 5

    registry.readers("test.Counted.v1", lambda: corpus)
    run = make_run(reader="test.Counted.v1")
    assert (len(read), len(run.examples or ())) == (1, 5)


def test_corpora_that_are_not_used_are_not_built(make_run: MakeRun, numbers: Any, tmp_path: Path) -> None:
    config = make_run().config
    config["corpora"]["other"] = {"@readers": "numbers.Rows.v1", "path": {"@misc": "no.such.thing"}}
    with pytest.raises(RegistryError):
        registry.get("misc", "no.such.thing")
    # Filling looks names up everywhere, so that a typing error never passes; building is for what is used.
    config["corpora"]["other"] = {"@readers": "test.Broken.v1"}
    registry.readers("test.Broken.v1", lambda: 1 / 0)
    prepare(config)


def test_all_corpora_of_one_function(make_run: MakeRun, numbers: Any) -> None:
    config = make_run().config

    def both() -> Any:
        return {name: lambda pipeline: [numbers.Row([1.0, 2.0], 3.0)] for name in ("train", "dev")}

    registry.readers("test.Both.v1", both)
    config["corpora"] = {"@readers": "test.Both.v1"}
    assert len(prepare(config).examples or ()) == 1


def test_language_is_needed() -> None:
    with pytest.raises(ConfigError, match=r"nlp.lang"):
        prepare(Config.from_str("[nlp]\npipeline = []\n"))


def test_no_weight_at_all_is_said(make_run: MakeRun) -> None:
    with pytest.warns(KernelWarning, match="no score has a weight"):
        run = make_run(score_weights={"r2": 0.0})
    assert run.weights == {"r2": 0.0, "mse": 0.0}


def test_a_misspelt_score_is_said_before_training(
    make_run: MakeRun, recwarn: pytest.WarningsRecorder
) -> None:
    make_run(score_weights={"mmse": 1.0, "rouge": 0.5, "R2": 0.0})
    assert [str(one.message) for one in recwarn] == [
        "training.score_weights.mmse: no component has such a score, as far as it says. Did you mean 'mse'?"
    ]


def test_a_null_seed_is_drawn(make_run: MakeRun) -> None:
    assert make_run(seed=None).seed != make_run(seed=None).seed


def test_callbacks_come_in_file_order_then_the_logger(make_run: MakeRun) -> None:
    order: list[str] = []

    class Note:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def config_ready(self) -> None:
            order.append(self.name)

    registry.loggers("test.Logger.v1", lambda: Note("logger"))
    make_run(Note("first"), Note("second"), logger={"@loggers": "test.Logger.v1"})
    assert order == ["first", "second", "logger"]


def test_a_reader_that_returns_no_function_is_named(make_run: MakeRun, numbers: Any) -> None:
    registry.readers("test.Eager.v1", lambda: [numbers.Row([1.0, 2.0], 3.0)])
    with pytest.raises(ConfigError) as caught:
        make_run(reader="test.Eager.v1")
    problem = caught.value.problems[0]
    assert problem.path == "corpora.train.@readers"
    assert "'corpora.train' is not a corpus: test.Eager.v1 (" in problem.message
    assert problem.message.endswith(" made an object of type list")


def test_a_reader_that_yields_something_else_is_named(
    make_run: MakeRun, numbers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers.Numbers, "example_type", numbers.Row, raising=False)
    registry.readers("test.Wrong.v1", lambda: lambda pipeline: ["a row"])
    with pytest.raises(
        DataError, match=r"corpora\.train: its reader test\.Wrong\.v1 \(.*\) gave .* type str, not Row"
    ):
        make_run(reader="test.Wrong.v1")
