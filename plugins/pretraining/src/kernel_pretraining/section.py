"""The section `[pretraining]` of a config."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from kernel.config.schemas import CheckpointSchema, Section
from kernel_pretraining.recommend import recommend


class PretrainingSchema(Section):
    """`[pretraining]`: a run that trains token vectors on raw text. What it has in common with `[training]` means the same."""

    corpora: ClassVar[tuple[str, ...]] = ("corpus", "dev_corpus")
    kinds: ClassVar[Mapping[str, str]] = {
        "batcher": "batchers",
        "callbacks": "callbacks",
        "logger": "loggers",
        "objective": "architectures",
        "optimizer": "optimizers",
    }
    unused_if_empty: ClassVar[bool] = True
    defaults: ClassVar[str] = """
[pretraining]
seed = ${system.seed}
gpu_allocator = ${system.gpu_allocator}
component = "tok2vec"
layer = ""
corpus = "corpora.pretrain"
dev_corpus = null
max_epochs = 1000
max_steps = 0
patience = 0
eval_frequency = 200
dropout = 0.2
accumulate_gradient = 1
shards = 1
n_save_every = null
n_save_epoch = null
skip_last = false
init_weights = null
first_epoch = 0

[pretraining.objective]
@architectures = "kernel.PretrainCharacters.v1"
maxout_pieces = 3
hidden_size = 300
n_characters = 4

[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 3000
discard_oversize = false
tolerance = 0.2

[pretraining.optimizer]
@optimizers = "Adam.v1"
beta1 = 0.9
beta2 = 0.999
L2_is_weight_decay = true
L2 = 0.01
grad_clip = 1.0
use_averages = true
eps = 1e-8
learn_rate = 0.001

[pretraining.logger]
@loggers = "kernel.ConsoleLogger.v3"
progress_bar = "train"

[pretraining.callbacks]

[pretraining.checkpoint]
every_steps = 0
every_minutes = 10
at_evaluation = true
keep = 1
keep_best = true
"""

    seed: StrictInt | None = 0
    """Governs everything random in the run; null draws one and records it."""
    gpu_allocator: StrictStr | None = None
    """As in `[system]`."""
    component: StrictStr | None = "tok2vec"
    """The component whose model is pretrained."""
    layer: StrictStr = ""
    """The part of its model, by reference name; "" is all of it."""
    corpus: StrictStr = "corpora.pretrain"
    """Dotted path of the corpus to learn from."""
    dev_corpus: StrictStr | None = None
    """Dotted path of held-out text whose loss is the score; null takes the loss of what was learnt from since the last evaluation."""
    max_epochs: StrictInt = Field(default=1000, ge=-1)
    """Stop after so many epochs; 0 means no limit; -1 streams the corpus and shuffles nothing."""
    max_steps: StrictInt = Field(default=0, ge=0)
    """Stop after so many updates; 0 means no limit."""
    patience: StrictInt = Field(default=0, ge=0)
    """Stop after so many steps without a lower loss; 0 never does."""
    eval_frequency: StrictInt = Field(default=200, ge=0)
    """Evaluate, and save, every so many steps; 0 only at the end."""
    dropout: StrictFloat | StrictInt = Field(default=0.2, ge=0, lt=1)
    """Share of the features that a step leaves out; may be a schedule."""
    accumulate_gradient: StrictInt = Field(default=1, ge=1)
    """Cut each batch into so many parts, one after the other, for one update."""
    shards: StrictInt = Field(default=1, ge=1)
    """The same: the larger of the two counts."""
    n_save_every: Annotated[StrictInt, Field(ge=0)] | None = None
    """Save the weights every so many batches of an epoch too, to `model<epoch>.temp.bin`; 0 is like null."""
    n_save_epoch: Annotated[StrictInt, Field(ge=0)] | None = None
    """Save `model<epoch>.bin` only after every so many epochs, and after the last; 0 is like null."""
    skip_last: StrictBool = False
    """Leave out `model-last.bin`."""
    init_weights: StrictStr | None = None
    """Weights of an earlier pretraining to begin with, such as `out/model3.bin`."""
    first_epoch: StrictInt = Field(default=0, ge=0)
    """Number of the first epoch: those before it count as done."""
    objective: Callable[..., Any]
    """Makes the model that is trained, whose output is its loss."""
    batcher: Callable[..., Any]
    """Turns a stream of examples into batches."""
    optimizer: Callable[..., Any]
    """Turns gradients into changes of the weights."""
    logger: Any = None
    """One more callback, or a logger's setup function."""
    callbacks: dict[StrictStr, Any] = Field(default_factory=dict)
    """Callbacks by any names, called in the order of the file."""
    checkpoint: CheckpointSchema = Field(default_factory=CheckpointSchema)
    """When checkpoints are written: [pretraining.checkpoint]."""

    @classmethod
    def run_kind(cls) -> Any:
        """The run that the section describes."""
        from kernel_pretraining.kind import PRETRAINING

        return PRETRAINING

    @classmethod
    def recommend(cls, config: Mapping[str, Any]) -> str:
        """The place of the token vectors of a pipeline, and the corpus and path that pretraining needs."""
        return recommend(config)
