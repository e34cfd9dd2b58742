"""What each section of a config takes. `kernel/defaults.cfg` has the same defaults, for what has any."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr


class Section(BaseModel):
    """A section in which unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class SystemSchema(Section):
    """`[system]`"""

    seed: StrictInt = 0
    gpu_allocator: StrictStr | None = None


class NlpSchema(Section):
    """`[nlp]`: the pipeline's language, tokenizer and components in order."""

    lang: StrictStr
    pipeline: list[StrictStr] = Field(default_factory=list)
    disabled: list[StrictStr] = Field(default_factory=list)
    before_creation: Callable[..., Any] | None = None
    after_creation: Callable[..., Any] | None = None
    after_pipeline_creation: Callable[..., Any] | None = None
    batch_size: Annotated[StrictInt, Field(ge=1)] | None = 1000
    tokenizer: Any = None
    vectors: Any = None


class TrainingSchema(Section):
    """`[training]`: the run. A dropout may be a schedule."""

    dev_corpus: StrictStr = "corpora.dev"
    train_corpus: StrictStr = "corpora.train"
    seed: StrictInt | None = 0
    gpu_allocator: StrictStr | None = None
    dropout: StrictFloat | StrictInt = Field(default=0.1, ge=0, lt=1)
    accumulate_gradient: StrictInt = Field(default=1, ge=1)
    shards: StrictInt = Field(default=1, ge=1)
    patience: StrictInt = Field(default=1600, ge=0)
    max_epochs: StrictInt = Field(default=0, ge=-1)
    max_steps: StrictInt = Field(default=20000, ge=0)
    eval_frequency: StrictInt = Field(default=200, ge=0)
    score_weights: dict[StrictStr, float | None] = Field(default_factory=dict)
    frozen_components: list[StrictStr] = Field(default_factory=list)
    annotating_components: list[StrictStr] = Field(default_factory=list)
    before_to_disk: Callable[..., Any] | None = None
    before_update: Callable[..., Any] | None = None
    logger: Any = None
    callbacks: dict[StrictStr, Any] = Field(default_factory=dict)
    batcher: Callable[..., Any]
    optimizer: Callable[..., Any]


class PretrainingSchema(Section):
    """`[pretraining]`: only checked if the section isn't empty."""

    max_epochs: StrictInt = Field(default=1000, ge=-1)
    dropout: StrictFloat | StrictInt = Field(default=0.2, ge=0, lt=1)
    n_save_every: Annotated[StrictInt, Field(ge=1)] | None = None
    n_save_epoch: Annotated[StrictInt, Field(ge=1)] | None = None
    component: StrictStr = "tok2vec"
    layer: StrictStr = ""
    corpus: StrictStr = "corpora.pretrain"
    batcher: Callable[..., Any]
    objective: Callable[..., Any]
    optimizer: Callable[..., Any]


class InitializeSchema(Section):
    """`[initialize]`: what the components see before the first step."""

    vectors: StrictStr | None = None
    init_tok2vec: StrictStr | None = None
    vocab_data: StrictStr | None = None
    lookups: Any = None
    before_init: Callable[..., Any] | None = None
    after_init: Callable[..., Any] | None = None
    components: dict[StrictStr, dict[str, Any]] = Field(default_factory=dict)
    tokenizer: dict[str, Any] = Field(default_factory=dict)


class PluginsSchema(Section):
    """`[plugins]`: the packages that may be used, those that may not, and those that must be here."""

    only: list[StrictStr] | None = None
    deny: list[StrictStr] = Field(default_factory=list)
    require: list[StrictStr] = Field(default_factory=list)
