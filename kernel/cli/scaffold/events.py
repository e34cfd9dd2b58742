"""Texts for plugins that follow a training run."""

from kernel.cli.scaffold.kinds import Kind

CALLBACKS = Kind(
    module="callback",
    function="make_callback",
    registered="$owner.StepPrinter.v1",
    about="a callback that prints the losses of every so many steps",
    code='''"""A callback that prints the losses of every so many steps."""

from kernel import hookimpl
from kernel.training.run import Info, Run


class StepPrinter:
    """Each method is an event of a run; it takes whichever of its arguments it needs."""

    def __init__(self, every: int) -> None:
        self.every = every

    @hookimpl
    def step_end(self, info: Info) -> None:
        if info.step % self.every == 0:
            losses = [f"{name} {loss:.3f}" for name, loss in info.losses.items()]
            print(f"step {info.step}: {', '.join(losses)}")

    @hookimpl
    def train_end(self, run: Run, reason: str) -> None:
        print(f"stopped after {run.step} steps: {reason}")


def make_callback(every: int = 100) -> StepPrinter:
    """Print the losses. every: how many steps apart."""
    return StepPrinter(every)
''',
    test='''"""The callback goes through the conformance suite, and prints."""

from typing import ClassVar

from kernel.testing import CallbackSuite


class TestStepPrinter(CallbackSuite):
    name = "$owner.StepPrinter.v1"
    settings: ClassVar = {"every": 3}

    def test_prints_every_third_step_and_the_end(self) -> None:
        _, printed = self.run()
        steps = [line.split(":")[0] for line in printed.splitlines()]
        assert steps == ["step 3", "step 6", "stopped after 6 steps"]
''',
    config={"training.callbacks.printer": '@callbacks = "$owner.StepPrinter.v1"\nevery = 100'},
)

LOGGERS = Kind(
    module="logger",
    function="make_logger",
    registered="$owner.ScoreLogger.v1",
    about="a logger that prints a line for every evaluation",
    code='''"""A logger that prints a line for every evaluation."""

from collections.abc import Callable
from typing import IO, Any

LogStep = Callable[[dict[str, Any] | None], None]


def make_logger(
    digits: int = 3,
) -> Callable[[Any, IO[str], IO[str]], tuple[LogStep, Callable[[], None]]]:
    """Print step and score of every evaluation. digits: after the point."""

    def setup(
        nlp: Any, stdout: IO[str], stderr: IO[str]
    ) -> tuple[LogStep, Callable[[], None]]:
        def log_step(info: dict[str, Any] | None) -> None:
            # None after a step that was not evaluated.
            if info is not None:
                stdout.write(f"{info['step']}\\t{info['score']:.{digits}f}\\n")

        def finalize() -> None:
            stdout.flush()

        return log_step, finalize

    return setup
''',
    test='''"""The logger goes through the conformance suite, and prints."""

from kernel.testing import LoggerSuite


class TestScoreLogger(LoggerSuite):
    name = "$owner.ScoreLogger.v1"

    def test_prints_a_line_for_every_evaluation(self) -> None:
        _, printed = self.run()
        assert [line.split("\\t")[0] for line in printed.splitlines()] == ["2", "4", "6"]
''',
    config={"training.logger": '@loggers = "$owner.ScoreLogger.v1"\ndigits = 3'},
)
