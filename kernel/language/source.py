"""Components taken over, with their weights, from other pipelines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from kernel.errors import UsageError, warn
from kernel.language.create import create
from kernel.language.listening import listeners_of, sources_of, with_copies
from kernel.language.slots import Slot, find
from kernel.numeric.bytes import model_digest
from kernel.vocab.vectors import check_trained_with, remembers

if TYPE_CHECKING:
    from kernel.language.components import ComponentList


def copy_component(
    nlp: ComponentList,
    source: ComponentList,
    taken: str,
    name: str,
    *,
    replace_listeners: str | Iterable[str] = (),
    validate: bool = True,
) -> Slot:
    """Make a component like one of another pipeline, with its settings and weights.

    replace_listeners: listeners that become copies of the source they listen to, as paths in the component's config.
    """
    original = find(source.slots, taken)
    _compare_languages(nlp, source)
    blocks = source.config.interpolate()["components"]
    theirs = [found for _, found in sources_of(original, source.slots)]
    parts = [original, *(found for found in theirs if found is not None and replace_listeners)]
    _compare_vectors(nlp, source, [part.component for part in parts], name)
    nlp.vocab.strings.take(source.vocab.strings)
    slot = create(
        nlp,
        blocks[taken]["factory"],
        name,
        blocks[taken],
        validate=validate,
        given_by=f"'{taken}' of the pipeline that it is taken from",
    )
    _copy_data(original.component, slot.component)
    heard = [
        (node, found)
        for node, found in zip(listeners_of(slot.component), theirs, strict=True)
        if found is not None
    ]
    digests = {found.name: model_digest(found.component.model) for _, found in heard}
    for node, found in heard:
        node.attrs["listener"].learnt_with = digests[found.name]
    if replace_listeners:
        if not heard:
            raise UsageError(
                f"component '{taken}' doesn't listen to any component of its pipeline, so no listener can be replaced"
            )
        slot = with_copies(slot, heard, source.slots, blocks, replace_listeners)
    return replace(slot, copied=True)


def _copy_data(original: Any, copy: Any) -> None:
    """Give a component what another one has learnt, in whichever way both can."""
    if hasattr(original, "to_bytes") and hasattr(copy, "from_bytes"):
        copy.from_bytes(original.to_bytes())
    elif hasattr(original, "to_disk") and hasattr(copy, "from_disk"):
        with TemporaryDirectory() as folder:
            place = Path(folder) / "component"
            original.to_disk(place)
            if place.exists():
                copy.from_disk(place)


def _compare_languages(nlp: ComponentList, source: ComponentList) -> None:
    if nlp.lang and source.lang and nlp.lang != source.lang:
        warn(
            f"components are taken from a pipeline of the language '{source.lang}' into one of '{nlp.lang}', whose tokenizer may "
            "make other tokens than they have learnt with"
        )


def _compare_vectors(nlp: ComponentList, source: ComponentList, parts: Iterable[Any], name: str) -> None:
    """`DataError` if a component was trained with other static vectors than a pipeline has, a warning if that can't be told.

    parts: the component, and what it gets copies of.
    """
    theirs, ours = source.vocab.vectors, nlp.vocab.vectors
    if not theirs or not ours:
        # They may come later: with [initialize], which compares them then.
        return
    models = [part.model for part in parts if hasattr(getattr(part, "model", None), "walk")]
    remembering = [model for model in models if remembers(model)]
    for model in remembering:
        check_trained_with(model, ours, f"component '{name}'")
    if not remembering and theirs.digest != ours.digest:
        warn(
            f"component '{name}' was trained with other static vectors than this pipeline has; "
            "if it uses them, its predictions will differ"
        )
