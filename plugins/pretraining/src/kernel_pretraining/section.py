"""The section `[pretraining]` of a config."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from kernel.config.schemas import Section


class PretrainingSchema(Section):
    """`[pretraining]`: training of token vectors on raw text."""

    corpora: ClassVar[tuple[str, ...]] = ("corpus",)
    kinds: ClassVar[Mapping[str, str]] = {
        "batcher": "batchers",
        "objective": "objectives",
        "optimizer": "optimizers",
    }

    max_epochs: StrictInt = Field(default=1000, ge=-1)
    """Stop after so many epochs; -1 streams the corpus."""
    dropout: StrictFloat | StrictInt = Field(default=0.2, ge=0, lt=1)
    """Share of the features that a step leaves out."""
    n_save_every: Annotated[StrictInt, Field(ge=1)] | None = None
    """Save every so many batches."""
    n_save_epoch: Annotated[StrictInt, Field(ge=1)] | None = None
    """Save every so many epochs."""
    component: StrictStr = "tok2vec"
    """The component to pretrain."""
    layer: StrictStr = ""
    """The part of its model, by reference name; "" is all of it."""
    corpus: StrictStr = "corpora.pretrain"
    """Dotted path of the reader's block."""
    batcher: Callable[..., Any]
    """Turns a stream of examples into batches."""
    objective: Callable[..., Any]
    """Makes the model that is trained, and its loss."""
    optimizer: Callable[..., Any]
    """Turns gradients into changes of the weights."""
