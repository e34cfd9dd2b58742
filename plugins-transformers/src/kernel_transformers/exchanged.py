"""A transformer whose network is another layer: documents to the rows of their word pieces, in predictions alone.

Whoever makes pipelines for machines without torch exchanges the network (`kernel_transformers.exchange`); tokenizer, spans and
components stay the same. Nothing in here takes torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model
from thinc.types import Floats3d

from kernel.config.ranges import PositiveInt
from kernel.errors import UsageError
from kernel.tokens import Doc
from kernel_transformers.data import FullTransformerBatch
from kernel_transformers.microbatches import MicroBatch, plan
from kernel_transformers.pieces.batch import WordpieceBatch
from kernel_transformers.pieces.encode import SpanGetter, encode, spans_of
from kernel_transformers.pieces.tokenizer import PieceTokenizer

Ids = NDArray[np.int64]
# (k, longest) each: numbers of pieces, 1 for a piece and 0 for padding, segments.
Windows = tuple[Ids, Ids, Ids]

_FILES, _TOKENIZER = "files", "tokenizer"


def build_exchanged_transformer(
    network: Model[Windows, Floats3d], get_spans: SpanGetter, micro_batch_items: PositiveInt = 1024
) -> Model[list[Doc], FullTransformerBatch]:
    """Read documents with a transformer whose network any layer computes. It predicts, and can't be trained.

    network: (ids, mask, type_ids), int64 arrays (windows, longest) each, to floats (windows, longest, width). mask has 1 for a
        piece and 0 for padding; type_ids are the segments.
    get_spans: from documents to the spans of each that are read. A span longer than the transformer takes is cut into windows.
    micro_batch_items: word pieces that are read at once, with their padding. It changes no result.
    """
    return Model(
        "exchanged_transformer",
        _forward,
        init=_init,
        layers=[network],
        dims={"nO": None},
        attrs={"get_spans": get_spans, "items": micro_batch_items, _FILES: {}, _TOKENIZER: _Cache()},
    )


def give(model: Model[Any, Any], tokenizer: PieceTokenizer, width: int) -> None:
    """Let a model that `build_exchanged_transformer` made read with this tokenizer. width: numbers in a piece's vector."""
    model.attrs[_FILES] = {name: content.decode("utf-8") for name, content in tokenizer.files().items()}
    model.set_dim("nO", width, force=True)


class _Cache:
    """The tokenizer of the files that a model has."""

    def __init__(self) -> None:
        self._files: Mapping[str, str] | None = None
        self._tokenizer: PieceTokenizer | None = None

    def tokenizer(self, files: Mapping[str, str]) -> PieceTokenizer:
        if self._tokenizer is None or self._files is not files:
            self._files = files
            self._tokenizer = PieceTokenizer.from_files(
                {name: text.encode("utf-8") for name, text in files.items()}
            )
        return self._tokenizer

    def __deepcopy__(self, memo: Any) -> _Cache:
        return _Cache()


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    if not model.attrs[_FILES]:
        raise UsageError(
            "an exchanged transformer has no weights of its own to begin with",
            hint="It comes with a pipeline that was exported: load that, or name it as the source of the component.",
        )


def _forward(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[FullTransformerBatch, Callable[[Any], Any]]:
    if is_train:
        raise UsageError(
            "this transformer's network was exchanged for one that only predicts: it can't be trained",
            hint="Name its component in [training] frozen_components and annotating_components, or train the pipeline that it "
            "was exported from.",
        )
    if not model.attrs[_FILES]:
        raise UsageError("this transformer is empty", hint="Load the pipeline that it was saved with.")
    tokenizer = model.attrs[_TOKENIZER].tokenizer(model.attrs[_FILES])
    spans = spans_of(model.attrs["get_spans"], docs)
    pieces = encode(tokenizer, docs, spans)
    rows = np.empty((len(pieces.ids), model.get_dim("nO")), dtype=np.float32)
    for micro in plan(pieces.lengths, model.attrs["items"]) if len(pieces.lengths) else []:
        found = model.layers[0].predict(_windows(pieces, micro, tokenizer.pad_id))
        rows[micro.rows] = found.reshape(micro.padded, -1)[micro.places]
    return FullTransformerBatch(spans, pieces, model.ops.asarray(rows)), _refuse


def _windows(pieces: WordpieceBatch, micro: MicroBatch, pad_id: int) -> Windows:
    ids = micro.pad(pieces.ids[micro.rows], pad_id)
    mask = (np.arange(micro.longest) < micro.lengths[:, None]).astype(np.int64)
    types = np.zeros_like(ids) if pieces.type_ids is None else micro.pad(pieces.type_ids[micro.rows], 0)
    return ids, mask, types


def _refuse(gradients: Any) -> Any:
    raise UsageError("there is no backward pass of a prediction")
