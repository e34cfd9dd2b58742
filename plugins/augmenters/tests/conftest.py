"""Documents with every kind of annotation, made by chance."""

import pytest
from hypothesis import strategies as st

from kernel import blank
from kernel.tokens import Doc, Span
from kernel.training import Example

WORDS = [
    "Ada",
    "Lovelace",
    "met",
    "New",
    "York",
    "don't",
    ".",
    "(",
    ")",
    "U.S.",
    "naïve",
    "日本",
    "STRASSE",
    "e-mail",
]


@pytest.fixture(scope="session")
def nlp():
    return blank("xx")


@st.composite
def described(draw, most=9):
    """The content of a document: words, spaces, heads of one or two trees, entities, spans."""
    size = draw(st.integers(1, most))
    words = draw(st.lists(st.sampled_from(WORDS), min_size=size, max_size=size))
    spaces = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    cut = draw(st.integers(0, size - 1))
    heads = []
    for start, end in ((0, cut), (cut, size)):
        # Each token hangs on one that comes before it in some order, so that there is no circle.
        order = draw(st.permutations(range(start, end)))
        above = {
            each: each if not place else order[draw(st.integers(0, place - 1))]
            for place, each in enumerate(order)
        }
        heads += [above[place] for place in range(start, end)]
    borders = sorted(draw(st.sets(st.integers(0, size), max_size=6)))
    entities = [
        (a, b, draw(st.sampled_from(["PERSON", "GPE"])))
        for a, b in zip(borders[::2], borders[1::2], strict=False)
    ]
    spans = [
        (min(pair), max(pair) + 1)
        for pair in draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=3))
    ]
    return {"words": words, "spaces": spaces, "heads": heads, "entities": entities, "spans": spans}


def example_from(nlp, content):
    """An example of the content."""
    words, size = content["words"], len(content["words"])
    doc = Doc(
        nlp.vocab,
        words=words,
        spaces=content["spaces"],
        tags=[f"T{place}" for place in range(size)],
        pos=["NOUN"] * size,
        morphs=["Case=Nom"] * size,
        lemmas=[f"l{place}" for place in range(size)],
        heads=content["heads"],
        deps=["ROOT" if head == place else f"d{place}" for place, head in enumerate(content["heads"])],
    )
    doc.set_ents(
        [Span(doc, start, end, label, kb_id=f"Q{start}") for start, end, label in content["entities"]]
    )
    doc.spans["sc"] = [Span(doc, start, end, "X", span_id="i") for start, end in content["spans"]]
    doc.cats = {"A": 1.0, "B": 0.0}
    return Example(nlp.make_doc(doc.text), doc, origin="a file:3")


def is_tree(doc):
    """Whether every token leads to a root, and sentences begin where trees do."""
    heads = [token.head.i for token in doc]
    for token in range(len(doc)):
        seen = set()
        while heads[token] != token:
            assert token not in seen, "a circle"
            seen.add(token)
            token = heads[token]
    return True
