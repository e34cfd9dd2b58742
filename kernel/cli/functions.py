"""Commands as functions, for scripts and notebooks: `kernel.train` and `kernel.info`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from kernel.training.run import Run


@dataclass(frozen=True)
class Evaluation:
    """What was measured at a step.

    score: the weighted one, None if nothing of it was measured. losses: component -> sum since the evaluation before.
    words and seconds: since the start of the run.
    """

    step: int
    epoch: int
    score: float | None
    scores: dict[str, Any]
    losses: dict[str, float]
    words: int
    seconds: float


class Trained(NamedTuple):
    """What `train` returns: the pipeline with the weights of the last step, and the evaluations in their order."""

    pipeline: Any
    history: list[Evaluation]


def train(
    config: str | Path | Mapping[str, Any],
    output: str | Path | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    code: str | Path | Iterable[str | Path] = (),
    gpu_id: int = -1,
    resume: bool | str | Path = False,
    allow_drift: Iterable[str] = (),
) -> Trained:
    """Train a pipeline as `kernel train` does, and return it with the history of its scores.

    config: a file, or a config as a dict. output: directory for `model-best` and `model-last`; without it nothing is
    saved. overrides: values over those of the config, by dotted path: `{"training.max_steps": 100}`. code: Python files
    to import first, as with `--code`. gpu_id: -1 for the CPU. resume: go on with the run that was interrupted in the output, as
    with `--resume`, or where another one was, whose output this names. allow_drift: words for what may have changed since.
    `ConfigError` with every problem of the config.
    """
    from kernel.errors import UsageError
    from kernel.registries.code import load_code
    from kernel.training.output import output_lock
    from kernel.training.prepare import prepare
    from kernel.training.restarts import with_restarts
    from kernel.training.resume import Left, check, find

    for path in [code] if isinstance(code, str | Path) else code:
        load_code(path)
    whole = _config(config, overrides or {})
    if output == "":
        raise UsageError("output is an empty text, and no directory", hint="None saves nothing.")
    folder = None if output is None else Path(output)
    lock = None if folder is None else output_lock(folder)
    try:
        other = None if isinstance(resume, bool) else Path(resume)
        words = [allow_drift] if isinstance(allow_drift, str) else list(allow_drift)
        earlier: list[Evaluation] = []
        left: Left | None = None

        def attempt(again: bool, seed: int | None) -> Run:
            nonlocal left
            left = find(folder, resume=resume is True or again, resume_from=other, allowed=words)
            return prepare(
                whole, output=folder, lock=lock, gpu_id=gpu_id, seed=seed if left is None else left.seed
            )

        def steps(run: Run) -> list[Evaluation]:
            earlier.clear()
            if left is not None:
                check(run, left, words)
                earlier.extend(_read(row) for row in left.history() if "evaluation" in row)
            return list(_evaluations(run))

        run, evaluations = with_restarts(attempt, steps, lock)
    finally:
        if lock is not None:
            lock.release()
    return Trained(run.pipeline, earlier + evaluations)


def info(model: str | Path | None = None, *, silent: bool = True) -> dict[str, Any]:
    """Versions, plugins, BLAS and GPUs; or, with `model`, what a saved pipeline says of itself.

    silent: False prints it as well, as `kernel info` does.
    """
    from kernel.cli.info import facts, lines, pipeline_facts
    from kernel.cli.say import say_text

    found = facts() if model is None else pipeline_facts(str(model))
    if not silent:
        say_text("\n".join(lines(found)))
    return found


def _config(config: str | Path | Mapping[str, Any], overrides: Mapping[str, Any]) -> Any:
    from kernel.config import Config
    from kernel.config.overrides import apply_overrides
    from kernel.errors import ConfigError
    from kernel.training.diagnosis import read_config

    if not isinstance(config, Mapping):
        return read_config(config, overrides)
    whole = Config(config).copy()
    problems = apply_overrides(whole, whole.sources, overrides)
    if problems:
        raise ConfigError(problems)
    return whole


def _evaluations(run: Run) -> Iterator[Evaluation]:
    """Train until the end; the evaluation after the last step comes when the loop is done."""
    from kernel.training.loop import train as train_loop

    losses: dict[str, float] = {} if run.resumed is None else dict(run.resumed.snapshot.run["losses"])
    with closing(train_loop(run)) as steps:
        for step in steps:
            for name, loss in step.losses.items():
                losses[name] = losses.get(name, 0.0) + loss
            if step.scores is not None:
                yield _evaluation(run, losses)
                losses = {}
    if losses:
        yield _evaluation(run, losses)


def _evaluation(run: Run, losses: dict[str, float]) -> Evaluation:
    return Evaluation(run.step, run.epoch, run.score, dict(run.scores), losses, run.words, run.seconds)


def _read(row: Mapping[str, Any]) -> Evaluation:
    """An evaluation as the history of the run has it."""
    facts = {name: row[name] for name in ("epoch", "score", "scores", "losses", "words", "seconds")}
    return Evaluation(step=row["evaluation"], **facts)
