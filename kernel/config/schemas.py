"""What each section of a config takes. `kernel/config/defaults.cfg` has the same defaults, for what has any."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr


class Section(BaseModel):
    """A section in which unknown keys are errors. The text below a key says what it is for.

    defaults: the section as it stands in a config, for defaults that are blocks; "" if those of the keys are enough.
    corpora: keys that name a corpus by its dotted path. kinds: key -> the registry whose functions make its value.
    unused_if_empty: whether a header without keys says that the section isn't used, though all keys have defaults. runs_only: whether
    the section says how a run is run and has no part in its weights, so that a run may be resumed with another one.
    """

    defaults: ClassVar[str] = ""
    corpora: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[Mapping[str, str]] = {}
    unused_if_empty: ClassVar[bool] = False
    runs_only: ClassVar[bool] = False

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, defer_build=True)

    @classmethod
    def run_kind(cls) -> Any:
        """What a section that describes a run of its own adds: a `kernel.training.kinds.RunKind`. None for all others."""
        return None

    @classmethod
    def recommend(cls, config: Mapping[str, Any]) -> str:
        """What a config is to have, in this section and in others, whose user asks for the section by name: text of a config.

        It goes under what the config says itself. config: with its components filled in.
        """
        return ""


class SystemSchema(Section):
    """`[system]`"""

    seed: StrictInt = 0
    """Governs everything random; see `[training] seed`."""
    gpu_allocator: StrictStr | None = None
    """"pytorch" or "tensorflow": whose GPU memory cupy is to use."""


class NlpSchema(Section):
    """`[nlp]`: the pipeline's language, tokenizer and components in order."""

    kinds = {"tokenizer": "tokenizers", "vectors": "vectors"}

    lang: StrictStr
    """Name in the registry `languages`: the class of the pipeline."""
    pipeline: list[StrictStr] = Field(default_factory=list)
    """Names of the components in their order; each has a block `[components.<name>]`."""
    disabled: list[StrictStr] = Field(default_factory=list)
    """Components that are loaded and saved, but not run."""
    before_creation: Callable[..., Any] | None = None
    """A function of the language's class (a copy of it), which it returns after changes."""
    after_creation: Callable[..., Any] | None = None
    """A function of the pipeline before it has components; returns it."""
    after_pipeline_creation: Callable[..., Any] | None = None
    """A function of the pipeline with its components; returns it."""
    batch_size: Annotated[StrictInt, Field(ge=1)] | None = 1000
    """Documents a batch of `nlp.pipe` and of evaluation."""
    tokenizer: Any = None
    """A function of the pipeline that makes its tokenizer."""
    vectors: Any = None
    """A function of the vocabulary that makes its table of word vectors."""


class CheckpointSchema(Section):
    """`[training.checkpoint]`: when what a run is resumed from is written to its output, and how much of it is kept."""

    every_steps: StrictInt = Field(default=0, ge=0)
    """Write one every so many updates; 0 leaves this out."""
    every_minutes: StrictFloat | StrictInt = Field(default=10, ge=0)
    """Write one when so many minutes have passed since the last; 0 leaves this out."""
    at_evaluation: StrictBool = True
    """Write one after each evaluation."""
    keep: StrictInt = Field(default=1, ge=1)
    """Keep so many of the latest."""
    keep_best: StrictBool = True
    """Keep that of the best model too, where there is one at its step."""


class TrainingSchema(Section):
    """`[training]`: the run. A dropout may be a schedule."""

    corpora = ("train_corpus", "dev_corpus")
    kinds = {
        "batcher": "batchers",
        "optimizer": "optimizers",
        "logger": "loggers",
        "callbacks": "callbacks",
    }

    dev_corpus: StrictStr = "corpora.dev"
    """Dotted path of the corpus to evaluate on."""
    train_corpus: StrictStr = "corpora.train"
    """Dotted path of the corpus to train on."""
    seed: StrictInt | None = 0
    """Governs everything random in the run; null draws one and records it."""
    gpu_allocator: StrictStr | None = None
    """As in `[system]`."""
    dropout: StrictFloat | StrictInt = Field(default=0.1, ge=0, lt=1)
    """Share of the features that a step leaves out; may be a schedule."""
    accumulate_gradient: StrictInt = Field(default=1, ge=1)
    """Cut each batch into so many parts, one after the other, for one update."""
    shards: StrictInt = Field(default=1, ge=1)
    """The same: the larger of the two counts. Equal shards give equal weights, however they run."""
    patience: StrictInt = Field(default=1600, ge=0)
    """Stop after so many steps without a better score; 0 never does."""
    max_epochs: StrictInt = Field(default=0, ge=-1)
    """Stop after so many epochs; 0 means no limit; -1 streams the corpus and shuffles nothing."""
    max_steps: StrictInt = Field(default=20000, ge=0)
    """Stop after so many updates; 0 means no limit."""
    eval_frequency: StrictInt = Field(default=200, ge=0)
    """Evaluate, and save, every so many steps; 0 only at the end."""
    score_weights: dict[StrictStr, float | None] = Field(default_factory=dict)
    """Share of each score in the one that decides which model is best; 0 shows it, null hides it."""
    frozen_components: list[StrictStr] = Field(default_factory=list)
    """Components whose weights stay as they are."""
    annotating_components: list[StrictStr] = Field(default_factory=list)
    """Components whose predictions the later ones see in training."""
    before_to_disk: Callable[..., Any] | None = None
    """A function of the pipeline that returns the one to save."""
    before_update: Callable[..., Any] | None = None
    """A function of the pipeline and of {step, epoch}, called before every update."""
    logger: Any = None
    """One more callback, or a logger's setup function."""
    callbacks: dict[StrictStr, Any] = Field(default_factory=dict)
    """Callbacks by any names, called in the order of the file."""
    checkpoint: CheckpointSchema = Field(default_factory=CheckpointSchema)
    """When checkpoints are written: [training.checkpoint]."""
    batcher: Callable[..., Any]
    """Turns a stream of examples into batches."""
    optimizer: Callable[..., Any]
    """Turns gradients into changes of the weights."""


class InitializeSchema(Section):
    """`[initialize]`: what the components see before the first step."""

    labels_from: Literal["sample", "count"] = "sample"
    """Of a corpus that is streamed: take labels from its first examples, or "count" those of all of them."""
    sample_size: StrictInt = Field(default=100, ge=1)
    """Examples of a streamed corpus that tell shapes, and labels unless they are counted."""
    vectors: StrictStr | None = None
    """A saved pipeline, or a directory, whose word vectors to use."""
    init_tok2vec: StrictStr | None = None
    """A file of pretrained weights."""
    vocab_data: StrictStr | None = None
    """A JSON Lines file with attributes of word forms."""
    lookups: Any = None
    """Tables for the language's attributes."""
    before_init: Callable[..., Any] | None = None
    """A function of the pipeline, called first."""
    after_init: Callable[..., Any] | None = None
    """A function of the pipeline, called last."""
    components: dict[StrictStr, dict[str, Any]] = Field(default_factory=dict)
    """Component name -> arguments of its `initialize`, such as its labels."""
    tokenizer: dict[str, Any] = Field(default_factory=dict)
    """Arguments of the tokenizer's `initialize`."""


class PluginsSchema(Section):
    """`[plugins]`: the packages that may be used, those that may not, and those that must be here."""

    only: list[StrictStr] | None = None
    """The only packages whose functions may be used."""
    deny: list[StrictStr] = Field(default_factory=list)
    """Distributions whose functions may not be used."""
    require: list[StrictStr] = Field(default_factory=list)
    """Requirements, such as "acme-nlp>=1.2", that must be met before anything is built."""


# By the names that scripts of the field import.
ConfigSchemaInit, ConfigSchemaNlp, ConfigSchemaTraining = InitializeSchema, NlpSchema, TrainingSchema
