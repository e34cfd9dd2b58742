"""Pipelines of spaCy are loaded as if they were ours."""

import pytest

import kernel
from kernel import Config
from kernel.errors import UsageError
from kernel.language import Language
from kernel.saving.directories import read_meta


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


@pytest.mark.needs("kernel-nlp-callbacks")
@pytest.mark.parametrize("name", ["kernel.Tokenizer.v1", "spacy.Tokenizer.v1"])
def test_tokenizer_and_vocab_are_taken_by_the_callback(spacy_folder, name):
    folder = str(spacy_folder())
    callback = {"@callbacks": "spacy.copy_from_base_model.v1", "tokenizer": folder, "vocab": folder}
    nlp = Language.from_config(Config({"nlp": {"lang": "xx", "tokenizer": {"@tokenizers": name}}}))
    nlp.vocab.strings.add("a label")
    nlp.config = Config({**nlp.config, "initialize": {**nlp.config["initialize"], "before_init": callback}})
    nlp.initialize()
    theirs = kernel.load(folder)
    assert [(token.text, token.norm_) for token in nlp("don't")] == [
        (token.text, token.norm_) for token in theirs("don't")
    ]
    assert [token.text for token in nlp("don't")] == ["do", "n't"]
    assert {"house", "tree", "a label"} <= set(nlp.vocab.strings)


def test_where_one_of_ours_is_needed_the_way_is_told(spacy_folder, tmp_path):
    with pytest.raises(UsageError, match="is a pipeline of spaCy") as caught:
        read_meta(spacy_folder())
    assert "kernel spacy import" in caught.value.hint
