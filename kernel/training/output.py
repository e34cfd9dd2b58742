"""The output directory of a run: what it leaves there, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain, count
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from kernel.config import Config
from kernel.config.sections import deciding
from kernel.errors import CallbackError, DataError, KernelError, TrainingError, UsageError, warn
from kernel.files.atomic import MANIFEST, atomic_directory, atomic_file, move, read_manifest, tidy, whole
from kernel.files.home import expand_home
from kernel.files.lock import Lock, refuse_if_locked
from kernel.files.trees import has_mounts, remove
from kernel.numeric.server import read
from kernel.numeric.shims import weights_of
from kernel.registries.blame import naming
from kernel.saving.directories import BEST, LAST
from kernel.saving.provenance import provenance
from kernel.training import checkpoint
from kernel.training.history import FILE as HISTORY
from kernel.training.kinds import Results, RunKind
from kernel.training.run import Run
from kernel.visible import shell_word

# Beside them: what the run went by.
RECORD = "run.json"


class Unsavable(TrainingError):
    """What has been learnt since the last saved model is spoilt (nan), or saving it failed."""


class Models:
    """The results of training: the directories `model-last` and `model-best`."""

    last, best = LAST, BEST

    def names(self, output: Path) -> list[str]:
        """Those of the two that are there."""
        return [name for name in (LAST, BEST) if whole(output / name).exists()]

    def check(self, output: Path) -> None:
        """`UsageError` if a directory of that name was not saved by kernel."""
        for model in (output / LAST, output / BEST):
            is_ours = read_manifest(model) is not None if model.exists() else True
            if not is_ours and (not model.is_dir() or any(model.iterdir())):
                raise UsageError(
                    f"{model} exists and was not saved by kernel",
                    hint="Choose another --output, or move it away.",
                )

    def write(self, run: Run, *, is_best: bool) -> None:
        """Save the pipeline, and copy it if it is the best."""
        output: Any = run.output
        _describe(run)
        # What is saved is what was evaluated, also where before_to_disk makes another pipeline of it.
        pipeline = _before_to_disk(run)
        with atomic_directory(output / LAST) as directory:
            pipeline.to_disk(directory)
            # A pipeline that knows better (one with copied components, say) writes its own.
            if not (directory / "config.cfg").exists():
                deciding(run.config).to_disk(directory / "config.cfg")
        if is_best:
            _copy(output / LAST, output / BEST)

    def take_best(self, source: Path | None, output: Path) -> bool:
        """Copy it, if it is whole."""
        best = output / BEST
        if source is None or read_manifest(source / BEST) is None:
            remove(best)
            return False
        _copy(source / BEST, best)
        return True


TRAINING = RunKind("training", "kernel train", Models())
"""The kernel's own kind of run."""


def check_output(output: Path, results: Results = TRAINING.results) -> None:
    """Create the output directory and make sure, before training, that results can be written there.

    What a run left there in the middle of writing goes. `Locked` if another run writes there.
    """
    try:
        with output_lock(output):
            tidy(output)
    except OSError as error:
        raise UsageError(f"can't write to the output directory {output}: {error.strerror}") from error
    results.check(output)


def check_apart(output: Path, config: Mapping[str, Any], results: Results = TRAINING.results) -> None:
    """`UsageError` if a run would replace what it begins with: a component or vectors of the models in its own output.

    config: interpolated. Otherwise each repetition would train on from the result of the one before, which it replaces.
    """
    names = dict.fromkeys((results.last, results.best, *results.names(output)))
    models = [(output / name).resolve() for name in names]
    for place, value in _texts(config):
        path = expand_home(value).absolute()
        try:
            found = path.resolve()
        except (OSError, RuntimeError, ValueError):
            continue
        # The output of a training means its best model there.
        is_output = found == output.resolve() and place.rpartition(".")[2] in ("source", "vectors")
        if is_output or any(found == model or model in found.parents for model in models):
            raise UsageError(
                f"{place} = {json.dumps(value, ensure_ascii=False)} lies in the output of this run, {output}, whose models it replaces",
                hint="Choose another output, so that what the run begins with is kept.",
            )


def _texts(block: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a config that may be paths, each with its place."""
    for key, value in block.items():
        if isinstance(value, Mapping):
            yield from _texts(value, f"{prefix}{key}.")
        elif isinstance(value, (str, Path)) and str(value):
            yield f"{prefix}{key}", str(value)


def output_lock(output: Path) -> Lock:
    """The lock that a run has on its output directory. `Locked` if that lies in the output of another run."""
    refuse_if_locked(output.resolve().parent)
    return Lock(output, inside=True)


def claim(run: Run) -> None:
    """Let the output belong to a run, whose record is written there.

    What a run with another config left there moves away, and so does what one left that was interrupted. What one with the
    same config left is replaced, once that has ended.
    """
    output, results = run.output, run.kind.results
    if output is None or run.is_claimed:
        return
    number = fingerprint(run.config)
    unfinished = _unfinished(output)
    if not is_free(output, results) and _recorded(output / RECORD) != number:
        aside = _move_aside(output, results)
        warn(f"{output} had the models of a run with another config: they are now in {aside}")
    elif unfinished is not None:
        aside = _move_aside(output, results)
        warn(
            f"{output} had a run that was interrupted after step {unfinished}, and that --resume would have gone on with: "
            f"it is now in {aside}"
        )
    checkpoint.keep_only(output, ())
    remove(checkpoint.failed(output))
    (output / HISTORY).unlink(missing_ok=True)
    write_record(run)
    run.is_claimed = True


def is_free(output: Path, results: Results = TRAINING.results) -> bool:
    """Whether no run has left anything in an output that another would have to replace or to move."""
    return not results.names(output) and not checkpoint.checkpoints(output)


def _move_aside(output: Path, results: Results) -> Path:
    """Move all that a run left to a directory of its own."""
    aside = _free(output)
    for name in (*results.names(output), RECORD, HISTORY, checkpoint.FOLDER, checkpoint.FAILED):
        if whole(output / name).exists():
            move(output / name, aside / name)
    return aside


def _unfinished(output: Path) -> int | None:
    """The step of the latest checkpoint of a run that has not ended, None if it has, or there is none.

    Of checkpoints that can't be read, it isn't known that the run has ended.
    """
    found = checkpoint.checkpoints(output)
    for folder in found:
        try:
            counters = checkpoint.read(folder).run
        except DataError:
            continue
        return None if counters["reason"] else int(counters["step"])
    return checkpoint.step_of(found[0]) if found else None


def write_record(run: Run) -> None:
    """Write `run.json`: what the run goes by."""
    if run.output is None:
        return
    with atomic_file(run.output / RECORD) as fresh:
        record = {**run.facts, "config": fingerprint(run.config)}
        fresh.write_text(json.dumps(record, indent=1) + "\n", encoding="utf8")


def fingerprint(config: Config) -> str:
    """The SHA-256 of what a config comes to: the same for runs that do the same, if their data are the same."""
    text = json.dumps(deciding(config).interpolate(), sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _recorded(record: Path) -> str | None:
    try:
        found = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return None
    return found.get("config") if isinstance(found, dict) else None


def _free(output: Path) -> Path:
    """A new directory beside the output: `output.1`, or the next number that is free.

    Inside of it where a disk is mounted there, off which nothing is moved, or where nothing may be put beside it.
    """
    final = output.resolve()
    if not has_mounts(final):
        with suppress(PermissionError):
            aside = _numbered(final, final.parent)
            return output.with_name(aside.name) if output.name == final.name else aside
    return output / _numbered(final, final).name


def _numbered(output: Path, parent: Path) -> Path:
    for number in count(1):
        aside = parent / f"{output.name}.{number}"
        try:
            aside.mkdir()
        except FileExistsError:
            continue
        return aside
    raise AssertionError("numbers don't end")


def save(run: Run, *, is_best: bool) -> None:
    """Write the results so far, `model-last`, and `model-best` if it is the best, with the averaged weights if there are any."""
    if run.output is None:
        return
    check_weights(run)
    results = run.kind.results
    last, best = run.output / results.last, run.output / results.best
    with saving(run):
        claim(run)
        with run.averaged():
            results.write(run, is_best=is_best)
    run.saved_step = run.step
    run.hook.saved(run=run, path=last, is_best=False)
    if is_best:
        run.hook.saved(run=run, path=best, is_best=True)


@contextmanager
def saving(run: Run) -> Iterator[None]:
    """Errors of the disk within the block come out as `Unsavable`, with what there is to do."""
    try:
        yield
    except KernelError:
        raise
    except OSError as error:
        raise Unsavable(
            f"can't save the pipeline to {run.output}: {error.strerror or error}",
            hint=f"What was saved before is whole. When there is room, {run.kind.command} ... --resume goes on from the last checkpoint.",
        ) from error


def _before_to_disk(run: Run) -> Any:
    """The pipeline to save."""
    if run.settings.before_to_disk is None:
        return run.pipeline
    try:
        with naming(f"{run.section}.before_to_disk"):
            pipeline = run.settings.before_to_disk(run.pipeline)
    except CallbackError as error:
        raise Unsavable(error.message) from error
    if not hasattr(pipeline, "to_disk"):
        raise Unsavable(f"{run.section}.before_to_disk must return the pipeline, not {pipeline!r}")
    return pipeline


def check_weights(run: Run) -> None:
    """`Unsavable` if weights are nan or infinite."""
    # None if other frameworks hold all of them. If not, one sum says whether it is worth while to look at each.
    weights = run.parameters.weights
    with np.errstate(all="ignore"):
        own = weights is not None and not isfinite(weights.sum())
        spoilt = [name for name, model in run.pipeline.models().items() if not _is_finite(model, own)]
    if not spoilt:
        return
    raise Unsavable(
        f"weights of {', '.join(map(repr, spoilt))} are nan or infinite at step {run.step}; the last saved model is kept",
        hint=advice(run, "looks for the step that made them so, from the last checkpoint on"),
    )


def advice(run: Run, replay: str) -> str:
    """What there is to do about numbers that are not finite. replay: what `kernel replay` does."""
    general = "A lower learn_rate, a warm-up or a smaller grad_clip helps; so does looking at the data."
    if run.output is None:
        return general
    return (
        f"{general}\nkernel replay {shell_word(str(run.output))} {replay}. To go on from the last checkpoint, change something, or "
        f"the run comes here again: {run.kind.command} ... --resume --{run.section}.optimizer.learn_rate 0.0001 "
        f"--allow-drift {run.section}.optimizer.learn_rate"
    )


def _is_finite(model: Any, own: bool) -> bool:
    """Whether the weights of a model are finite; those of its layers themselves are looked at if `own` says so."""
    nodes = list(model.walk())
    layers = (read(node, name) for node in nodes if own for name in node.param_names if node.has_param(name))
    others = (array for node in nodes for shim in node.shims for array in weights_of(shim).values())
    return all(isfinite(array.sum()) for array in chain(layers, others))


def _describe(run: Run) -> None:
    meta = run.pipeline.meta
    meta["provenance"] = provenance(deciding(run.config))
    # Those of an evaluation, or of an earlier run, say nothing of the weights after further steps.
    meta.pop("performance", None)
    if not run.is_evaluated:
        return
    # Speed differs from run to run, and equal runs are to give equal files.
    performance = {name: run.scores.get(name) for name in run.weights if name != "speed"}
    performance.update({f"{name}_loss": loss for name, loss in run.losses.items()})
    meta["performance"] = performance


def _copy(source: Path, target: Path) -> None:
    manifest = read_manifest(source) or {"files": {}}
    with atomic_directory(target) as directory:
        for name in manifest["files"]:
            if name != MANIFEST:
                (directory / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, directory / name)
        for name in manifest.get("empty", ()):
            (directory / name).mkdir(parents=True, exist_ok=True)
