"""The state of a run between two steps, copied: everything that an equal run needs to go on from there.

Nothing random is in it, since random streams have keys. What is not plain data is named, and not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from kernel import __version__
from kernel.errors import DataError
from kernel.numeric.model_state import model_state, restore_models
from kernel.numeric.optimizer_state import optimizer_state, restore_optimizer
from kernel.numeric.parameters import paths, shims
from kernel.numeric.random import seed_all
from kernel.numeric.shims import weights_of
from kernel.registries.blame import naming
from kernel.training.encoding import Arrays, NotPlain, decode, encode
from kernel.training.run import Run

FORMAT = 1
# Of a run, besides its time, its scores and its averages.
_COUNTERS = (
    "seed",
    "step",
    "epoch",
    "words",
    "losses",
    "history",
    "best_score",
    "best_step",
    "kept_step",
    "dropout",
    "saved_step",
    "reason",
)
_KINDS = {"run": dict, "models": dict, "position": dict, "callbacks": list}


@dataclass
class Snapshot:
    """The state of a run as it was once. tree: what JSON has of it. arrays: those that the tree names by number."""

    tree: dict[str, Any]
    arrays: list[Any]

    def check(self) -> None:
        """`DataError` if it is not the state of a run, as far as can be told before there is one."""
        for name, kind in _KINDS.items():
            if not isinstance(self.part(name), kind):
                raise DataError(f"it has no {name}, or one of another kind")
        state = self.run
        lacking = [name for name in (*_COUNTERS, "scores", "seconds", "asked") if name not in state]
        if lacking:
            raise DataError(f"its run has no {', '.join(lacking)}")
        for name in ("step", "epoch", "seed", "words"):
            if type(state[name]) is not int or state[name] < 0:
                raise DataError(f"its run has a {name} that is no number from 0")
        if not isinstance(state["reason"], str | None):
            raise DataError("its run has a reason that is no text")

    def part(self, name: str) -> Any:
        """One part of it, None if it isn't there."""
        return decode(self.tree.get(name), self.arrays)

    @property
    def run(self) -> dict[str, Any]:
        """Counters of the run: its step, its epoch, its seed, why it ended."""
        found: dict[str, Any] = self.part("run")
        return found


def take(
    run: Run, position: Any, callbacks: Any, *, asked: bool = True, extra: Mapping[str, Any] | None = None
) -> Snapshot:
    """Copy the state of a run between two steps.

    position: state of its data, see `kernel.training.batches`. callbacks: their states, encoded by `arrays`. asked: whether
    it is known if training goes on after this step. extra: further plain data.
    """
    arrays = Arrays()
    models = run.pipeline.models()
    with naming(f"state() of {run.section}.optimizer"):
        optimizer = optimizer_state(run.optimizer, models)
    parts: dict[str, Any] = {
        "run": {
            **{name: getattr(run, name) for name in _COUNTERS},
            "scores": _plain_scores(run.scores),
            "seconds": run.seconds,
            "asked": asked,
        },
        "models": model_state(models),
        "optimizer": optimizer,
        "averages": _by_path(run),
        "position": position,
        "callbacks": callbacks,
        "pipeline": run.pipeline.state() if hasattr(run.pipeline, "state") else None,
        **(extra or {}),
    }
    tree: dict[str, Any] = {"format": FORMAT, "kernel": __version__}
    for name, part in parts.items():
        try:
            tree[name] = encode(part, arrays)
        except NotPlain as error:
            raise DataError(
                f"the state of the run can't be kept: {name} {error.place} holds an object of type {error.kind}",
                hint="state() returns plain data: numbers, texts, lists, tuples, dicts, sets and arrays.",
            ) from error
    return Snapshot(tree, arrays.copies)


def restore(run: Run, snapshot: Snapshot, position: Callable[[Any], None]) -> None:
    """Bring a run that has been prepared, and not begun, to where another one was. position: restores that of its data.

    Its callbacks are not among it: see `kernel.training.callback_state`.
    """
    state = snapshot.run
    for name in _COUNTERS:
        if name not in ("reason",):
            setattr(run, name, state[name])
    run.scores = state["scores"]
    run.started = perf_counter() - state["seconds"]
    models = run.pipeline.models()
    restore_models(models, snapshot.part("models"))
    with naming(f"restore() of {run.section}.optimizer"):
        restore_optimizer(run.optimizer, models, snapshot.part("optimizer"), lambda: _replay_schedules(run))
    if snapshot.tree["pipeline"] is not None:
        pipeline: Any = run.pipeline
        pipeline.restore(snapshot.part("pipeline"))
    run.averages = _on_device(run, snapshot.part("averages"))
    position(snapshot.part("position"))


def _replay_schedules(run: Run) -> None:
    """Draw the values of all steps so far from the schedules of the optimizer."""
    if not hasattr(run.optimizer, "step_schedules"):
        return
    for step in range(run.step):
        seed_all(run.seed, "schedules", step)
        run.optimizer.step_schedules()


def _by_path(run: Run) -> dict[Any, Any] | None:
    """The averages that a callback keeps, under paths, which are the same in every process."""
    if run.averages is None:
        return None
    models = run.pipeline.models()
    known = {(node.id, name): path for path, (node, name) in paths(models).items()}
    known |= {(shim.id, name): f"{path}:{name}" for path, shim in shims(models) for name in weights_of(shim)}
    return {known.get(key, key): value for key, value in run.averages.items()}


def _on_device(run: Run, averages: dict[Any, Any] | None) -> dict[Any, Any] | None:
    if averages is None:
        return None
    known = paths(run.pipeline.models())
    return {
        key: known[key][0].ops.asarray(value) if key in known else value for key, value in averages.items()
    }


def _plain_scores(scores: Mapping[str, Any]) -> dict[str, Any]:
    """The scores that can be written; what others are is known from the table already."""
    found = {}
    for name, value in scores.items():
        try:
            encode(value, Arrays())
        except NotPlain:
            continue
        found[name] = value
    return found
