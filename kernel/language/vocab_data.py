"""What `[initialize]` adds to a vocabulary: the vectors of another pipeline, attributes of word forms."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import srsly

from kernel.errors import DataError
from kernel.files.atomic import read_whole
from kernel.files.home import expand_home
from kernel.language.saving import VOCAB
from kernel.saving.directories import locate

if TYPE_CHECKING:
    from kernel.vocab import Vocab

NO_VECTORS = "Fill a vocab with vocab.set_vector(word, vector), save it with vocab.to_disk(directory), and name the directory."


def load_vectors(vocab: Vocab, where: str | Path) -> None:
    """Take the static vectors of a saved pipeline, of its vocab directory, or of a directory with vectors."""
    read_whole(locate(where), partial(_read_vectors, vocab))


def _read_vectors(vocab: Vocab, root: Path) -> None:
    folder = root / VOCAB if (root / VOCAB).is_dir() else root
    if not (folder / "vectors").is_file():
        raise DataError("there are no vectors", path=folder, hint=NO_VECTORS)
    strings = folder / "strings.json"
    if strings.is_file():
        vocab.strings.add_many(srsly.json_loads(strings.read_text(encoding="utf8")))
    vocab.vectors.from_disk(folder)


def load_vocab_data(vocab: Vocab, path: str | Path) -> None:
    """Set attributes of word forms from JSON lines such as `{"orth": "colour", "norm": "color"}`."""
    from kernel.vocab import attrs

    for number, entry in enumerate(srsly.read_jsonl(expand_home(path)), 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("orth"), str):
            raise DataError('a line of vocab_data needs an "orth"', path=path, line=number)
        settable = attrs.FLAGS | (attrs.STRINGS - {attrs.ORTH})
        for key, value in entry.items():
            if attrs.IDS.get(key.upper()) in settable:
                vocab.set_lexeme_attr(entry["orth"], key, value)
