"""What `[initialize]` adds to a vocabulary: the vectors of another pipeline, attributes of word forms; and whose vectors they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import srsly

from kernel.errors import DataError
from kernel.files.atomic import read_whole
from kernel.files.home import expand_home
from kernel.numeric.bytes import is_weights
from kernel.saving.directories import locate, reading
from kernel.visible import shell_word

if TYPE_CHECKING:
    from kernel.language.slots import Slot
    from kernel.vocab import Vectors, Vocab

# What a saved pipeline calls the directory of its vocab.
_VOCAB = "vocab"
NO_VECTORS = (
    "`kernel init vectors LANG FILE DIRECTORY` makes a pipeline of a file of word vectors; vectors of your own come from "
    "vocab.set_vector(word, vector) and vocab.to_disk(directory). Name the directory."
)


def load_vectors(vocab: Vocab, where: str | Path) -> None:
    """Take the static vectors of a saved pipeline, of its vocab directory, or of a directory with vectors."""
    file = expand_home(Path(where))
    if file.is_file():
        with file.open("rb") as stream:
            if is_weights(stream.read(16)):
                raise DataError(
                    "this file holds weights, such as kernel pretrain writes, and no word vectors",
                    path=where,
                    hint=f"[initialize] init_tok2vec takes them: --paths.init_tok2vec {shell_word(str(where))}.",
                )
        raise DataError(
            "this is a file, and vectors are loaded from the directory of a pipeline",
            path=where,
            hint=f"Make a pipeline of it: kernel init vectors LANG {shell_word(str(where))} DIRECTORY.",
        )
    read_whole(locate(where), partial(_read_vectors, vocab))


def _read_vectors(vocab: Vocab, root: Path) -> None:
    folder = root / _VOCAB if (root / _VOCAB).is_dir() else root
    if not (folder / "vectors").is_file():
        raise DataError("there are no vectors", path=folder, hint=NO_VECTORS)
    strings = folder / "strings.json"
    if strings.is_file():
        vocab.strings.add_many(json.loads(strings.read_text(encoding="utf8")))
    with reading(folder):
        vocab.vectors.from_disk(folder)
    if not vocab.vectors:
        raise DataError("there are no vectors: the table is empty", path=folder, hint=NO_VECTORS)


def check_vectors_of(slots: Iterable[Slot], vectors: Vectors) -> None:
    """`DataError` if a component was trained with other static vectors than these, or if there are none."""
    from kernel.vocab.vectors import check_trained_with

    for slot in slots:
        model = getattr(slot.component, "model", None)
        if hasattr(model, "walk"):
            check_trained_with(model, vectors, f"component '{slot.name}'")


def check_shared_vectors(vocab: Vocab, folder: Path) -> None:
    """`DataError` if a vocab, which other pipelines may have too, has other vectors than a directory that is to be loaded into it."""
    from kernel.vocab import Vectors

    if not vocab.vectors or not (folder / "vectors").is_file():
        return
    stored = Vectors().from_disk(folder)
    if stored and stored.digest != vocab.vectors.digest:
        raise DataError(
            f"the vocab that is given has the vectors {vocab.vectors.shown()}, the saved pipeline has {stored.shown()}, which would "
            "take their place in every pipeline of that vocab",
            path=folder,
            hint="Load it with a vocab of its own: leave vocab out.",
        )


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
