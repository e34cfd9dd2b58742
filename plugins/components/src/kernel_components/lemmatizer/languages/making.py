"""What the factories of all lemmatizers by tables have in common."""

from collections.abc import Callable
from typing import Any, TypeVar

from kernel.language import Language
from kernel_components.lemmatizer import recommended

Factory = TypeVar("Factory", bound=Callable[..., Any])


def lemmatizer_factory(name: str, mode: str) -> Callable[[Factory], Factory]:
    """Declare the function below as the factory of a language's lemmatizer, with its usual mode."""
    return Language.factory(
        name,
        assigns=["token.lemma"],
        default_config={
            "model": None,
            "mode": mode,
            "overwrite": False,
            "scorer": {"@scorers": "kernel.lemmatizer_scorer.v1"},
        },
        default_score_weights={"lemma_acc": 1.0},
        recommend=recommended.lemmatizer,
    )
