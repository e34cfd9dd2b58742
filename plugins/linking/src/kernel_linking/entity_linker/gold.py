"""The links that are to be learnt, in the tokens of the predicted document."""

from __future__ import annotations

from typing import NamedTuple

from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import attrs
from kernel_linking.entity_linker.choose import NIL


class Link(NamedTuple):
    """An entity and its id: first token, token after the last."""

    start: int
    end: int
    kb_id: str


def gold_links(example: Example, *, use_gold_ents: bool) -> list[Link]:
    """The gold entities that have an id, as far as they can be expressed in the predicted tokens.

    use_gold_ents: if not, only those that are predicted too, with the same label.
    """
    if use_gold_ents:
        return example.cached("entity links", _links)
    predicted = {(span.start, span.end, span.label_) for span in example.predicted.ents}
    labelled = example.cached("entity links with labels", _labelled)
    return [link for link, label in labelled if (link.start, link.end, label) in predicted]


def _links(example: Example) -> list[Link]:
    return [link for link, _ in _labelled(example)]


def _labelled(example: Example) -> list[tuple[Link, str]]:
    if attrs.ENT_KB_ID not in example.reference.columns:
        return []
    found = []
    for span in example.reference.ents:
        kb_id = span.kb_id_
        if kb_id and kb_id != NIL:
            found += [
                (Link(own.start, own.end, kb_id), span.label_)
                for own in example.get_aligned_spans_y2x([span])
            ]
    return found


def borders_of(example: Example) -> list[int] | None:
    """The borders of the sentences of the predicted document; those of the gold one, if it has none. None if neither has."""
    if example.predicted.has_annotation(attrs.SENT_START):
        return example.predicted.sentence_borders()
    if not example.reference.has_annotation(attrs.SENT_START):
        return None
    starts = example.get_aligned_sent_starts()
    return [0, *(place for place, starts_here in enumerate(starts) if starts_here and place), len(starts)]


def borders_of_doc(doc: Doc) -> list[int] | None:
    """The borders of the sentences of a document. None if nothing has set them."""
    return doc.sentence_borders() if doc.has_annotation(attrs.SENT_START) else None
