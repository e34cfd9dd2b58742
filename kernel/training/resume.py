"""Going on with a run that ended too early: finding what it left, and refusing what would not be the same run."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from kernel.errors import DataError, KernelError, UsageError, keep, note, warn
from kernel.registries.blame import describe_error
from kernel.training import snapshot
from kernel.training.batches import Batches
from kernel.training.checkpoint import FOLDER, checkpoints, latest, step_of
from kernel.training.drift import Change, changes, check_words, refuse, strange
from kernel.training.encoding import packed, unpacked
from kernel.training.history import FILE, rows
from kernel.training.output import claim, write_record
from kernel.training.record import Record
from kernel.training.run import Run
from kernel.training.snapshot import Snapshot


@dataclass
class Left:
    """What a run left. folder: of the checkpoint. output: of the run. is_own: whether that is the one to go on in. changes: what
    has changed since, and is allowed."""

    folder: Path
    output: Path
    snapshot: Snapshot
    is_own: bool
    changes: list[Change] = field(default_factory=list)

    @property
    def seed(self) -> int:
        """The seed of the run, also if the config leaves it to chance."""
        found: int = self.snapshot.run["seed"]
        return found

    @property
    def step(self) -> int:
        """The step after which the state was taken."""
        found: int = self.snapshot.run["step"]
        return found

    @property
    def reason(self) -> str | None:
        """Why the run ended, None if it has not."""
        found: str | None = self.snapshot.run["reason"]
        return found

    @property
    def is_later_there(self) -> bool:
        """Whether the output has a checkpoint of a later step, so that its models may be later ones too."""
        return any(step_of(folder) > self.step for folder in checkpoints(self.output))

    @property
    def is_ended(self) -> bool:
        """Whether there is nothing to go on with: the run came to its end, and the same one would end there again."""
        return self.reason is not None and not self.changes

    def history(self) -> list[dict[str, Any]]:
        """The rows of its history until then."""
        return list(rows(self.output, self.snapshot.part("history")))


def find(
    output: Path | None, *, resume: bool, resume_from: Path | None = None, allowed: Sequence[str] = ()
) -> Left | None:
    """What to go on from: the output's own checkpoint if `resume`, otherwise that of another run.

    allowed: words for what may have changed since. None, with a note, where the output has none yet. `UsageError` if the other
    run has none, for a word that nothing can be called, and for any word where nothing is to be resumed.
    """
    if allowed and not resume and resume_from is None:
        raise UsageError(
            "--allow-drift says what a run that is resumed may differ in, and none is",
            hint="Give --resume too, or leave it out to begin anew.",
        )
    check_words(allowed)
    if resume and output is None:
        raise UsageError("--resume needs the output of the run", hint="Give it with -o.")
    if resume and output is not None:
        found = latest(output)
        if found is not None:
            return Left(found[0], output, found[1], True)
        if resume_from is None:
            note(f"{output} has nothing to resume from: the run begins anew")
    if resume_from is None:
        return None
    found = latest(resume_from)
    if found is None:
        raise UsageError(
            f"{resume_from} has nothing to resume from",
            hint=f"Name the output of a run, which holds a folder {FOLDER}, or a checkpoint in that.",
        )
    other = found[0].parent.parent if found[0].parent.name == FOLDER else resume_from
    return Left(found[0], other, found[1], output is not None and other.resolve() == output.resolve())


def check(run: Run, left: Left, allowed: Collection[str] = ()) -> None:
    """Let a prepared run go on from what was left, when it is trained.

    allowed: words for what may have changed since. `UsageError` with all other changes; nothing is written before.
    """
    facts, size = left.snapshot.part("facts"), left.snapshot.part("history")
    if strange(facts) or type(size) is not int or size < 0:
        raise DataError(
            f"the checkpoint {left.folder} does not say what its run was made of, or how long its history was",
            hint="Train without --resume: what is there moves aside.",
        )
    found = changes(facts, run.facts)
    left.changes = refuse(found, list(allowed), f"the checkpoint {left.folder}")
    resumed = list(left.snapshot.part("facts").get("resumed", ()))
    if left.changes:
        # Otherwise it is the same run, and its record the same.
        resumed.append({"step": left.step, "changes": [asdict(change) for change in left.changes]})
    if resumed:
        run.facts["resumed"] = resumed
    run.resumed = left


def hand_over(run: Run) -> None:
    """Let every member of the team go on from what the first one goes on from, whose files the others may not be able to read."""
    left: Left | None = run.resumed
    told: dict[str, Any] | None = None
    if left is not None:
        changed = [asdict(change) for change in left.changes]
        told = {"folder": str(left.folder), "output": str(left.output), "changes": changed}
        told["tree"] = left.snapshot.tree
    told = run.team.agreed(told)
    if told is None:
        return
    data = run.team.spread(packed(left.snapshot.arrays) if left is not None else b"")
    if left is None:
        state = Snapshot(told["tree"], unpacked(BytesIO(data)))
        allowed = [Change(**change) for change in told["changes"]]
        run.resumed = Left(Path(told["folder"]), Path(told["output"]), state, True, allowed)


def restore(run: Run, batches: Batches, record: Record) -> bool:
    """Bring a prepared run to where the one was that it goes on with. True if that has ended, and there is nothing to do."""
    left: Left = run.resumed
    try:
        snapshot.restore(run, left.snapshot, batches.restore)
    except KernelError:
        raise
    except Exception as error:
        text = f"the checkpoint {left.folder} does not fit to this run: {describe_error(error)}"
        raise keep(
            DataError(text, hint="Train without --resume: what is there moves aside."), error
        ) from error
    if left.is_ended:
        run.reason = left.reason
        return True
    if left.is_own:
        run.is_claimed = True
        # Another one may have gone on from here, and come to no checkpoint.
        write_record(run)
    elif run.output is not None:
        claim(run)
        copy_history(left, run.output)
        if run.kept_step:
            copy_best(left, run)
    record.go_on(left.snapshot.part("history"))
    return False


def copy_best(left: Left, run: Run) -> None:
    """Let the best model of another run be that of this one, which may have no better one to come."""
    results = run.kind.results
    source = None if left.is_later_there else left.output
    if not results.take_best(source, run.output):  # type: ignore[arg-type]
        warn(
            f"the best model so far, of step {run.kept_step}, is not in {left.output}: there is no {results.best} until a score is as good"
        )


def copy_history(left: Left, output: Path) -> None:
    """Let the history of another run be the beginning of this one's."""
    if (left.output / FILE).exists():
        shutil.copyfile(left.output / FILE, output / FILE)
    else:
        warn(f"{left.output} has no {FILE}: the history begins with the step that is resumed")
