"""What spaCy could not load or would not compute is refused, all at once, and nothing is written."""

import re

import numpy as np
import pytest
from kernel_spacy.export import export

import kernel
from kernel.component import Component
from kernel.errors import Unsupported
from kernel.language import Language

from .conftest import BLOCKS, ENCODE, TAGGER, TOK2VEC, train, transitions

HEAD = "spaCy could not load this pipeline, or would predict something else with it:\n"
END = "\nNothing was written."


def refused(nlp, path, **settings):
    with pytest.raises(Unsupported) as error:
        export(nlp, path / "theirs", **settings)
    assert not (path / "theirs").exists()
    message = str(error.value)
    assert message.startswith(HEAD) and message.endswith(END)
    return message.removeprefix(HEAD).removesuffix(END)


def test_thirteen_tokens_of_a_state(tmp_path):
    model = transitions("parser", extra_state_tokens=True)
    nlp = train({"parser": {"factory": "parser", "model": model}}, steps=1)
    assert refused(nlp, tmp_path) == (
        "  component 'parser': its states look at 13 tokens, one of which, the second left child of the stack's top, spaCy "
        "exchanges for another\n"
        "    Train it with extra_state_tokens = false, or leave the component out."
    )
    nlp.get_pipe("parser").model.get_ref("lower").attrs["second_right"] = True
    export(nlp, tmp_path / "theirs")


def test_one_piece_under_an_upper_layer(tmp_path):
    model = transitions("ner", maxout_pieces=1)
    nlp = train({"ner": {"factory": "ner", "model": model}}, steps=1)
    assert "its hidden layer has one piece" in refused(nlp, tmp_path)
    nlp.get_pipe("ner").model.get_ref("lower").attrs["linear_in_prediction"] = True
    export(nlp, tmp_path / "theirs")


def test_an_encoder_that_can_not_be_taken_apart(tmp_path):
    model = {
        "@architectures": "kernel.TextCatEnsemble.v1",
        "exclusive_classes": True,
        "pretrained_vectors": None,
        "width": 6,
        "embed_size": 20,
        "window_size": 1,
        "conv_depth": 2,
        "ngram_size": 1,
        "dropout": None,
    }
    nlp = train({"textcat": {"factory": "textcat", "model": model}}, steps=1)
    assert "component 'textcat': textcat_ensemble_v1 computes something else at the edges" in refused(
        nlp, tmp_path
    )
    for layer in nlp.get_pipe("textcat").model.walk():
        if layer.name == "maxout_window_encoder":
            layer.attrs["padded"] = True
    assert export(nlp, tmp_path / "theirs") == []


def test_an_encoder_in_which_documents_see_each_other(tmp_path):
    encode = {**{key: ENCODE[key] for key in ("width", "window_size", "depth")}}
    encode["@architectures"] = "kernel.MishWindowEncoder.v2"
    model = {**TAGGER, "tok2vec": {**TOK2VEC, "encode": encode}}
    nlp = train({"tagger": {"factory": "tagger", "model": model}}, steps=1)
    assert refused(nlp, tmp_path) == (
        "  component 'tagger': in spaCy the encoder with mish lets the documents of a batch see each other, so that what it says "
        "of a text depends on the others\n"
        "    Train it with MaxoutWindowEncoder.v2; or write it all the same (--inexact): texts one at a time get the same there."
    )
    (line,) = export(nlp, tmp_path / "theirs", inexact=True)
    assert line.startswith("component 'tagger': in spaCy the encoder with mish")


class Own(Component):
    """One that spaCy knows nothing of."""

    def __call__(self, doc):
        return doc


@pytest.fixture
def own_factory():
    name = "export_own"
    if name not in kernel.registry.factories:
        Language.factory(name, func=lambda nlp, name: Own(name))
    return name


def test_everything_that_is_wrong_is_said_at_once(blank, own_factory, tmp_path):
    blank.add_pipe(own_factory, "mine")
    blank.tokenizer.token_match = lambda text: None
    message = refused(blank, tmp_path)
    assert (
        "  component 'mine': spaCy has no factory 'export_own'\n    Leave the component out: exclude it."
        in message
    )
    assert re.search(
        r"  tokenizer: its token_match is a function of your own, <function .*>, which no file holds\n",
        message,
    )
    blank.tokenizer.token_match = None
    assert export(blank, tmp_path / "theirs", exclude="mine") == []
    assert kernel.load(tmp_path / "theirs").pipe_names == []


def test_a_function_that_spacy_has_not(tmp_path):
    embed = {
        "@architectures": "kernel.Tok2Vec.v2",
        "embed": {"@layers": "kernel.per_word_form.v1", "layer": TOK2VEC["embed"]},
        "encode": ENCODE,
    }
    nlp = train({"tagger": {"factory": "tagger", "model": {**TAGGER, "tok2vec": embed}}}, steps=1)
    assert (
        "components.tagger.model.tok2vec.embed: spaCy has no 'kernel.per_word_form.v1' among its layers"
        in refused(nlp, tmp_path)
    )


def test_vectors_by_another_attribute(blank, tmp_path):
    vectors = type(blank.vocab.vectors)(strings=blank.vocab.strings, shape=(2, 3), attr="LOWER")
    vectors.add("rome", vector=np.ones(3, dtype="f4"))
    blank.vocab.vectors = vectors
    assert refused(blank, tmp_path).startswith("  vocab: its word vectors are looked up by LOWER")


def test_a_callback_that_spacy_has_not(tmp_path):
    name = "export_callback.v1"
    if name not in kernel.registry.callbacks:
        kernel.registry.callbacks(name, func=lambda: lambda nlp: nlp)
    nlp = Language.from_config(
        {"nlp": {"lang": "xx", "pipeline": [], "after_creation": {"@callbacks": name}}, "components": {}}
    )
    assert refused(nlp, tmp_path).startswith(
        "  nlp.after_creation: spaCy has no 'export_callback.v1' among its callbacks\n    Its work may be done already"
    )


def test_weights_are_needed(tmp_path):
    nlp = Language.from_config(
        {"nlp": {"lang": "xx", "pipeline": ["tagger"]}, "components": {"tagger": BLOCKS["tagger"]}}
    )
    assert "component 'tagger': layer softmax has no weights yet" in refused(nlp, tmp_path)


def test_what_was_there_stays(trained, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "letter.txt").write_text("mine")
    with pytest.raises(kernel.errors.UsageError):
        export(trained("tagger"), tmp_path / "theirs")
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["letter.txt"]
