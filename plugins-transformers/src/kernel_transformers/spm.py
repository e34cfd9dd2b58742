"""Models of SentencePiece: the file is a message of Protocol Buffers, of which a few fields are read.

Format: sentencepiece_model.proto of SentencePiece.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import DataError

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
_UNIGRAM = 1
_SPACE = "\u2581"


@dataclass(frozen=True)
class Piece:
    """An entry of the vocabulary: its text, the logarithm of its probability, and what it is (NORMAL, UNKNOWN, ...)."""

    text: str
    score: float
    kind: int


@dataclass(frozen=True)
class Model:
    """pieces: the vocabulary. is_unigram: whether that is what it was trained as. byte_fallback: whether unknown characters become
    bytes. characters: the compiled table that normalises texts, empty if there is none. dummy_prefix: whether a text gets a space
    before it. remove_spaces: whether spaces at the ends, and several in a row, are taken away.
    """

    pieces: tuple[Piece, ...]
    is_unigram: bool
    byte_fallback: bool
    characters: bytes
    dummy_prefix: bool
    remove_spaces: bool


def parse(path: Path) -> Model:
    """Read a model. Raises DataError for a file that is none."""
    try:
        return _model(path.read_bytes())
    except (IndexError, struct.error, UnicodeDecodeError, ValueError, TypeError):
        raise DataError("this is no model of SentencePiece, or only a part of one", path=path) from None


def tokenizer(model: Model, pieces: Sequence[Piece], before: Sequence[Any]) -> Any:
    """The same as a tokenizer of the library `tokenizers`, with a vocabulary that may have been changed.

    before: normalisers that come before the model's own.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    unknown = next((place for place, piece in enumerate(pieces) if piece.kind == UNKNOWN), None)
    vocabulary = [(piece.text, piece.score) for piece in pieces]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=unknown, byte_fallback=model.byte_fallback))
    steps = list(before)
    if model.characters:
        steps.append(normalizers.Precompiled(model.characters))
    if model.remove_spaces:
        steps += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    if steps:
        made.normalizer = normalizers.Sequence(steps)
    scheme = "always" if model.dummy_prefix else "never"
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme=scheme)
    made.decoder = decoders.Metaspace(replacement=_SPACE, prepend_scheme=scheme)
    whole = [AddedToken(piece.text, normalized=False) for piece in pieces if piece.kind == USER_DEFINED]
    made.add_tokens(whole)
    return made


def _model(content: bytes) -> Model:
    pieces = []
    trainer: dict[int, Any] = {}
    normalizer: dict[int, Any] = {}
    for field, value in _fields(content):
        if field == 1:
            found = dict(_fields(value))
            score = struct.unpack("<f", found[2])[0] if 2 in found else 0.0
            pieces.append(Piece(found.get(1, b"").decode("utf-8"), score, found.get(3, NORMAL)))
        elif field == 2:
            trainer = dict(_fields(value))
        elif field == 3:
            normalizer = dict(_fields(value))
    if not pieces:
        raise ValueError("no pieces")
    return Model(
        tuple(pieces),
        trainer.get(3, _UNIGRAM) == _UNIGRAM,
        bool(trainer.get(35, False)),
        normalizer.get(2, b""),
        bool(normalizer.get(3, True)),
        bool(normalizer.get(4, True)),
    )


def _fields(content: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field: an int, or bytes."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        kind = key & 7
        if kind == 0:
            value: Any
            value, at = _varint(content, at)
        else:
            if kind == 2:
                size, at = _varint(content, at)
            else:
                size = {1: 8, 5: 4}.get(kind, -1)
            if size < 0 or at + size > len(content):
                raise ValueError("a field that ends behind the file, or of an unknown kind")
            value, at = content[at : at + size], at + size
        yield key >> 3, value


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
