"""What is annotated of a document, counted by kind: what a file format has to hold, and what it loses if it can't."""

from __future__ import annotations

import numpy as np

from kernel.tokens.doc import Doc
from kernel.tokens.iob import MISSING
from kernel.tokens.morph import EMPTY
from kernel.vocab import attrs, hash_strings

_OF_TOKENS = (
    ("tags", attrs.TAG),
    ("parts of speech", attrs.POS),
    ("lemmas", attrs.LEMMA),
    ("morphological features", attrs.MORPH),
    ("dependencies", attrs.DEP),
)
_NO_FEATURES = hash_strings([EMPTY])[0]
KINDS = (
    *(name for name, _ in _OF_TOKENS),
    "sentences",
    "entities",
    "tokens of which entities are not annotated",
    "ids of entities",
    "spans",
    "categories",
    "user data",
)
"""What `annotated` tells apart, in words for people."""


def annotated(doc: Doc) -> dict[str, int]:
    """Kind of annotation (`KINDS`) -> how many of it a document has: tokens, entities, spans, labels or keys.

    What it has none of is left out, and so are tensors and word forms, which are no annotations.
    """
    found = {name: _nonzero(doc, attr) for name, attr in _OF_TOKENS}
    if attrs.SENT_START in doc.columns:
        found["sentences"] = int(np.count_nonzero(doc.columns[attrs.SENT_START] == 1))
    if attrs.ENT_IOB in doc.columns:
        missing = int(np.count_nonzero(doc.columns[attrs.ENT_IOB] == MISSING))
        entities = doc.ents
        found["entities"] = len(entities)
        found["tokens of which entities are not annotated"] = missing if missing < len(doc) else 0
        found["ids of entities"] = sum(bool(ent.kb_id_ or ent.id_) for ent in entities)
    found["spans"] = sum(len(group) for group in doc.spans.values())
    found["categories"] = len(doc.cats)
    found["user data"] = len(doc.user_data)
    return {name: found[name] for name in KINDS if found.get(name)}


def _nonzero(doc: Doc, attr: int) -> int:
    """How many tokens have a value; that of a word without features is none."""
    column = doc.columns.get(attr)
    return 0 if column is None else int(np.count_nonzero((column != 0) & (column != _NO_FEATURES)))
