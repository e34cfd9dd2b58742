"""The model of the component `transformer`: documents to the rows of their word pieces."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel import registry
from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel.errors import ConfigError, DataError, KernelError, Problem, UsageError
from kernel.numeric.device import current_ops
from kernel.tokens import Doc
from kernel_transformers import chunks, dropout, linear, needed, network, tuning, word_embedding
from kernel_transformers.data import FullTransformerBatch
from kernel_transformers.hub import Source, folder_of, source_of
from kernel_transformers.pieces.encode import SpanGetter, encode, spans_of
from kernel_transformers.pieces.limits import positions
from kernel_transformers.pieces.tokenizer import PieceTokenizer
from kernel_transformers.reading import Reading, reading_of
from kernel_transformers.running import LEAST_ON_GPU, ON_CPU, ON_GPU, Memory, Settings, run

Precision = Literal["auto", "float32", "bfloat16", "float16"]
# Attributes of a model that come with weights that were trained so; see `encode`.
_READING = ("truncate", "gaps")
# Among the saved files if there are low-rank layers: the digest of the weights below them, if those aren't saved, and the names of
# weights that the folder lacks.
_LORA, _BASE, _LACKING = "lora.json", "base", "lacking"


def build_transformer_model(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: dict[str, Any] = {},  # noqa: B006
    transformer_config: dict[str, Any] = {},  # noqa: B006
    mixed_precision: bool = False,
    grad_scaler_config: dict[str, Any] = {},  # noqa: B006
    precision: Precision = "auto",
    gradient_checkpointing: bool = False,
    compile: bool = False,
    freeze_layers: NonNegativeInt = 0,
    layer_decay: float = 1.0,
    lora: dict[str, Any] | None = None,
    micro_batch_items: PositiveInt | None = None,
) -> Model[list[Doc], FullTransformerBatch]:
    """Read documents with a transformer of Hugging Face's.

    name: a folder, or a name on the hub, which is downloaded when the pipeline is initialized.
    get_spans: from documents to the spans of each that are read. A span longer than the transformer takes is cut into windows;
        not if the weights were trained without its end, as those of spaCy's pipelines, which the attribute `truncate` of the model says.
    tokenizer_config: what stands in place of what tokenizer_config.json says.
    transformer_config: what stands in place of what config.json says, such as output_hidden_states.
    mixed_precision: compute in half precision on a GPU: bfloat16 where it can do that, else float16.
    grad_scaler_config: settings of the scale of gradients in float16: init_scale, backoff_factor, growth_factor, growth_interval.
    precision: what to compute in, on any device. "auto" leaves it to mixed_precision. Weights are always float32.
    gradient_checkpointing: keep the inputs of layers alone for the backward pass, which is slower and needs less memory.
    compile: use torch.compile.
    freeze_layers: how many layers, from the first, are not trained, nor the embeddings then.
    layer_decay: the learning rate of each layer is that of the layer above it, multiplied by this.
    lora: train low-rank layers beside the linear ones, and nothing else: r, alpha, dropout, targets. Needs peft. save: what is saved,
        "all", "adapter" (the low-rank layers alone) or "merged" (weights that need no peft, and can't be trained further).
    micro_batch_items: word pieces that are read at once, with their padding; what fits the device if null. It changes no result.
    """
    needed.torch()
    if not 0.0 < layer_decay <= 1.0:
        message = f"layer_decay is {layer_decay}; it must be above 0 and at most 1"
        raise ConfigError(Problem(message, setting="layer_decay"))
    if lora is not None:
        tuning.check_lora(lora)
    source, (for_tokenizer, for_network) = source_of(name, tokenizer_config, transformer_config)
    plan = _Plan(
        source=source,
        tokenizer_config=for_tokenizer,
        transformer_config=for_network,
        checkpointing=gradient_checkpointing,
        compile=compile,
        freeze_layers=freeze_layers,
        layer_decay=layer_decay,
        lora=lora,
        layers=[],
    )
    shim = registry.get("misc", "kernel.torch_shim.v1")(
        None,
        precision=_precision(precision, mixed_precision),
        grad_scaler=grad_scaler_config or None,
        compile=compile,
        rates=plan.rate if layer_decay != 1.0 else None,
        write=plan.files,
        build=plan.build,
        saved=plan.saved,
    )
    return Model(
        "transformer",
        _forward,
        init=_init,
        dims={"nO": None},
        shims=[shim],
        attrs={
            "get_spans": get_spans,
            "name": name,
            "plan": plan,
            "memory": _Memories(micro_batch_items),
        },
    )


def build_transformer_model_v2(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: dict[str, Any] = {},  # noqa: B006
    transformer_config: dict[str, Any] = {},  # noqa: B006
) -> Model[list[Doc], FullTransformerBatch]:
    """Read documents with a transformer of Hugging Face's. See v3 for the arguments."""
    return build_transformer_model(name, get_spans, tokenizer_config, transformer_config)


def build_transformer_model_v1(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: dict[str, Any] = {},  # noqa: B006
) -> Model[list[Doc], FullTransformerBatch]:
    """Read documents with a transformer of Hugging Face's. See v3 for the arguments."""
    return build_transformer_model(name, get_spans, tokenizer_config)


@dataclass
class Attached:
    """What goes with a network: its tokenizer, and how it reads. `attached(network)` gives it.

    packed: whether it may read without padding, if it can. lacking: names of weights that the folder which it came from doesn't have.
    """

    tokenizer: PieceTokenizer
    packed: bool
    reading: Reading | None = None
    lacking: frozenset[str] = frozenset()
    _digest: str = ""

    def reading_of(self, module: Any) -> Reading:
        """How the network reads. It is tried the first time, because weights are only there when all is loaded."""
        if self.reading is None:
            self.reading = reading_of(module, self.tokenizer.pad_id, packed=self.packed)
        return self.reading

    def digest_below(self, module: Any) -> str:
        """The digest of the weights that low-rank layers stand beside, as their folder has them. They never change."""
        if not self._digest:
            weights = tuning.base(module)
            self._digest = network.digest({name: weights[name] for name in weights.keys() - self.lacking})
        return self._digest

    def __deepcopy__(self, memo: dict[int, Any]) -> "Attached":
        return replace(self)


def attached(module: Any) -> Attached:
    """The tokenizer of a network, and how it reads."""
    found: Attached = module.kernel_attached
    return found


@dataclass(frozen=True)
class _Plan:
    """How a network is made ready, whether it comes from a folder or from a saved pipeline."""

    source: Source
    tokenizer_config: dict[str, Any]
    transformer_config: dict[str, Any]
    checkpointing: bool
    compile: bool
    freeze_layers: int
    layer_decay: float
    lora: dict[str, Any] | None
    layers: list[str]

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Plan":
        # The shim of a copied model goes on asking this one for rates.
        return self

    @property
    def saves(self) -> str:
        """What is saved if there are low-rank layers."""
        return str((self.lora or {}).get("save", tuning.ALL))

    @property
    def fast(self) -> bool:
        """Whether the network may compute on the CPU as torch would not."""
        return not (self.checkpointing or self.compile)

    def load(self) -> Any:
        """The pretrained network."""
        # A library that is missing is told before a folder is.
        needed.transformers()
        folder = folder_of(self.source)
        module, lacking = network.pretrained(folder, self.transformer_config, packed=self.fast)
        network.tell_missing(folder, lacking)
        tokenizer = PieceTokenizer.from_folder(folder, self.tokenizer_config)
        return self.ready(module, tokenizer, self.lora is not None, lacking)

    def files(self, module: Any) -> dict[str, bytes]:
        """What `build` makes a network of."""
        files = {**network.to_files(module), **attached(module).tokenizer.files()}
        if tuning.has_lora(module) and self.saves != tuning.MERGED:
            given = attached(module)
            told: dict[str, Any] = {_LACKING: sorted(given.lacking)} if given.lacking else {}
            if self.saves == tuning.ADAPTER:
                told[_BASE] = given.digest_below(module)
            files[_LORA] = json.dumps(told).encode("utf-8")
        return files

    def saved(self, module: Any) -> Mapping[str, Any]:
        """Name -> tensor of the weights that are saved of a network."""
        if not tuning.has_lora(module) or self.saves == tuning.ALL:
            state: Mapping[str, Any] = module.state_dict()
            return state
        if self.saves == tuning.MERGED:
            return tuning.merged(module)
        # What the folder lacks would be random again.
        lacking = attached(module).lacking
        return {
            name: tensor
            for name, tensor in module.state_dict().items()
            if ".lora_" in name or name.replace(".base_layer.", ".") in lacking
        }

    def build(self, files: Mapping[str, bytes]) -> Any:
        """The network that a pipeline has saved, with any weights."""
        tokenizer = PieceTokenizer.from_files(files)
        told = json.loads(files[_LORA]) if _LORA in files else {}
        if _BASE in told:
            return self._above(str(told[_BASE]), tokenizer)
        module = network.from_files(files, self.transformer_config, packed=self.fast)
        return self.ready(module, tokenizer, _LORA in files, frozenset(told.get(_LACKING, ())))

    def _above(self, digest: str, tokenizer: PieceTokenizer) -> Any:
        """A network of which the low-rank layers alone were saved: what they stand beside comes from its folder or the hub again.

        digest: of its weights. `DataError` if it isn't there, or has others.
        """
        needed.transformers()
        name = self.source.name
        try:
            folder = folder_of(self.source)
            module, lacking = network.pretrained(folder, self.transformer_config, packed=self.fast)
        except KernelError as error:
            raise DataError(
                f'low-rank layers were saved alone (lora.save = "adapter"), and the transformer below them can\'t be had: {error.message}',
                hint="Bring it back, or say where it is: kernel.load(..., config={'components.NAME.model.name': FOLDER}).",
            ) from error
        module = self.ready(module, tokenizer, True, lacking)
        found = attached(module).digest_below(module)
        if found != digest:
            raise DataError(
                f'low-rank layers were saved alone (lora.save = "adapter"), and {name} is not the transformer below them any more: '
                f"its weights have the digest {found[:12]}, not {digest[:12]}",
                hint="Bring back the one that they were trained on, or train them on this one.",
            )
        return module

    def ready(
        self, module: Any, tokenizer: PieceTokenizer, lora: bool, lacking: frozenset[str] = frozenset()
    ) -> Any:
        """The network as it is trained and used."""
        tokenizer.limit(positions(module.config.to_dict()))
        self.layers[:] = tuning.layer_names(module)
        if lora and self.lora is not None:
            with network.seeded():
                tuning.add_lora(module, self.lora)
        # Low-rank layers beside frozen ones are frozen too.
        tuning.freeze(module, self.freeze_layers, self.layers)
        if self.checkpointing:
            # Nothing is written here; but the library would tell that it doesn't keep what writing needs.
            if getattr(module.config, "use_cache", False):
                module.config.use_cache = False
            network.keep_inputs_alone(module)
        if self.fast:
            dropout.install(module)
            word_embedding.install(module)
            linear.install(module)
            chunks.install(module)
        module.kernel_attached = Attached(tokenizer, packed=self.fast, lacking=lacking)
        return module

    def rate(self, weight: str) -> float:
        """The factor of a weight's learning rate."""
        return float(self.layer_decay ** max(0, len(self.layers) - tuning.depth(weight, self.layers)))


@dataclass
class _Memories:
    """What has been learnt of the memory of each kind of device. items: what the user says."""

    items: int | None
    cpu: Memory | None = None
    gpu: Memory | None = None

    def of(self, device: str) -> Memory:
        """That of a device."""
        if device == "cpu":
            self.cpu = self.cpu or Memory(self.items or ON_CPU)
            return self.cpu
        self.gpu = self.gpu or Memory(self.items or ON_GPU, least=LEAST_ON_GPU)
        return self.gpu


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    shim = model.shims[0]
    if not shim.has_module:
        for name in _READING:
            model.attrs.pop(name, None)
        shim.set_module(model.attrs["plan"].load())
    model.set_dim("nO", network.width(shim.module), force=True)


def _forward(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[FullTransformerBatch, Callable[[Sequence[Any]], list[Any]]]:
    shim = model.shims[0]
    module = shim.module
    given = attached(module)
    if is_train and model.attrs["plan"].lora is not None and not tuning.has_lora(module):
        raise UsageError(
            "lora is set, but this transformer was saved without low-rank layers: merged ones can't be trained further",
            hint="To train all of its weights, take lora out of the pipeline's config. To go on with low-rank layers, save the "
            'pipeline that they are in with lora.save = "all" or "adapter".',
        )
    spans = spans_of(model.attrs["get_spans"], docs)
    told = {name: bool(model.attrs.get(name)) for name in _READING}
    pieces = encode(given.tokenizer, docs, spans, cached=is_train, **told)
    width = network.width(module)
    if not len(pieces.lengths):
        rows = model.ops.alloc2f(0, width)
        return FullTransformerBatch(spans, pieces, rows), lambda gradients: []
    _check_vocabulary(given.tokenizer, pieces.ids, module)
    on_cpu = shim.device.type == "cpu"
    reading = given.reading_of(module)
    settings = Settings(reading, reading.packed and on_cpu, is_train)
    found = run(shim, settings, pieces, model.attrs["memory"].of(shim.device.type))
    outputs = found.outputs
    batch = FullTransformerBatch(
        spans,
        pieces,
        shim.to_array(outputs.rows, model.ops),
        pooler_output=None if outputs.pooler is None else shim.to_array(outputs.pooler, model.ops),
        hidden_states=[shim.to_array(layer, model.ops) for layer in outputs.hidden_states],
        attentions=[[shim.to_array(each, model.ops) for each in layer] for layer in outputs.attentions],
    )

    def backprop(gradients: Sequence[Any]) -> list[Any]:
        """gradients: (rows of the document, width) of each, None for zeros."""
        xp = model.ops.xp
        if any(each is not None for each in gradients):
            sizes = (pieces.doc_rows[1:] - pieces.doc_rows[:-1]).tolist()
            parts = [
                xp.zeros((size, width), dtype="float32") if each is None else each
                for each, size in zip(gradients, sizes, strict=True)
            ]
            found.backprop(shim.to_torch(xp.concatenate(parts)))
        return []

    return batch, backprop


def _check_vocabulary(tokenizer: PieceTokenizer, ids: NDArray[np.int64], module: Any) -> None:
    """DataError for a piece that the network has no vector for, which torch tells of in riddles, and on a GPU for good."""
    known = getattr(module.get_input_embeddings(), "num_embeddings", None)
    if known is None or tokenizer.vocab_size <= known or int(ids.max()) < known:
        return
    piece = tokenizer.strings(ids[ids >= known][:1])[0]
    raise DataError(
        f"the tokenizer has {tokenizer.vocab_size} pieces, but the transformer vectors for {known} only: there is none for {piece!r}",
        hint="Tokenizer and weights are of two models, or pieces were added: resize_token_embeddings() makes room for these.",
    )


def _precision(chosen: Precision, mixed: bool) -> str:
    if chosen != "auto":
        return chosen
    if not mixed or current_ops().device_type != "gpu":
        return "float32"
    return "bfloat16" if needed.torch().cuda.is_bf16_supported() else "float16"
