"""What is annotated of a document, by kind."""

from kernel.tokens import Doc, Span
from kernel.tokens.annotated import KINDS, annotated
from kernel.vocab import Vocab


def test_every_kind_is_counted() -> None:
    doc = Doc(
        Vocab(),
        words=["Anna", "likes", "Berlin", "."],
        tags=["NNP", "VBZ", "NNP", ""],
        pos=["PROPN", "VERB", "", ""],
        lemmas=["Anna", "like", "Berlin", "."],
        morphs=["", "Number=Sing", "", ""],
        heads=[1, 1, 1, 1],
        deps=["nsubj", "ROOT", "obj", "punct"],
        ents=["B-PERSON", "O", "B-PLACE", ""],
    )
    doc.set_ents([Span(doc, 2, 3, "PLACE", kb_id="Q64")], default="unmodified")
    doc.spans["sc"] = [doc[0:2], doc[1:3]]
    doc.cats["good"] = 0.0
    doc.user_data["note"] = None
    assert annotated(doc) == dict(zip(KINDS, [3, 2, 4, 1, 4, 1, 2, 1, 1, 2, 1, 1], strict=True))


def test_what_is_not_annotated_is_left_out() -> None:
    doc = Doc(Vocab(), words=["one", "two"])
    assert annotated(doc) == {}
    # Nobody said anything of entities, or that there are none.
    doc.set_ents([], default="missing")
    assert annotated(doc) == {}
    doc.set_ents([], default="outside")
    assert annotated(doc) == {}
