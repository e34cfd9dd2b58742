"""A config of ours in spaCy's names, with the settings that spaCy has."""

import pytest
from click.testing import CliRunner
from kernel_spacy.commands.export_pipeline import export_pipeline
from kernel_spacy.export import export

import kernel
from kernel.language import Language

from .conftest import ENCODE, TAGGER, TOK2VEC, example, said, train, transitions


def config_of(nlp, path):
    lines = export(nlp, path / "theirs")
    return kernel.Config.from_disk(path / "theirs" / "config.cfg"), lines


def with_sections(**sections):
    return Language.from_config({"nlp": {"lang": "xx", "pipeline": []}, "components": {}, **sections})


def test_defaults_have_no_lines(blank, tmp_path):
    config, lines = config_of(blank, tmp_path)
    assert lines == []
    assert set(config) == {
        "paths",
        "system",
        "nlp",
        "components",
        "corpora",
        "training",
        "initialize",
        "pretraining",
    }
    assert set(config["training"]) == {
        *("seed", "gpu_allocator", "dropout", "accumulate_gradient", "patience", "max_epochs", "max_steps"),
        *("eval_frequency", "frozen_components", "annotating_components", "dev_corpus", "train_corpus"),
        *("before_to_disk", "before_update", "score_weights", "logger", "batcher", "optimizer"),
    }
    assert set(config["initialize"]) == {
        *(
            "vectors",
            "init_tok2vec",
            "vocab_data",
            "lookups",
            "before_init",
            "after_init",
            "components",
            "tokenizer",
        ),
    }
    assert config["nlp"]["vectors"] == {"@vectors": "spacy.Vectors.v1"}
    assert config["corpora"]["train"]["@readers"] == "spacy.Corpus.v1"
    assert config["corpora"]["train"]["path"] == "${paths.train}"


def test_what_spacy_has_not_is_left_out_with_a_line(tmp_path):
    nlp = with_sections(
        paths={"train": None},
        corpora={"train": {"@readers": "kernel.StreamedCorpus.v1", "path": "${paths.train}"}},
        training={
            "shards": 4,
            "callbacks": {"log": {"@callbacks": "kernel.JsonlLog.v1", "path": "log.jsonl"}},
        },
    )
    config, lines = config_of(nlp, tmp_path)
    assert lines == [
        "[corpora.train] is left out: it names a function that spaCy has not, or a setting that its function has not",
        "[training] shards, callbacks: left out, spaCy has nothing like it",
    ]
    assert "train" not in config["corpora"]


def test_variables_that_refer_to_what_is_left_out_become_values(tmp_path):
    nlp = with_sections(training={"shards": 4, "accumulate_gradient": "${training.shards}"})
    config, lines = config_of(nlp, tmp_path)
    assert config["training"]["accumulate_gradient"] == 4
    assert lines[-1].startswith("The config has values in the place of its variables")


def test_a_section_of_ones_own_stays(tmp_path):
    nlp = with_sections(vars={"steps": 7}, training={"max_steps": "${vars.steps}"})
    config, _ = config_of(nlp, tmp_path)
    assert config["vars"] == {"steps": 7} and config["training"]["max_steps"] == "${vars.steps}"


def test_the_parser_without_use_upper(tmp_path):
    model = transitions("ner") | {"@architectures": "kernel.TransitionBasedParser.v3"}
    del model["use_upper"]
    nlp = train({"ner": {"factory": "ner", "model": model}}, steps=1)
    config, _ = config_of(nlp, tmp_path)
    block = config["components"]["ner"]["model"]
    assert block["@architectures"] == "spacy.TransitionBasedParser.v2" and block["use_upper"] is True
    assert kernel.load(tmp_path / "theirs").pipe_names == ["ner"]


def test_first_weights_are_nothing_to_spacy(tmp_path):
    model = {**TAGGER, "init_W": {"@initializers": "glorot_uniform_init.v1"}}
    nlp = train({"tagger": {"factory": "tagger", "model": model}}, steps=1)
    config, _ = config_of(nlp, tmp_path)
    assert "init_W" not in config["components"]["tagger"]["model"]


def test_one_that_was_exported_can_be_trained_here(trained, tmp_path):
    export(trained("ner"), tmp_path / "theirs")
    nlp = kernel.load(tmp_path / "theirs")
    losses = {}
    nlp.update([example(nlp)], losses=losses)
    assert losses["ner"] >= 0


@pytest.fixture
def saved(trained, tmp_path):
    trained("tagger").to_disk(tmp_path / "ours")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(export_pipeline, list(map(str, arguments)), catch_exceptions=False)


def test_the_command(saved):
    result = run(saved / "ours", saved / "theirs")
    assert result.exit_code == 0
    first, last = result.output.splitlines()
    assert first.startswith("[components.tagger] has an encoder for each layer")
    assert last == f"{saved / 'theirs'}: tagger"
    assert kernel.load(saved / "theirs").pipe_names == ["tagger"]
    result = run(saved / "ours", saved / "theirs", "-x", "tagger")
    assert result.output == f"{saved / 'theirs'}: no components\n"


def test_names_of_spacy_and_its_older_versions(tmp_path):
    embed = {**TOK2VEC["embed"], "@architectures": "spacy.MultiHashEmbed.v2"}
    encode = {**ENCODE, "@architectures": "spacy-legacy.MaxoutWindowEncoder.v1"}
    tok2vec = {"@architectures": "spacy-legacy.Tok2Vec.v1", "embed": embed, "encode": encode}
    model = {"@architectures": "spacy-legacy.Tagger.v1", "tok2vec": tok2vec}
    nlp = train({"tagger": {"factory": "tagger", "model": model}}, steps=1)
    config, _ = config_of(nlp, tmp_path)
    block = config["components"]["tagger"]["model"]
    assert block["@architectures"] == "spacy.Tagger.v1"
    assert block["tok2vec"]["encode"]["@architectures"] == "spacy.MaxoutWindowEncoder.v2"
    assert block["tok2vec"]["encode"]["depth"] == 1
    assert said(kernel.load(tmp_path / "theirs")) == said(nlp)
