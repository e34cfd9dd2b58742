"""A transformer that gives vectors of tokens, and is not trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from kernel.errors import ConfigError
from kernel.numeric.ops import set_ops
from kernel.tokens import Doc
from kernel_transformers.distillation.store import Half, Store
from kernel_transformers.model import Precision, build_transformer_model
from kernel_transformers.spans.doc_spans import make_doc_spans

Array = Any
# Tokens that are read at once, so that their hidden states don't need much memory.
_AT_ONCE = 4000


class Teacher:
    """Vectors of the tokens of documents: the mean over layers and word pieces.

    name: of the transformer, a folder or a name on the hub. layers: which are averaged; 0 is the embeddings, -1 the last layer.
    limit: bytes of vectors that are kept on disk. precision, settings: what it computes in, and what stands in place of what its
    config.json says.

    A document's vectors don't depend on the documents that it is read with: on the CPU, of networks that are read without padding,
    not in a single bit, so that a run that is resumed, and reads a text with others than at first, learns from equal numbers.
    """

    def __init__(
        self, name: str, layers: Sequence[int], limit: int, precision: Precision, settings: Mapping[str, Any]
    ) -> None:
        self._layers = list(layers)
        self._name = name
        self._limit = limit
        self._model = build_transformer_model(
            name,
            make_doc_spans(),
            transformer_config={**settings, "output_hidden_states": True},
            precision=precision,
        )
        self._store: Store | None = None

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        width: int = self._model.get_dim("nO")
        return width

    def initialize(self, ops: Any) -> None:
        """Load the transformer, onto the device of `ops`."""
        set_ops(self._model, ops)
        self._model.initialize()
        self._store = Store(self.width, self._limit)

    def __call__(self, docs: Sequence[Doc]) -> Array:
        """The vectors of all tokens, float32 (tokens of all documents, width), in host memory."""
        assert self._store is not None
        docs = [doc for doc in docs if len(doc)]
        keys = [_key(doc) for doc in docs]
        found = {key: self._store.get(key) for key in keys}
        unread = {key: doc for key, doc in zip(keys, docs, strict=True) if found[key] is None}
        for group in _groups(unread):
            for key, rows in zip(group, self._read([unread[key] for key in group]), strict=True):
                self._store.add(key, rows)
                found[key] = rows
        every = [found[key] for key in keys]
        return np.concatenate([np.zeros((0, self.width), dtype=np.float16), *every]).astype("f")

    def _read(self, docs: Sequence[Doc]) -> list[Half]:
        """Of each document (tokens, width)."""
        batch = self._model.predict(docs)
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
        ends = np.cumsum([len(doc) for doc in docs])[:-1]
        return np.split(ops.to_numpy(means).astype(np.float16), ends)


def _groups(docs: Mapping[bytes, Doc]) -> list[list[bytes]]:
    """The keys of documents, in order, in groups of about so many tokens as are read at once."""
    before = np.cumsum([0, *(len(doc) for doc in docs.values())])[:-1]
    numbers = before // _AT_ONCE
    keys = list(docs)
    return [[keys[place] for place in np.flatnonzero(numbers == number)] for number in np.unique(numbers)]


def _key(doc: Doc) -> bytes:
    """What stands for a text and the way that it is cut into tokens."""
    text = doc.text.encode("utf-8", "surrogatepass")
    return blake2b(text + doc.offsets().tobytes(), digest_size=16).digest()
