"""What a process does that takes part in the run of another one."""

from __future__ import annotations

import json
import os
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from kernel.config import Config
from kernel.errors import KernelError, keep
from kernel.registries.blame import describe_error
from kernel.registries.definitions import Definitions, define
from kernel.training.loop import train
from kernel.training.manifest import facts
from kernel.training.prepare import prepare
from kernel.training.team import Lost, Member, Team


def work(member: Member, task: bytes, local_rank: int | None = None) -> None:
    """Be a member of a team, in a process of its own, until the run has ended. Called by backends.

    local_rank: its number among the members of its machine, from 0, by default its rank: each has a GPU of its own there, where the run
    is on GPUs, counted from that of the first member. An error here is raised by the first member. Nothing is printed: the first member tells it all.
    """
    team, told = Team(member), json.loads(task)
    is_there = os.path.isdir(told["folder"])
    try:
        if is_there:
            os.chdir(told["folder"])
        _train(team, told, team.rank if local_rank is None else local_rank)
    except Lost:
        # The first member has ended, or somebody else, which the first one says.
        return
    except (Exception, SystemExit) as error:  # noqa: BLE001 (code of users)
        ours = error if isinstance(error, KernelError) else keep(KernelError(describe_error(error)), error)
        if not is_there:
            ours.add_note(
                f"The folder {told['folder']} is not on the machine of this worker, where relative paths begin at {os.getcwd()}."
            )
        ours.add_note("In the worker process:\n" + "".join(traceback.format_exception(error)))
        with suppress(Lost):
            team.fail(ours)


def _train(team: Team, task: dict[str, Any], local_rank: int) -> None:
    define(Definitions(**_as_tuples(task["definitions"])))
    run = prepare(
        Config().from_str(task["config"], interpolate=False),
        gpu_id=task["gpu_id"] if task["gpu_id"] < 0 else task["gpu_id"] + local_rank,
        seed=task["seed"],
        section=task["section"],
        team=team,
    )
    run.facts = facts(run, None if task["output"] is None else Path(task["output"]))
    for _ in train(run):
        pass


def _as_tuples(found: dict[str, Any]) -> dict[str, Any]:
    main = found["main"]
    return {
        **found,
        "main": None if main is None else tuple(main),
        "modules": [tuple(each) for each in found["modules"]],
        "only_and_deny": tuple(found["only_and_deny"]),
    }
