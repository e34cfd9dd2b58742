"""Models of fastText and floret (.bin), read with the package that wrote them, if it is installed."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from kernel.errors import DataError, UsageError
from kernel_vectors.containers import Content
from kernel_vectors.source import Block, Source

_ROWS = 1024
_HINT = "pip install fasttext (or floret, for its own), or have the tool write text: model.vec beside model.bin is it."


def read_model(content: Content, path: Path) -> Source:
    """The vectors of the words of a model. `UsageError` if no installed package can read it.

    path: of the file, which has to be that of the model itself: the packages read no other.
    """
    if content.is_packed:
        raise UsageError(f"{content.path} is a packed model of fastText: unpack it first")
    errors = []
    for name in ("fasttext", "floret"):
        try:
            package: Any = import_module(name)
        except ImportError:
            continue
        try:
            model = package.load_model(str(path))
        except (ValueError, RuntimeError, MemoryError) as error:
            errors.append(f"{name}: {error}")
            continue
        width = int(model.get_dimension())
        words = model.get_words(on_unicode_error="replace")
        return Source(f"{name} model", "row", width, len(words), _blocks(model, words, width))
    if errors:
        raise DataError(f"the model can't be read: {'; '.join(errors)}", path=path)
    raise UsageError(f"{path} is a model of fastText, which only the package fasttext reads", hint=_HINT)


def _blocks(model: Any, words: list[str], width: int) -> Iterator[Block]:
    for start in range(0, len(words), _ROWS):
        some = words[start : start + _ROWS]
        vectors = np.zeros((len(some), width), dtype=np.float32)
        for row, word in enumerate(some):
            vectors[row] = model.get_word_vector(word)
        yield Block(some, list(range(start + 1, start + 1 + len(some))), vectors)
