"""A transformer of a component's own, in the place of any other embedding."""

from __future__ import annotations

from typing import Any

from thinc.api import Model, Ragged
from thinc.types import Floats2d

from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel.numeric.schedules import by_step
from kernel.tokens import Doc
from kernel_transformers.model import Precision, build_transformer_model
from kernel_transformers.pieces.encode import SpanGetter
from kernel_transformers.pooled import Factor, pooled
from kernel_transformers.pooling import pool_pieces


def build_tok2vec_transformer(
    name: str,
    get_spans: SpanGetter,
    pooling: Model[Ragged, Floats2d],
    tokenizer_config: dict[str, Any] = {},  # noqa: B006
    grad_factor: Factor = 1.0,
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
) -> Model[list[Doc], list[Floats2d]]:
    """A transformer that one component has for itself: documents to one array (tokens, width) each.

    pooling: makes one vector of the rows of each token's word pieces, such as reduce_mean.v1.
    grad_factor: what the transformer's gradient is multiplied by, a number or a schedule. 0 keeps it as it is.

    The others are those of TransformerModel.v3.
    """
    transformer = build_transformer_model(
        name,
        get_spans,
        tokenizer_config,
        transformer_config,
        mixed_precision,
        grad_scaler_config,
        precision=precision,
        gradient_checkpointing=gradient_checkpointing,
        compile=compile,
        freeze_layers=freeze_layers,
        layer_decay=layer_decay,
        lora=lora,
        micro_batch_items=micro_batch_items,
    )
    return pooled(transformer, pool_pieces(pooling), by_step(grad_factor))


def build_tok2vec_transformer_v2(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: dict[str, Any],
    pooling: Model[Ragged, Floats2d],
    grad_factor: Factor = 1.0,
    transformer_config: dict[str, Any] = {},  # noqa: B006
) -> Model[list[Doc], list[Floats2d]]:
    """A transformer that one component has for itself: documents to one array (tokens, width) each. See v3 for the arguments."""
    return build_tok2vec_transformer(
        name, get_spans, pooling, tokenizer_config, grad_factor, transformer_config
    )


def build_tok2vec_transformer_v1(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: dict[str, Any],
    pooling: Model[Ragged, Floats2d],
    grad_factor: Factor = 1.0,
) -> Model[list[Doc], list[Floats2d]]:
    """A transformer that one component has for itself: documents to one array (tokens, width) each. See v3 for the arguments."""
    return build_tok2vec_transformer(name, get_spans, pooling, tokenizer_config, grad_factor)
