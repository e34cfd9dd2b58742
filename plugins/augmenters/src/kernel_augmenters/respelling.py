"""A document with some of its words written differently."""

from collections.abc import Mapping

import numpy as np

from kernel.tokens import Doc
from kernel_augmenters.moving import moved_user_data


def respelled(doc: Doc, words: Mapping[int, str]) -> Doc:
    """A copy with other words at some places, the document itself without any. The tokens stay, and so do all annotations of tokens
    and spans of tokens."""
    if not words:
        return doc
    new = doc.copy()
    rows = doc.rows.copy()
    rows[list(words)] = doc.table.rows(list(words.values()))
    new.set_rows(rows)
    # What is known of the text and of offsets in it was that of the former words.
    new.set_spaces(new.spaces)
    places = np.arange(len(doc))
    new.user_data = moved_user_data(doc, new, places, places + 1)
    return new
