"""Settings of a run that are right each, and together never end a run, or never count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.config.schemas import Section, TrainingSchema


def contradictions(
    training: Mapping[str, Any], *, section: str = "training", schema: type[Section] = TrainingSchema
) -> Iterator[str]:
    """What is odd about the limits of a run. training: the section that describes it, filled and interpolated.

    Defaults contradict nothing: who asks for fewer steps than they allow for means the steps.
    """
    steps, epochs = training["max_steps"], training["max_epochs"]
    patience, frequency = training["patience"], training["eval_frequency"]
    is_endless = steps == 0 and epochs <= 0
    if is_endless and (patience == 0 or frequency == 0):
        yield f"[{section}] sets no end: {_ends(training)}. Ctrl-C ends the run and saves model-last, or set one of them."
    if frequency == 0 and patience and _is_chosen(training, "patience", schema):
        yield f"patience = {patience} never counts with eval_frequency = 0: nothing is evaluated before the end"
    if steps and frequency > steps and _is_chosen(training, "eval_frequency", schema):
        yield f"eval_frequency = {frequency} is above max_steps = {steps}: nothing is evaluated before the end"
    if steps and patience > steps and _is_chosen(training, "patience", schema):
        yield f"patience = {patience} is above max_steps = {steps}: it never ends the run"
    if 0 < patience < frequency:
        yield (
            f"patience = {patience} is below eval_frequency = {frequency}: "
            f"the run ends {patience} steps after the first evaluation, before a second one"
        )


def _ends(training: Mapping[str, Any]) -> str:
    found = [f"{key} = {training[key]}" for key in ("max_steps", "max_epochs", "patience")]
    if training["patience"]:
        found.append(f"eval_frequency = {training['eval_frequency']}, so that patience never counts")
    return ", ".join(found)


def _is_chosen(training: Mapping[str, Any], key: str, schema: type[Section]) -> bool:
    """Whether a setting is another one than the default."""
    return bool(training[key] != schema.model_fields[key].default)
