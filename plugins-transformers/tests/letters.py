"""A model that stands for a transformer, without torch: a word is read three letters at a time, and each window's mean is added."""

import zlib
from itertools import pairwise

import numpy as np
from kernel_transformers.data import FullTransformerBatch
from kernel_transformers.pieces.batch import WordpieceBatch, borders
from thinc.api import Model

PIECES = 50


def Letters(get_spans, width=6, seed=0, dtype="float32"):
    """Documents to `FullTransformerBatch`, as a user's own model does."""
    model = Model("letters", forward, init=init, params={"E": None}, dims={"nO": None})
    model.attrs.update(get_spans=get_spans, width=width, seed=seed, dtype=dtype, runs=Runs())
    return model


class Runs:
    """Of every run whether it was one in training. Not saved with the model."""

    def __init__(self):
        self.modes = []


def init(model, X=None, Y=None):
    width = model.attrs["width"]
    if model.has_dim("nO") is None:
        model.set_dim("nO", width)
    if not model.has_param("E"):
        table = np.random.default_rng(model.attrs["seed"]).standard_normal((PIECES, width))
        model.set_param("E", model.ops.asarray(table.astype(model.attrs["dtype"])))


def forward(model, docs, is_train):
    spans = model.attrs["get_spans"](docs)
    pieces = encode(docs, spans)
    ops, E = model.ops, model.get_param("E")
    ids = ops.asarray(pieces.ids)
    starts = borders(pieces.lengths).tolist()
    rows = E[ids]
    for start, end in pairwise(starts):
        rows[start:end] = rows[start:end] + rows[start:end].mean(axis=0)
    batch = FullTransformerBatch(spans, pieces, rows)
    model.attrs["runs"].modes.append(is_train)

    def backprop(gradients):
        d_rows = batch.unsplit_by_doc(gradients).rows
        for start, end in pairwise(starts):
            d_rows[start:end] = d_rows[start:end] + d_rows[start:end].mean(axis=0)
        d_E = ops.alloc(E.shape, dtype=E.dtype)
        ops.scatter_add(d_E, ids, d_rows)
        model.inc_grad("E", d_E)
        return docs

    return batch, backprop


def encode(docs, spans):
    """A piece before each window, then the pieces of its tokens."""
    ids, lengths, windows, rows = [], [], [0], [0]
    tokens = [[[] for _ in doc] for doc in docs]
    for parts, found in zip(spans, tokens, strict=True):
        for span in parts:
            before = len(ids)
            ids.append(0)
            for token in span:
                for start in range(0, len(token.text), 3):
                    found[token.i].append(len(ids))
                    ids.append(1 + zlib.crc32(token.text[start : start + 3].encode()) % (PIECES - 1))
            lengths.append(len(ids) - before)
        windows.append(len(lengths))
        rows.append(len(ids))
    flat = [own for found in tokens for own in found]
    return WordpieceBatch(
        ids=_integers(ids),
        type_ids=None,
        lengths=_integers(lengths),
        window_spans=np.arange(len(lengths)),
        doc_windows=_integers(windows),
        doc_rows=_integers(rows),
        align_rows=_integers([row for own in flat for row in own]),
        align_lengths=_integers([len(own) for own in flat]),
        doc_tokens=borders([len(doc) for doc in docs]),
    )


def _integers(values):
    return np.array(values, dtype="int64")
