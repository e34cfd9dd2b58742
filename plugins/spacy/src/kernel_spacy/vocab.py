"""Strings, tables of the language and vectors of a pipeline of spaCy."""

from __future__ import annotations

from collections.abc import Collection

from kernel.saving.directories import reading
from kernel.vocab import Vocab
from kernel.vocab.packing import unpack
from kernel_spacy.source import Source

_STRINGS, _LOOKUPS, _VECTORS = "vocab/strings.json", "vocab/lookups.bin", "vocab/vectors"


def fill_vocab(source: Source, vocab: Vocab, left_out: Collection[str]) -> None:
    """Give a vocab what the folder `vocab` holds; what is missing there stays as it is. left_out: of strings, lookups and vectors.

    The files are those that ours may have too: see `kernel.vocab.vectors.files` for the table of vectors and its keys.
    """
    if "strings" not in left_out and source.has(_STRINGS):
        source.parsed(_STRINGS, vocab.strings.from_bytes)
    if "lookups" not in left_out and source.has(_LOOKUPS):
        vocab.lookups = source.parsed(_LOOKUPS, unpack)
    if "vectors" not in left_out and source.has(_VECTORS):
        with reading(source.path(_VECTORS)):
            vocab.vectors.from_disk(source.path("vocab"))
