"""Pipelines of spaCy are loaded as if they were ours."""

import kernel
from kernel.language import Language


def test_a_blank_pipeline(spacy_folder):
    folder = spacy_folder()
    nlp = kernel.load(folder)
    doc = nlp("(I don't see the tree-house.)")
    assert [token.text for token in doc] == [
        "(",
        "I",
        "do",
        "n't",
        "see",
        "the",
        "tree",
        "-",
        "house",
        ".",
        ")",
    ]
    assert doc[3].norm_ == "not"
    assert nlp.lang == "xx" and nlp.path == folder and nlp.meta["name"] == "small"
    assert nlp.vocab.strings[nlp.vocab.strings["tree"]] == "tree"


def test_language_from_disk(spacy_folder):
    folder = spacy_folder()
    nlp = Language.from_disk(folder)
    assert [token.text for token in nlp("I don't.")] == ["I", "do", "n't", "."]
    other = kernel.blank("xx").from_disk(folder)
    assert [token.text for token in other("I don't.")] == ["I", "do", "n't", "."]


def test_what_is_excluded_may_be_unknown(spacy_folder):
    folder = spacy_folder(
        blocks={
            "strange": 'factory = "acme_strange"\n[components.strange.model]\n@architectures = "acme.Net.v1"'
        }
    )
    assert kernel.load(folder, exclude=["strange"]).component_names == []


def test_it_is_saved_as_ours(spacy_folder, tmp_path):
    kernel.load(spacy_folder()).to_disk(tmp_path / "ours")
    nlp = kernel.load(tmp_path / "ours")
    assert [token.text for token in nlp("I don't.")] == ["I", "do", "n't", "."]
    assert "spacy_version" not in nlp.meta
