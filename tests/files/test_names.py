"""One name is as good as a list of one, wherever names are given."""

import pytest

from kernel.component import Component
from kernel.files.names import as_names
from kernel.scores.deps import score_deps
from kernel.tokenizer import Tokenizer
from kernel.tokens import Doc
from kernel.tokens.example import Example
from kernel.vocab import Vocab


@pytest.mark.parametrize(
    ("given", "names"),
    [("ner", ["ner"]), ("", [""]), ((), []), (["a", "b"], ["a", "b"]), (iter("ab"), ["a", "b"])],
)
def test_a_string_is_one_name(given, names):
    assert as_names(given) == names


def test_one_part_of_a_component_a_tokenizer_or_a_vocab(tmp_path):
    vocab = Vocab(strings=["kept"])
    for name in ("strings", "vectors", "lookups"):
        assert vocab.to_bytes(exclude=name) == vocab.to_bytes(exclude=[name])
        vocab.to_disk(tmp_path / name, exclude=name)
    assert not (tmp_path / "strings" / "strings.json").exists()
    assert not (tmp_path / "vectors" / "vectors").exists()
    # Part of a name is not the name.
    assert vocab.to_bytes(exclude="strings and vectors") == vocab.to_bytes()
    tokenizer = Tokenizer(vocab)
    assert tokenizer.to_bytes(exclude="exceptions") == tokenizer.to_bytes(exclude=["exceptions"])
    assert tokenizer.to_bytes(exclude="exceptions") != tokenizer.to_bytes()
    component = Component("c")
    assert component.to_bytes(exclude="cfg") == component.to_bytes(exclude=["cfg"]) != component.to_bytes()
    component.from_bytes(component.to_bytes(exclude="cfg"), exclude="cfg")


def test_one_part_of_a_document():
    doc = Doc(Vocab(), ["a", "b"])
    doc.cats, doc.user_data["x"] = {"y": 1.0}, 1
    assert doc.to_bytes(exclude="cats") == doc.to_bytes(exclude=["cats"]) != doc.to_bytes()
    assert Doc(doc.vocab).from_bytes(doc.to_bytes(), exclude="cats").cats == {}
    assert Doc.from_docs([doc], exclude="user_data").user_data == {}
    assert doc.to_bytes(exclude="cats and user_data") == doc.to_bytes()
    Doc.set_extension("note", default=None, force=True)
    try:
        doc._.note = "n"
        assert doc.to_json(underscore="note")["_"] == {"note": "n"}
    finally:
        Doc.remove_extension("note")


def test_one_label_to_ignore():
    vocab = Vocab()
    gold = Doc(vocab, ["a", "b", "."], heads=[0, 0, 0], deps=["ROOT", "x", "punct"])
    other = Doc(vocab, ["a", "b", "."], heads=[0, 0, 1], deps=["ROOT", "x", "punct"])
    found = [
        score_deps([Example(other, gold)], ignore_labels=labels)["dep_uas"]
        for labels in ("punct", ["punct"], ())
    ]
    assert found == [1.0, 1.0, pytest.approx(2 / 3)]
