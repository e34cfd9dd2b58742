"""What an objective owes a run: a model around the encoder, whose output is the loss of each prediction."""

from collections.abc import Mapping
from typing import Any

from thinc.api import Model

from kernel.config import Config
from kernel.config.plans import owner_name
from kernel.config.sources import problem_at
from kernel.errors import ConfigError
from kernel.registries.blame import naming
from kernel.registries.family import chosen_by
from kernel.vocab import Vocab

_PATH = "pretraining.objective"
_KEY = "@architectures"
_FUNCTION = "a function create(vocab, encoder) that returns a Thinc model"


class Contract:
    """Holds the objective that a config names to what it owes, and says in every error which one, of which package, and where.

    config: the whole one, with the block `[pretraining.objective]`.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        block = config.interpolate().get("pretraining", {}).get("objective")
        name = block.get(_KEY) if isinstance(block, Mapping) else None
        self.owner = (
            "the objective" if name is None else owner_name(chosen_by(config), "architectures", str(name))
        )
        """What messages call the objective: its registered name, and the package or file that it is from."""

    def create(self, objective: Any, vocab: Vocab, encoder: Model[Any, Any]) -> Model[Any, Any]:
        """The model that an objective makes. ConfigError if it is no function of vocabulary and encoder, or leaves the encoder out."""
        if isinstance(objective, Model):
            raise self.error(f"must return {_FUNCTION}, and returned a model")
        with naming(self.owner):
            model = objective(vocab, encoder)
        if not isinstance(model, Model):
            raise self.error(f"must return {_FUNCTION}; this function returned {_described(model)}")
        if not any(node is encoder for node in model.walk()):
            raise self.error(
                "made a model that does not have the encoder among its layers: nothing would be pretrained"
            )
        return model

    def check(self, losses: Any) -> None:
        """ConfigError if a model's output is not one array (M,) of floating-point numbers."""
        if getattr(losses, "shape", None) is None or len(losses.shape) != 1 or losses.dtype.kind != "f":
            raise self.error(
                f"must give the loss of each prediction, an array (M,), and gave {_described(losses)}"
            )

    def error(self, message: str) -> ConfigError:
        """What is wrong with the objective, with the place where the config names it."""
        return ConfigError(
            problem_at(
                self._config.sources,
                f"{_PATH}.{_KEY}",
                f"{self.owner} {message}",
                suggestion='docs/plugins/objectives.md, "What it has to do", says what an objective is.',
                exit_code=3,
            )
        )


def _described(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape:
        return f"an array {tuple(shape)} of {value.dtype}"
    if isinstance(value, float | int) or shape == ():
        return f"one number ({type(value).__qualname__})"
    return f"an object of type {type(value).__qualname__}"
