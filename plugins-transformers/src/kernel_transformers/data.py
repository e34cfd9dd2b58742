"""What a transformer gave for Docs: one row per word piece, without padding, and the same in the padded form of other libraries.

Rows of all windows lie one after another. Whoever pools them reads `rows` and `token_rows`; the padded form (`tensors`,
`model_output`, `align`) is made when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import srsly
from thinc.api import Ragged, get_array_module

from kernel.errors import DataError
from kernel.files.messages import message_from_bytes
from kernel.vocab.packing import store_type
from kernel_transformers.pieces.batch import WordpieceBatch, borders
from kernel_transformers.rows import Array, Rows, places

if TYPE_CHECKING:
    from kernel.tokens import Span

# What a transformer gives its listeners.
PIECES = "rows of word pieces"
_COLUMNS = ("ids", "type_ids", "lengths", "window_spans", "align_rows", "align_lengths")


class TransformerData(Rows):
    """What a transformer gave for one Doc. What lies in `doc._.trf_data` is a copy in the memory of the host."""

    def __len__(self) -> int:
        """The number of tokens."""
        return len(self.wordpieces.align_lengths)

    def __repr__(self) -> str:
        return f"<TransformerData of {len(self)} tokens: {len(self.rows)} rows, width {self.width}>"

    @property
    def shape(self) -> tuple[int, int]:
        """That of `rows`: what a listener sends back has it."""
        return int(self.rows.shape[0]), self.width

    @property
    def tokens(self) -> dict[str, Any]:
        """The pieces under the names of Hugging Face's tokenizers, padded."""
        pieces = self.wordpieces
        found = {
            "input_texts": pieces.strings,
            "input_ids": pieces.input_ids,
            "attention_mask": pieces.attention_mask,
        }
        return found if pieces.token_type_ids is None else {**found, "token_type_ids": pieces.token_type_ids}

    @classmethod
    def empty(cls, tokens: int = 0) -> TransformerData:
        """For a Doc that no span covers, of which not even the width is known."""
        return cls.zeros(tokens, 0)

    @classmethod
    def zeros(cls, tokens: int, width: int, *, xp: Any = np) -> TransformerData:
        """For a Doc that no span covers: no row at all, so that every token gets a vector of zeros."""
        return cls(WordpieceBatch.empty([tokens]), xp.zeros((0, width), dtype="float32"))

    def to_bytes(self) -> bytes:
        """Everything, without pickle; `from_bytes` reads it."""
        data: bytes = srsly.msgpack_dumps(_encode_data(self))
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> TransformerData:
        """What `to_bytes` wrote. `DataError` if it is something else."""
        try:
            return _decode_data(cls, message_from_bytes(data))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError("these bytes are not the data of a transformer") from error

    def __reduce__(self) -> tuple[Any, ...]:
        # Between processes too: what makes strings of pieces stays where it is.
        return type(self).from_bytes, (self.to_bytes(),)


store_type("kernel.TransformerData", TransformerData, TransformerData.to_bytes, TransformerData.from_bytes)


class FullTransformerBatch(Rows):
    """What a transformer gave for a batch of Docs: what a model returns that the component `transformer` takes.

    spans: for every Doc the spans that were run. The model's backward pass is called with one gradient (rows of the Doc,
    width) for each Doc, or None where no gradient came.
    """

    def __init__(
        self,
        spans: Sequence[Sequence[Span]],
        wordpieces: WordpieceBatch,
        rows: Array,
        *,
        pooler_output: Array | None = None,
        hidden_states: Sequence[Array] = (),
        attentions: Sequence[Sequence[Array]] = (),
    ) -> None:
        super().__init__(
            wordpieces,
            rows,
            pooler_output=pooler_output,
            hidden_states=hidden_states,
            attentions=attentions,
        )
        self.spans = spans
        self._doc_data: list[TransformerData] | None = None

    @classmethod
    def empty(cls, docs: int, *, tokens: Sequence[int] | None = None, width: int = 0) -> FullTransformerBatch:
        """For Docs of which nothing was run. tokens: how many each has."""
        counts = [0] * docs if tokens is None else tokens
        return cls([[] for _ in counts], WordpieceBatch.empty(counts), np.zeros((0, width), dtype="float32"))

    @classmethod
    def from_padded(
        cls,
        spans: Sequence[Sequence[Span]],
        lengths: Sequence[int],
        last_hidden_state: Array,
        align: Ragged,
        *,
        docs: Sequence[Any],
        input_ids: Array | None = None,
        pooler_output: Array | None = None,
    ) -> FullTransformerBatch:
        """From what a model of one's own gave for every span, padded to the longest.

        spans: of every Doc. lengths: how many rows of each span count. last_hidden_state: (spans, longest, width), an
        array of the model's `ops`. align: for every token of all Docs the numbers of its rows in
        `last_hidden_state.reshape(-1, width)`. docs: the Docs, whose tokens those are. input_ids: (spans, longest).
        """
        counts = np.asarray(lengths, dtype="int64")
        longest = int(last_hidden_state.shape[1])
        taken = places(counts, longest)
        row_of = np.full(len(counts) * longest, -1, dtype="int64")
        row_of[taken] = np.arange(len(taken))
        align_rows = row_of[np.asarray(align.dataXd).reshape(-1)]
        if len(align_rows) and int(align_rows.min()) < 0:
            raise DataError("a token is aligned to a row of padding")
        per_doc = np.asarray([len(each) for each in spans], dtype="int64")
        doc_windows = borders(per_doc)
        xp = get_array_module(last_hidden_state)
        parts = [last_hidden_state[number, :count] for number, count in enumerate(counts.tolist())]
        rows = xp.concatenate(parts) if parts else last_hidden_state.reshape(-1, last_hidden_state.shape[-1])
        ids = np.zeros(len(taken), "int64") if input_ids is None else np.asarray(input_ids).reshape(-1)[taken]
        pieces = WordpieceBatch(
            ids=ids.astype("int64"),
            type_ids=None,
            lengths=counts,
            window_spans=np.arange(len(counts)),
            doc_windows=doc_windows,
            doc_rows=borders(counts)[doc_windows],
            align_rows=align_rows,
            align_lengths=np.asarray(align.lengths, dtype="int64"),
            doc_tokens=borders(np.asarray([len(doc) for doc in docs], dtype="int64")),
            cut=0,
        )
        return cls(spans, pieces, rows, pooler_output=pooler_output)

    def __len__(self) -> int:
        """The number of Docs."""
        return len(self.spans)

    def __iter__(self) -> Iterator[TransformerData]:
        """What `split_by_doc` gives: a batch stands for a list of what belongs to each Doc."""
        return iter(self.split_by_doc())

    @property
    def doc_data(self) -> list[TransformerData]:
        """One `TransformerData` per Doc, copied to the memory of the host: one transfer for the whole batch, the first time."""
        if self._doc_data is None:
            self._doc_data = self._on_host().split_by_doc(copy=True)
        return self._doc_data

    def split_by_doc(self, *, copy: bool = False) -> list[TransformerData]:
        """One `TransformerData` per Doc, on the device of the batch. copy: with arrays of its own, else parts of those of the batch."""
        pieces = self.wordpieces
        own = _copied if copy else _itself
        aligned = borders(np.asarray(pieces.align_lengths))[pieces.doc_tokens].tolist()
        rows, windows, tokens = (
            pieces.doc_rows.tolist(),
            pieces.doc_windows.tolist(),
            pieces.doc_tokens.tolist(),
        )
        found = []
        for number in range(len(rows) - 1):
            row, window = slice(*rows[number : number + 2]), slice(*windows[number : number + 2])
            found.append(
                TransformerData(
                    _of_doc(
                        pieces,
                        row,
                        window,
                        slice(*tokens[number : number + 2]),
                        slice(*aligned[number : number + 2]),
                    ),
                    own(self.rows[row]),
                    pooler_output=None if self.pooler_output is None else own(self.pooler_output[window]),
                    hidden_states=[own(layer[row]) for layer in self.hidden_states],
                    attentions=[[own(each) for each in layer[window]] for layer in self.attentions],
                )
            )
        return found

    def unsplit_by_doc(self, gradients: Sequence[Array | None]) -> FullTransformerBatch:
        """The gradients of all Docs in one batch: `rows`, or `tensors[0]` for a model that works on the padded form.

        gradients: (rows of the Doc, width) each, None for zeros.
        """
        xp = get_array_module(self.rows)
        rows = xp.zeros_like(self.rows)
        starts = self.wordpieces.doc_rows.tolist()
        for start, end, gradient in zip(starts[:-1], starts[1:], gradients, strict=True):
            if gradient is not None:
                rows[start:end] = gradient
        return FullTransformerBatch(self.spans, self.wordpieces, rows)

    def _on_host(self) -> FullTransformerBatch:
        return FullTransformerBatch(
            self.spans,
            self.wordpieces,
            to_host(self.rows),
            pooler_output=None if self.pooler_output is None else to_host(self.pooler_output),
            hidden_states=[to_host(layer) for layer in self.hidden_states],
            attentions=[[to_host(each) for each in layer] for layer in self.attentions],
        )


def _copied(array: Array) -> Array:
    return array.copy()


def _itself(array: Array) -> Array:
    return array


def to_host(array: Array) -> Array:
    """An array in the memory of the host, where it may lie already."""
    if hasattr(array, "get"):
        return array.get()
    return array if type(array) is np.ndarray else np.asarray(array).view(np.ndarray)


def _of_doc(
    pieces: WordpieceBatch, rows: slice, windows: slice, tokens: slice, aligned: slice
) -> WordpieceBatch:
    """The pieces of one Doc. A copy: the Doc may be kept, and must not keep those of its batch."""
    lengths = pieces.lengths[windows].copy()
    spans = pieces.window_spans[windows]
    return replace(
        pieces,
        ids=pieces.ids[rows].copy(),
        type_ids=None if pieces.type_ids is None else pieces.type_ids[rows].copy(),
        lengths=lengths,
        window_spans=spans - spans[0] if len(spans) else spans,
        doc_windows=np.array([0, len(lengths)]),
        doc_rows=np.array([0, rows.stop - rows.start]),
        align_rows=pieces.align_rows[aligned] - rows.start,
        align_lengths=pieces.align_lengths[tokens].copy(),
        doc_tokens=np.array([0, tokens.stop - tokens.start]),
        cut=0,
    )


def _encode_data(data: TransformerData) -> dict[str, Any]:
    pieces = data.wordpieces
    return {
        "pieces": {name: _encode(getattr(pieces, name)) for name in _COLUMNS},
        "pad_id": pieces.pad_id,
        "strings": pieces.strings,
        "rows": _encode(data.rows),
        "pooler_output": _encode(data.pooler_output),
        "hidden_states": [_encode(layer) for layer in data.hidden_states],
        "attentions": [[_encode(each) for each in layer] for layer in data.attentions],
    }


def _decode_data(kind: type[TransformerData], message: dict[str, Any]) -> TransformerData:
    columns: dict[str, Any] = {name: _decode(message["pieces"][name]) for name in _COLUMNS}
    pieces = WordpieceBatch(
        **columns,
        doc_windows=np.array([0, len(columns["lengths"])]),
        doc_rows=np.array([0, len(columns["ids"])]),
        doc_tokens=np.array([0, len(columns["align_lengths"])]),
        pad_id=message["pad_id"],
    )
    # Computed already: there is no tokenizer any more.
    pieces.__dict__["strings"] = message["strings"]
    return kind(
        pieces,
        _decode(message["rows"]),
        pooler_output=_decode(message["pooler_output"]),
        hidden_states=[_decode(layer) for layer in message["hidden_states"]],
        attentions=[[_decode(each) for each in layer] for layer in message["attentions"]],
    )


def _encode(array: Array | None) -> list[Any] | None:
    if array is None:
        return None
    plain = np.ascontiguousarray(to_host(array))
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    return [plain.dtype.str, list(plain.shape), plain.tobytes()]


def _decode(value: Any) -> Array | None:
    if value is None:
        return None
    kind, shape, data = value
    if np.dtype(kind).kind not in "fiu":
        raise DataError(f"an array of numbers was expected, not of type {kind}")
    return np.frombuffer(data, dtype=kind).reshape(shape).astype(np.dtype(kind).newbyteorder("="), copy=True)
