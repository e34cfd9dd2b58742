"""Suites for callbacks and loggers."""

import contextlib
import io
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kernel.config import Config
from kernel.numeric.bytes import model_to_bytes
from kernel.testing.suites.base import Suite
from kernel.testing.toy import ToyError, toy_run
from kernel.training.hooks import Hooks
from kernel.training.loggers import adapt
from kernel.training.loop import train
from kernel.training.run import Run

_EVERY_STEP = """
[training.checkpoint]
every_steps = 1
"""


class CallbackSuite(Suite):
    """A function of the registry `callbacks`: returns an object with methods marked `@kernel.hookimpl`.

    settings: paths in it are relative to a temporary directory. changes_training: whether it is there to change the
    weights or the number of steps. config: what else stands in the config of the run, as text, such as a section that the
    callback goes by. setting: the setting of the config that takes it, such as `initialize.before_init`, if it is a plain function and no
    callback of a training.
    """

    kind = "callbacks"
    config: ClassVar[str] = ""
    changes_training: ClassVar[bool] = False
    setting: ClassVar[str] = ""

    @pytest.fixture(autouse=True)
    def _in_a_directory_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def block(self) -> dict[str, Any]:
        """The callback as a config names it."""
        return {f"@{self.kind}": self.name, **self.settings}

    def run(self, *, output: Path | None = None, fails: bool = False) -> tuple[Run, str]:
        """A run of six steps with the callback, and what was printed meanwhile."""
        printed = io.StringIO()
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            toy_run(output=output, fails=fails, config=self._config(), **self._place()) as run,
        ):
            list(train(run))
        return run, printed.getvalue()

    def golden(self) -> Any:
        run, _ = self.run()
        return {"step": run.step, "reason": run.reason, "files": sorted(p.name for p in Path.cwd().iterdir())}

    def test_reacts_to_declared_events_with_declared_arguments(self) -> None:
        Hooks().add([(repr(self.name), adapt(self.build()))])

    def test_goes_through_a_run(self, tmp_path: Path) -> None:
        run, _ = self.run(output=tmp_path / "output")
        assert run.reason, "training did not end normally"
        assert (tmp_path / "output" / "model-last").is_dir()

    def test_leaves_the_training_alone(self) -> None:
        run, _ = self.run()
        with toy_run() as plain:
            list(train(plain))
        if not self.changes_training:
            assert run.step == plain.step == 6
            one, other = (model_to_bytes(each.pipeline.models()["line"]) for each in (run, plain))
            assert one == other, "the weights differ from those of a run without it"

    @pytest.mark.parametrize("step", [1, 2, 3, 5])
    def test_a_run_that_is_resumed_ends_as_if_it_had_not_been_left(
        self, step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        straight, _ = self._left_and_resumed(tmp_path / "straight", 0, monkeypatch)
        # It may end the run early.
        step = min(step, max(1, straight.step - 1))
        run, kept = self._left_and_resumed(tmp_path / "resumed", step, monkeypatch)
        assert (run.step, run.history, run.reason) == (straight.step, straight.history, straight.reason), (
            "the run ended otherwise: what the callback knows is to come back by state() and restore(state)"
        )
        one, other = (model_to_bytes(each.pipeline.models()["line"]) for each in (run, straight))
        assert one == other, "the weights differ"
        assert (run.averages is None) == (straight.averages is None)
        for key, average in (straight.averages or {}).items():
            assert (average == (run.averages or {})[key]).all(), "the averages differ"
        lines = [
            {path.name: len(path.read_bytes().splitlines()) for path in folder.iterdir() if path.is_file()}
            for folder in (tmp_path / "straight", tmp_path / "resumed")
        ]
        assert lines[0] == lines[1], "files that it writes have other numbers of lines"
        assert not kept, f"what can't be kept is named in notes, and nothing is to be: {kept}"

    def _left_and_resumed(
        self, folder: Path, step: int, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[Run, list[str]]:
        """A run in a folder that is left after a step and resumed, and the notes about the callback. step: 0 to go through."""
        folder.mkdir()
        monkeypatch.chdir(folder)
        settings = {
            "output": folder / "output",
            "config": f"{self._config()}\n{_EVERY_STEP}",
            **self._place(),
        }
        notes: list[str] = []
        monkeypatch.setattr("kernel.training.callback_state.note", notes.append)
        if step:
            with toy_run(**settings) as run, closing(train(run)) as steps:
                for info in steps:
                    if info.step == step:
                        break
        with toy_run(**settings, resume=bool(step)) as run:
            list(train(run))
        return run, notes

    def test_two_runs_in_one_process_do_not_meet(self) -> None:
        first = self.run()[0]
        for path in Path.cwd().iterdir():
            if path.is_file():
                path.unlink()
        second = self.run()[0]
        assert (first.step, first.history, first.reason) == (second.step, second.history, second.reason)

    def test_a_run_that_fails_keeps_its_own_error(self, recwarn: pytest.WarningsRecorder) -> None:
        try:
            run, _ = self.run(fails=True)
        except ToyError:
            pass
        else:
            ended = f"the run that was to fail in its fourth update ended after {run.step}: {run.reason}"
            if self.changes_training:
                pytest.skip(ended)
            pytest.fail(
                f"{ended}. A callback that is there to change or stop training says changes_training = True."
            )
        assert not [str(each.message) for each in recwarn], "the callback failed after the run had failed"

    def _place(self) -> dict[str, Any]:
        return {} if self.setting else {"callbacks": {"suite": self.block()}}

    def _config(self) -> str:
        return self.config + (Config(_nested(self.setting, self.block())).to_str() if self.setting else "")


def _nested(path: str, block: dict[str, Any]) -> dict[str, Any]:
    for part in reversed(path.split(".")):
        block = {part: block}
    return block


class LoggerSuite(CallbackSuite):
    """A function of the registry `loggers`.

    It returns a callback, or a function `setup(pipeline, stdout, stderr)` that returns `log_step(info)` and
    `finalize()`.
    """

    kind = "loggers"

    def _place(self) -> dict[str, Any]:
        return {"logger": self.block()}
