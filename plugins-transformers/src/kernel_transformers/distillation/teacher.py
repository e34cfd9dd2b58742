"""A transformer that gives vectors of tokens, and is not trained."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from kernel.errors import ConfigError
from kernel.numeric.ops import set_ops
from kernel.tokens import Doc
from kernel_transformers.distillation.store import Half, Store
from kernel_transformers.model import build_transformer_model
from kernel_transformers.spans.doc_spans import make_doc_spans

Array = Any
# Below this a dimension hardly varies, and is not stretched any more.
_SMALLEST = 1e-3


class Teacher:
    """Vectors of the tokens of documents: the mean over layers and word pieces, with mean 0 and variance 1 in each dimension.

    name: of the transformer, a folder or a name on the hub. layers: which are averaged; 0 is the embeddings, -1 the last layer.
    limit: bytes of vectors that are kept on disk. A document's vectors don't depend on the documents that it comes with: each is
    read by itself, so that a run that goes on computes what it computed before.
    """

    def __init__(self, name: str, layers: Sequence[int], limit: int) -> None:
        self._layers = list(layers)
        self._name = name
        self._limit = limit
        self._model = build_transformer_model(
            name, make_doc_spans(), transformer_config={"output_hidden_states": True}
        )
        self._mean: Any = None
        self._scale: Any = None
        self._store: Store | None = None

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        width: int = self._model.get_dim("nO")
        return width

    def initialize(self, docs: Sequence[Doc], ops: Any) -> None:
        """Load the transformer, and see how its vectors of some documents are spread."""
        set_ops(self._model, ops)
        self._model.initialize()
        self._mean, self._scale = np.zeros(self.width, dtype="f"), np.ones(self.width, dtype="f")
        self._store = Store(self.width, self._limit)
        rows = [self._read(doc) for doc in docs if len(doc)]
        if rows:
            every = np.concatenate(rows)
            self._mean = every.mean(axis=0)
            self._scale = 1 / np.maximum(every.std(axis=0), _SMALLEST)

    def __call__(self, docs: Sequence[Doc]) -> Array:
        """The vectors of all tokens, float32 (tokens of all documents, width), in host memory."""
        rows = [self._vectors(doc) for doc in docs if len(doc)]
        return np.concatenate([np.zeros((0, self.width), dtype=np.float16), *rows]).astype("f")

    def _vectors(self, doc: Doc) -> Half:
        assert self._store is not None
        key = _key(doc)
        found = self._store.get(key)
        if found is None:
            found = ((self._read(doc) - self._mean) * self._scale).astype(np.float16)
            self._store.add(key, found)
        return found

    def _read(self, doc: Doc) -> Array:
        batch = self._model.predict([doc])
        ops = self._model.ops
        layers = batch.hidden_states
        try:
            rows = sum(layers[number] for number in self._layers) / len(self._layers)
        except IndexError:
            raise ConfigError(
                f"layers: {self._name} has the layers 0 to {len(layers) - 1}, not all of {self._layers}",
                hint="0 is the embeddings, -1 the last layer.",
            ) from None
        pieces = batch.wordpieces
        lengths = ops.asarray1i(pieces.align_lengths.astype("int32"))
        means = ops.reduce_mean(ops.as_contig(rows[ops.asarray(pieces.align_rows)]), lengths)
        return ops.to_numpy(means)


def _key(doc: Doc) -> bytes:
    """What stands for a text and the way that it is cut into tokens."""
    text = doc.text.encode("utf-8", "surrogatepass")
    return blake2b(text + doc.offsets().tobytes(), digest_size=16).digest()
