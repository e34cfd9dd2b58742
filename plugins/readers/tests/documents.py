"""Documents with any annotations, for properties of what writes them."""

from hypothesis import strategies as st

from kernel.tokens import Doc, Span
from kernel.vocab import Vocab

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=4)
LABELS = st.sampled_from(["A", "B-C", "ü", "x y"])


def documents(words=TEXTS, labels=LABELS, *, has_sentences=True):
    """Strategy: documents of up to eight words, with any of the annotations, or none."""
    return st.builds(
        _document,
        st.lists(words, min_size=1, max_size=8),
        st.randoms(use_true_random=False),
        st.lists(labels, min_size=2, max_size=2),
        st.just(has_sentences),
    )


def _document(words, random, labels, has_sentences):
    size = len(words)

    def maybe(values):
        return random.choice([None, [random.choice(values) for _ in words]])

    heads = deps = None
    if has_sentences and random.random() < 0.5:
        # A tree a sentence: each word's head is the first word, or one of those between.
        heads, start = [], 0
        for place in range(size):
            start = place if random.random() < 0.3 else start
            heads.append(start)
        deps = [
            "ROOT" if head == place else random.choice(["nsubj", "obj"]) for place, head in enumerate(heads)
        ]
    doc = Doc(
        Vocab(),
        words=words,
        spaces=random.choice([None, [random.random() < 0.5 for _ in words]]),
        tags=maybe(["NN", "VB", ""]),
        pos=maybe(["NOUN", "VERB", ""]),
        lemmas=maybe(["a", "b", ""]),
        morphs=maybe(["A=b", "A=b|C=d", ""]),
        heads=heads,
        deps=deps,
        sent_starts=maybe([True, False, None] if random.random() < 0.3 else [True, False])
        if has_sentences and not heads
        else None,
    )
    if size and random.random() < 0.7:
        cuts = sorted(random.sample(range(size + 1), min(size + 1, 4)))
        spans = [
            Span(
                doc,
                start,
                end,
                random.choice(labels),
                kb_id=random.choice(["", "Q1"]),
                span_id=random.choice(["", "7"]),
            )
            for start, end in zip(cuts[::2], cuts[1::2], strict=False)
        ]
        missing = [
            doc[i : i + 1]
            for i in range(size)
            if random.random() < 0.2 and not any(s.start <= i < s.end for s in spans)
        ]
        blocked = [
            doc[i : i + 1]
            for i in range(size)
            if random.random() < 0.2 and not any(s.start <= i < s.end for s in [*spans, *missing])
        ]
        doc.set_ents(spans, missing=missing, blocked=blocked)
    for key in ("sc", "other"):
        if size and random.random() < 0.5:
            spans = [
                Span(doc, place, random.randint(place + 1, size), random.choice(["", *labels]))
                for place in random.choices(range(size), k=3)
            ]
            doc.spans[key] = spans
            if random.random() < 0.3:
                doc.spans[key].attrs["by"] = ["a", 1]
    doc.cats.update({label: random.choice([0.0, 1.0, 0.25]) for label in labels[: random.randint(0, 2)]})
    if random.random() < 0.3:
        doc.user_data["note"] = {"a": [1, "b", None]}
        doc.user_data["._.", "seen", None, None] = True
    if size and random.random() < 0.3:
        doc[0].norm_ = "norm"
    return doc


def as_bytes(doc):
    """Everything of a document."""
    again = Doc(Vocab()).from_bytes(doc.to_bytes())
    return again.to_bytes()
