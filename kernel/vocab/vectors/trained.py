"""What a model remembers of the vectors that its weights were trained with, and whether others are given to it.

A layer that reads the vectors of the vocab keeps a note of them among its attributes, so that the note goes wherever the
weights go: into files, bytes and copies.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import DataError, warn
from kernel.vocab.vectors.table import Vectors, shown

NOTE = "vectors"
"""The attribute of a layer that holds the note."""


def remember(layer: Any, vectors: Vectors) -> None:
    """Note, in a layer whose first weights are set, the vectors that it will be trained with."""
    layer.attrs[NOTE] = _note(vectors)


def remembers(model: Any) -> bool:
    """Whether any layer of a model has a note of vectors."""
    return any(layer.attrs.get(NOTE) for layer in model.walk())


def check_trained_with(model: Any, vectors: Vectors, owner: str) -> None:
    """`DataError` if a layer of a model was trained with other vectors than these, or if there are none.

    Vectors that were changed since count as the same. owner: whose model it is, for the message, such as "component 'ner'".
    """
    for layer in model.walk():
        note = layer.attrs.get(NOTE)
        if not note or note["digest"] in vectors.former or (vectors and note["digest"] == vectors.digest):
            continue
        known = shown(**note)
        if not vectors:
            raise DataError(
                f"{owner} was trained with the static vectors {known}, and there are no vectors here",
                hint="Name the directory that has them in [initialize] vectors. To load a pipeline and set nlp.vocab.vectors "
                "afterwards: kernel.load(path, exclude=['vectors']).",
            )
        raise DataError(
            f"{owner} was trained with the static vectors {known}, which are not those that are here: {vectors.shown()}",
            hint="Its weights mean nothing with others: give it its own ([initialize] vectors), or train it anew.",
        )


def compare_used(layer: Any, vectors: Vectors) -> None:
    """Warn, once for a table, if a layer that reads vectors was trained with others. Costs the look-up of a digest."""
    note = layer.attrs.get(NOTE)
    if not note or note["digest"] in vectors.compared:
        return
    vectors.compared.add(note["digest"])
    if note["digest"] != vectors.digest and note["digest"] not in vectors.former:
        warn(
            f"a model was trained with the static vectors {shown(**note)}, which are not those that are here: {vectors.shown()}; "
            "its predictions mean little with others"
        )


def _note(vectors: Vectors) -> dict[str, Any]:
    return {
        "name": vectors.name,
        "digest": vectors.digest,
        "width": vectors.width,
        "mode": vectors.mode,
    }
