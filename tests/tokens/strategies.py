"""Documents with arbitrary annotations, and arbitrary trees."""

from hypothesis import strategies as st

from kernel.tokens import Doc, Span

texts = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=6)


@st.composite
def docs(draw, vocab):
    words = draw(st.lists(texts, max_size=8))
    n = len(words)
    # A few strings that annotations share, as they do in real documents; drawing one for each would take most of the time.
    labels = st.sampled_from(draw(st.lists(texts, min_size=1, max_size=4)))

    def maybe(values):
        return draw(st.none() | st.lists(values, min_size=n, max_size=n))

    heads = maybe(st.just(0))
    if heads is not None:
        heads = [draw(st.integers(0, index)) for index in range(n)]
    doc = Doc(
        vocab,
        words=words,
        spaces=maybe(st.booleans()),
        tags=maybe(labels),
        pos=maybe(st.sampled_from(["NOUN", "VERB", ""])),
        lemmas=maybe(labels),
        morphs=maybe(st.sampled_from(["", "A=b", "C=d|A=b"])),
        heads=heads,
        sent_starts=maybe(st.sampled_from([True, False, None])),
        ents=maybe(st.sampled_from(["O", "", "B-X", "I-X", "B-Y"])),
    )
    for name in draw(st.lists(st.sampled_from(["a", "b"]), unique=True)):
        starts = draw(st.lists(st.integers(0, n), max_size=3))
        doc.spans[name] = [
            Span(doc, start, draw(st.integers(start, n)), label=draw(labels)) for start in starts
        ]
    doc.cats = draw(st.dictionaries(texts, st.floats(0, 1), max_size=2))
    if n and draw(st.booleans()):
        doc[0].norm_ = draw(labels)
    return doc


ALL = [
    "ORTH",
    "NORM",
    "SPACY",
    "LEMMA",
    "POS",
    "TAG",
    "DEP",
    "ENT_IOB",
    "ENT_TYPE",
    "HEAD",
    "SENT_START",
    "ENT_KB_ID",
    "MORPH",
    "ENT_ID",
]


def content(doc):
    """All that a document says, as plain values."""
    strings = doc.vocab.strings
    return {
        "text": doc.text,
        "array": doc.to_array(ALL).tolist(),
        "strings": [(token.text, token.norm_, token.tag_, token.lemma_, str(token.morph)) for token in doc],
        "ents": [(ent.start, ent.end, ent.label_, ent.kb_id_, ent.id_) for ent in doc.ents],
        "spans": {
            key: [(span.start, span.end, strings[span.label]) for span in group]
            for key, group in doc.spans.items()
        },
        "cats": doc.cats,
        "unknown": doc.has_unknown_spaces,
    }


@st.composite
def trees(draw, largest=12):
    """The heads (positions) of a few trees over mixed positions, flat ones and deep ones."""
    order = draw(st.permutations(range(draw(st.integers(0, largest)))))
    heads = list(range(len(order)))
    back = draw(st.sampled_from([1, 2, largest]))
    for place, index in enumerate(order[1:], 1):
        if draw(st.integers(0, 6)):
            heads[index] = order[draw(st.integers(max(0, place - back), place - 1))]
    return heads
