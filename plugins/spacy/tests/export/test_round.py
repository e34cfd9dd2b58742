"""What is exported is read again: it says the same, and is exported to the same bytes."""

import json

import numpy as np
import pytest
import srsly
from kernel_spacy.export import export

import kernel

from .conftest import BLOCKS, LISTENER, TAGGER, TOK2VEC, said, train

# Files that are not equal to the last bit: the config is told apart below.
NAMES = ("config.cfg", "meta.json", "manifest.json")


def same(nlp, other):
    one, two = said(nlp), said(other)
    assert one[0] == two[0]
    assert one[1] == pytest.approx(two[1], abs=1e-6)


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in NAMES
    }


@pytest.mark.parametrize("name", BLOCKS)
def test_it_says_the_same_and_goes_back_to_the_same_files(trained, name, tmp_path):
    nlp = trained(name)
    export(nlp, tmp_path / "theirs")
    other = kernel.load(tmp_path / "theirs")
    same(nlp, other)
    export(other, tmp_path / "again")
    one, two = files(tmp_path / "theirs"), files(tmp_path / "again")
    assert one.keys() == two.keys()
    for file in one:
        if file != "vocab/strings.json":
            assert one[file] == two[file], file
    assert set(json.loads(one["vocab/strings.json"])) <= set(json.loads(two["vocab/strings.json"]))


def test_shared_token_vectors(shared, tmp_path):
    export(shared, tmp_path / "theirs")
    other = kernel.load(tmp_path / "theirs")
    same(shared, other)
    config = kernel.Config.from_disk(tmp_path / "theirs" / "config.cfg")
    # Who listens still says it by the width of the source, which is where it was.
    assert config["components"]["tagger"]["model"]["tok2vec"]["width"] == LISTENER["width"]
    assert config.interpolate()["components"]["tagger"]["model"]["tok2vec"]["width"] == 6


def test_an_encoder_of_several_layers_is_one_for_each(trained, tmp_path):
    (line,) = export(trained("tagger"), tmp_path / "theirs")
    assert line == (
        "[components.tagger] has an encoder for each layer, one around the other: spaCy's encoder of several layers computes "
        "something else at the edges of documents"
    )
    config = kernel.Config.from_disk(tmp_path / "theirs" / "config.cfg")
    block, depths = config["components"]["tagger"]["model"]["tok2vec"], []
    while "encode" in block:
        assert block["@architectures"] == "spacy.Tok2Vec.v2"
        depths.append(block["encode"]["depth"])
        block = block["embed"]
    assert depths == [1, 1, 1] and block["@architectures"] == "spacy.MultiHashEmbed.v2"


def test_one_that_knows_rows_between_documents_stays_as_it_is(tmp_path):
    nlp = train({"tagger": BLOCKS["tagger"]})
    encoder = next(
        layer for layer in nlp.get_pipe("tagger").model.walk() if layer.name == "maxout_window_encoder"
    )
    encoder.attrs["padded"] = True
    assert export(nlp, tmp_path / "theirs") == []
    config = kernel.Config.from_disk(tmp_path / "theirs" / "config.cfg")
    assert config["components"]["tagger"]["model"]["tok2vec"]["encode"]["depth"] == 3
    same(nlp, kernel.load(tmp_path / "theirs"))


def test_an_embedding_with_its_encoder(tmp_path):
    cnn = {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "width": 6,
        "depth": 2,
        "embed_size": 20,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        "pretrained_vectors": None,
    }
    nlp = train({"tagger": {"factory": "tagger", "model": {**TAGGER, "tok2vec": cnn}}})
    export(nlp, tmp_path / "theirs")
    same(nlp, kernel.load(tmp_path / "theirs"))


@pytest.mark.parametrize("mode", ["default", "floret"])
def test_word_vectors(mode, tmp_path):
    def add(nlp):
        draw = np.random.default_rng(0)
        if mode == "floret":
            settings = {"mode": "floret", "minn": 2, "maxn": 3, "hash_count": 2, "hash_seed": 7}
            data = draw.normal(size=(10, 4)).astype("f4")
            nlp.vocab.vectors = type(nlp.vocab.vectors)(strings=nlp.vocab.strings, data=data, **settings)
        else:
            for word in ("Anna", "Rome", "houses"):
                nlp.vocab.set_vector(word, draw.normal(size=4).astype("f4"))

    embed = {**TOK2VEC["embed"], "include_static_vectors": True}
    model = {**TAGGER, "tok2vec": {**TOK2VEC, "embed": embed}}
    nlp = train({"tagger": {"factory": "tagger", "model": model}}, before=add)
    export(nlp, tmp_path / "theirs")
    other = kernel.load(tmp_path / "theirs")
    same(nlp, other)
    assert np.array_equal(other.vocab.get_vector("Rome"), nlp.vocab.get_vector("Rome"))
    header = json.loads((tmp_path / "theirs" / "vocab" / "vectors.cfg").read_text())
    assert header["mode"] == mode and header.get("attr", 65) == 65


def test_the_tokenizer_and_the_tables(tmp_path):
    nlp = kernel.blank("en")
    nlp.tokenizer.add_special_case("gimme", [{"ORTH": "gim", "NORM": "give"}, {"ORTH": "me"}])
    nlp.vocab.lookups = {"lexeme_norm": {"Rome": "roma"}}
    export(nlp, tmp_path / "theirs")
    other = kernel.load(tmp_path / "theirs")
    text = "Gimme (that), gimme Rome-based U.K. don't 10km http://a.b/c"
    assert [(t.text, t.norm_) for t in other(text)] == [(t.text, t.norm_) for t in nlp(text)]
    tables = srsly.msgpack_loads((tmp_path / "theirs" / "vocab" / "lookups.bin").read_bytes())
    assert tables == {"lexeme_norm": {nlp.vocab.strings["Rome"]: "roma"}}
    assert (tmp_path / "theirs" / "tokenizer").read_bytes() == nlp.tokenizer.to_bytes()


def test_rules_are_in_their_files(tmp_path):
    nlp = kernel.blank("xx")
    rule = {"patterns": [[{"LOWER": "rome"}]], "attrs": {"TAG": "NNP"}, "index": 0}
    nlp.add_pipe("attribute_ruler").add_patterns([rule])
    pattern = {"label": "GPE", "pattern": "Rome", "id": "rome"}
    nlp.add_pipe("entity_ruler").add_patterns([pattern])
    nlp.add_pipe("span_ruler").add_patterns([pattern])
    nlp.add_pipe("sentencizer", "ends", config={"punct_chars": ["!"]})
    nlp.add_pipe("token_splitter")
    nlp.add_pipe("merge_entities")
    export(nlp, tmp_path / "theirs")
    read = (tmp_path / "theirs").joinpath
    assert srsly.msgpack_loads(read("attribute_ruler", "patterns").read_bytes()) == [rule]
    assert srsly.read_json(read("entity_ruler", "cfg"))["ent_id_sep"] == "||"
    for place in (("entity_ruler", "patterns.jsonl"), ("span_ruler", "patterns")):
        assert list(srsly.read_jsonl(read(*place))) == [pattern]
    assert srsly.read_json(read("ends.json")) == {"punct_chars": ["!"], "overwrite": False}
    assert srsly.read_json(read("token_splitter", "cfg")) == {"min_length": 25, "split_length": 10}
    assert not read("merge_entities").exists()
    meta = srsly.read_json(read("meta.json"))
    assert meta["spacy_version"] == ">=3.8.0,<3.9.0" and "kernel_version" not in meta
    assert meta["pipeline"] == nlp.pipe_names and meta["labels"]["entity_ruler"] == ["GPE"]
    config = kernel.Config.from_disk(read("config.cfg"))
    assert config["components"]["span_ruler"]["scorer"] == {
        "@scorers": "spacy.overlapping_labeled_spans_scorer.v1"
    }


def test_trees_have_the_numbers_of_strings(trained, tmp_path):
    nlp = trained("trainable_lemmatizer")
    export(nlp, tmp_path / "theirs")
    trees = srsly.msgpack_loads((tmp_path / "theirs" / "trainable_lemmatizer" / "trees").read_bytes())[
        "trees"
    ]
    known = {
        nlp.vocab.strings[text] for text in srsly.read_json(tmp_path / "theirs" / "vocab" / "strings.json")
    }
    numbers = {node[key] for node in trees for key in ("orig", "subst") if "orig" in node}
    assert numbers and numbers - {0} <= known
    cfg = srsly.read_json(tmp_path / "theirs" / "trainable_lemmatizer" / "cfg")
    assert len(cfg["labels"]) == len(nlp.get_pipe("trainable_lemmatizer").labels)


def test_a_pipeline_takes_the_place_of_one_that_was_exported(trained, tmp_path):
    export(trained("tagger"), tmp_path / "theirs")
    export(trained("ner"), tmp_path / "theirs")
    assert kernel.load(tmp_path / "theirs").pipe_names == ["ner"]
    assert not (tmp_path / "theirs" / "tagger").exists()


def test_rules_go_round(tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer", config={"punct_chars": ["!"]})
    rules = [{"patterns": [[{"LOWER": "she"}]], "attrs": {"POS": "PRON", "LEMMA": "they"}}]
    nlp.add_pipe("attribute_ruler").add_patterns(rules)
    tables = {"lemma_lookup": {"houses": "house", "left": "leave"}}
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"}).initialize(lookups=tables)
    patterns = [
        {"label": "GPE", "pattern": "Rome", "id": "rome"},
        {"label": "X", "pattern": [{"LOWER": "anna"}]},
    ]
    nlp.add_pipe("entity_ruler", config={"ent_id_sep": "@@"}).add_patterns(patterns)
    nlp.add_pipe("span_ruler", config={"spans_key": "mine"}).add_patterns(patterns)
    export(nlp, tmp_path / "theirs")
    other = kernel.load(tmp_path / "theirs")
    same(nlp, other)
    export(other, tmp_path / "again")
    assert files(tmp_path / "theirs") == files(tmp_path / "again")
