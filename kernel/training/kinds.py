"""Kinds of runs. Each is described by a section of the config: the kernel has `[training]`, and packages add others.

The schema of such a section says so with `Section.run_kind`. The loop, its events, limits, checkpoints and shards are the
same for all of them; what they differ in stands in a `RunKind`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from kernel.config import Config
from kernel.config.schemas import Section, TrainingSchema
from kernel.config.sections import schema_of
from kernel.errors import UsageError
from kernel.registries.family import Registries
from kernel.training.protocols import Pipeline


class Results(Protocol):
    """What runs of one kind leave in their output, besides records and checkpoints. last, best: names of what is saved."""

    last: str
    best: str

    def names(self, output: Path) -> list[str]:
        """What of it is in an output: what moves aside for a run with another config."""
        ...

    def check(self, output: Path) -> None:
        """`UsageError` if something is in the place of it that is none of it."""
        ...

    def write(self, run: Any, *, is_best: bool) -> None:
        """Write `last`, and `best` if it is the best, each whole or not at all. run: a `Run` that has averages in place of its weights."""
        ...

    def take_best(self, source: Path | None, output: Path) -> bool:
        """Let `best` of an output be that of another, and say whether that has one; remove it for None."""
        ...


def _as_config_says(cls: type[Pipeline], config: Config, settings: Any) -> Pipeline:
    return cls.from_config(config)


@dataclass(frozen=True)
class RunKind:
    """What makes a run of one kind."""

    section: str
    """The section that describes it."""
    command: str
    """What begins it, for messages: `kernel train`."""
    results: Results
    """What it leaves in its output."""
    hint: str = ""
    """How a config without the section gets it."""
    schema: type[Section] = TrainingSchema
    """Of the section; that of a package's section is set when it is looked up."""
    keys: Mapping[str, str] | None = None
    """Key of `[training]` -> what the section has in its place, where that has another name."""
    adapted: Callable[[dict[str, Any]], dict[str, Any]] = dict
    """Makes settings with the meanings of `[training]` of those of the section, as built."""
    pipeline: Callable[[type[Pipeline], Config, Any], Any] = _as_config_says
    """Makes what is trained of the class of the pipeline, the filled config and the settings of the section."""
    callbacks: Callable[[Any], Sequence[object]] = lambda settings: ()
    """Makes callbacks that every run of the kind has. settings: of the section."""
    epochs_before: Callable[[Any], int] = lambda settings: 0
    """How many epochs an earlier run has had, which numbers of epochs that are shown count on from. settings: of the section."""
    has_labels: bool = True
    """Whether labels are learnt, which streamed examples may not all show at the beginning."""

    def key(self, name: str) -> str:
        """What the section calls a setting of `[training]`."""
        return (self.keys or {}).get(name, name)

    def completed(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The built settings of the section, with those of `[training]` that it does not have: as they are by default there."""
        found = {
            name: field.get_default(call_default_factory=True)
            for name, field in TrainingSchema.model_fields.items()
            if name not in settings and not field.is_required()
        }
        found |= {own: settings[other] for own, other in (self.keys or {}).items()}
        return self.adapted({**found, **settings})


def kind_of(section: str, training: RunKind, registry: Registries) -> RunKind:
    """The kind of run that a section describes. training: that of the kernel. `UsageError` if the section describes none."""
    if section == training.section:
        return training
    schema = schema_of(section, registry)
    kind = schema.run_kind()
    if not isinstance(kind, RunKind):
        raise UsageError(f"the section [{section}] describes no run")
    return replace(kind, schema=schema)
