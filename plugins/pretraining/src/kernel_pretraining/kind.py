"""Pretraining as a kind of run: what it adds to the kernel's loop."""

from collections.abc import Sequence
from typing import Any

from kernel.config import Config
from kernel.errors import ConfigError
from kernel.training.kinds import RunKind
from kernel_pretraining.pipeline import Pretraining
from kernel_pretraining.weights import EpochWeights, WeightsFiles


def make_pipeline(cls: Any, config: Config, settings: Any) -> Pretraining:
    """What is trained: the component, or layer, that the settings name, under their objective."""
    if not hasattr(cls, "get_pipe"):
        raise ConfigError(
            f"the pipelines of {config['nlp']['lang']!r} are not of text, and can't be pretrained on raw text"
        )
    return Pretraining(cls.from_config(config), settings)


def adapted(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with the epochs of this run alone: those before `first_epoch` are done."""
    first, most = settings["first_epoch"], settings["max_epochs"]
    if most > 0 and first >= most:
        raise ConfigError(
            f"pretraining.first_epoch = {first} leaves nothing to do: pretraining.max_epochs = {most}, and the first epoch is 0"
        )
    return {**settings, "max_epochs": most - first} if most > 0 else settings


def make_callbacks(settings: Any) -> Sequence[object]:
    """What writes the weights of each epoch."""
    return [EpochWeights(settings.n_save_epoch or None, settings.n_save_every or None, settings.first_epoch)]


PRETRAINING = RunKind(
    section="pretraining",
    command="kernel pretrain",
    results=WeightsFiles(),
    hint="kernel init fill-config CONFIG OUT --pretraining writes a config that has it.",
    keys={"train_corpus": "corpus"},
    adapted=adapted,
    pipeline=make_pipeline,
    callbacks=make_callbacks,
    epochs_before=lambda settings: int(settings.first_epoch),
    has_labels=False,
)
