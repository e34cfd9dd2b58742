"""Documents to draw."""

import pytest

import kernel
from kernel.tokens import Doc, Span


@pytest.fixture(scope="session")
def vocab():
    return kernel.blank("en").vocab


@pytest.fixture
def doc(vocab):
    """A sentence with everything that can be drawn."""
    made = Doc(
        vocab,
        ["Ada", "Lovelace", "wrote", "notes", "in", "London", "."],
        [True, True, True, True, True, False, False],
        heads=[1, 2, 2, 2, 2, 4, 2],
        deps=["compound", "nsubj", "ROOT", "dobj", "prep", "pobj", "punct"],
        pos=["PROPN", "PROPN", "VERB", "NOUN", "ADP", "PROPN", "PUNCT"],
        tags=["NNP", "NNP", "VBD", "NNS", "IN", "NNP", "."],
        lemmas=["Ada", "Lovelace", "write", "note", "in", "London", "."],
    )
    made.ents = [Span(made, 0, 2, "PERSON", kb_id="Q7259"), Span(made, 5, 6, "GPE")]
    made.spans["sc"] = [Span(made, 0, 6, "CLAUSE"), Span(made, 0, 2, "PERSON"), Span(made, 1, 4, "ODD")]
    made.cats = {"history": 0.9, "sport": 0.1}
    return made
