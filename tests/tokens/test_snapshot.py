"""A Doc is put back as it was, whatever was done to it."""

import pytest

from kernel.tokens import Doc
from kernel.tokens.snapshot import snapshot
from kernel.vocab import Vocab

WORDS = ["Ada", "saw", "Bob", "."]
CHANGES = {
    "a token": lambda doc: setattr(doc[0], "tag_", "NEW"),
    "a token without a column": lambda doc: setattr(doc[0], "lemma_", "new"),
    "a norm": lambda doc: setattr(doc[0], "norm_", "adah"),
    "heads": lambda doc: setattr(doc[0], "head", doc[2]),
    "sentences": lambda doc: setattr(doc[2], "head", doc[2]),
    "entities": lambda doc: doc.set_ents([("CITY", 2, 3)]),
    "a column": lambda doc: doc.from_array("TAG", [doc.vocab.strings.add("X")] * 4),
    "spaces": lambda doc: doc.from_array("SPACY", [0, 0, 0, 0]),
    "categories": lambda doc: doc.cats.update(a=0.5, b=1.0),
    "other categories": lambda doc: setattr(doc, "cats", {"b": 1.0}),
    "the tensor": lambda doc: setattr(doc, "tensor", doc.tensor[:1]),
    "user data": lambda doc: doc.user_data.update(count=2, other=1),
    "a list in user data": lambda doc: doc.user_data["list"].append(2),
    "a dict in user data": lambda doc: doc.user_data["dict"].clear(),
    "a set in user data": lambda doc: doc.user_data["set"].add(2),
    "other user data": lambda doc: setattr(doc, "user_data", {}),
    "a span group": lambda doc: doc.spans["old"].append(doc[1:2]),
    "a span group's attributes": lambda doc: doc.spans["old"].attrs.update(scores=[1]),
    "another span group": lambda doc: doc.spans.update(old=[], new=[doc[0:1]]),
    "no span group": lambda doc: doc.spans.clear(),
}


def make():
    doc = Doc(Vocab(), WORDS, tags=["A", "B", "C", "D"], ents=["B-NAME", "O", "O", "O"], heads=[1, 1, 1, 1])
    doc.cats = {"a": 1.0}
    doc.tensor = doc.to_array(["TAG", "DEP"]).astype("float32")
    doc.user_data.update(count=1, list=[1], dict={"x": 1}, set={1})
    doc.spans["old"] = [doc[0:2]]
    return doc


def content(doc):
    """All there is in a document, as plain values that the document doesn't share."""
    groups = {
        key: (group.name, dict(group.attrs), [str(one) for one in group]) for key, group in doc.spans.items()
    }
    data = {key: repr(value) for key, value in doc.user_data.items()}
    columns = doc.to_array(["TAG", "LEMMA", "NORM", "HEAD", "SENT_START", "ENT_TYPE", "ENT_IOB", "SPACY"])
    ents = [(ent.text, ent.label_) for ent in doc.ents]
    return doc.text, columns.tolist(), ents, dict(doc.cats), doc.tensor.tolist(), data, groups


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_undone(change):
    doc = make()
    before = content(doc)
    put_back = snapshot([doc])
    CHANGES[change](doc)
    assert content(doc) != before
    put_back()
    assert content(doc) == before


def test_all_changes_at_once_are_undone_and_can_be_made_again():
    doc, once = make(), make()
    group = doc.spans["old"]
    before = content(doc)
    put_back = snapshot([doc])
    for change in CHANGES.values():
        change(doc)
        change(once)
    put_back()
    assert content(doc) == before
    assert [span.text for span in group] == ["Ada saw"]
    snapshot([doc])
    for change in CHANGES.values():
        change(doc)
    assert content(doc) == content(once)


def test_what_was_derived_from_a_change_is_forgotten():
    from kernel.tokens import Example

    doc = make()
    example = Example(doc.copy(), doc)
    put_back = snapshot([doc])
    doc[0].tag_ = "NEW"
    assert example.cached("tags", lambda one: [token.tag_ for token in one.reference])[0] == "NEW"
    put_back()
    assert example.cached("tags", lambda one: [token.tag_ for token in one.reference])[0] == "A"
