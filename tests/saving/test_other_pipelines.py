"""Pipelines of spaCy are told for what they are, whoever asks for one."""

import json

import pytest

import kernel
from kernel.discovery.rules import command_line
from kernel.errors import MissingPath, UsageError
from kernel.language import Language
from kernel.saving.directories import read_meta
from kernel.saving.other_pipelines import HINT, how_to_get, is_name_of_spacy, of_spacy, refuse_spacy


@pytest.fixture
def of_theirs(tmp_path):
    """A directory as spaCy saves one, as far as it is read."""
    config = '[nlp]\nlang = "en"\npipeline = ["parser"]\n\n[components.parser]\nfactory = "parser"\n'
    (tmp_path / "config.cfg").write_text(config)
    (tmp_path / "meta.json").write_text(json.dumps({"lang": "en", "spacy_version": ">=3.8.0,<3.9.0"}))
    return tmp_path


@pytest.mark.parametrize("read", [kernel.load, Language().from_disk, read_meta])
def test_a_directory_of_spacy_is_told_as_such(of_theirs, read):
    with command_line(deny=["kernel-nlp-spacy"]), pytest.raises(UsageError) as caught:
        read(of_theirs)
    assert caught.value.message == f"{of_theirs} is a pipeline of spaCy"
    assert caught.value.hint == HINT


def test_what_it_says_of_itself_is_shown(of_theirs):
    shown = kernel.info(of_theirs)
    assert shown["pipeline"] == ["parser"] and shown["spacy_version"] == ">=3.8.0,<3.9.0"


@pytest.mark.parametrize("name", ["en_core_web_sm", "de_dep_news_trf", "xx_ent_wiki_sm"])
def test_a_name_of_spacy_is_told_as_such(name):
    assert is_name_of_spacy(name)
    with pytest.raises(MissingPath) as caught:
        kernel.load(name)
    assert caught.value.message == f"can't find the pipeline '{name}': {of_spacy('it')}"
    assert caught.value.message.endswith("it is a pipeline of spaCy")
    assert caught.value.hint == how_to_get(name)
    assert f"pip install --no-deps {name.replace('_', '-')} kernel-nlp-spacy" in caught.value.hint


@pytest.mark.parametrize("name", ["en_demo", "en_core_demo_sm", "model-best"])
def test_other_names_are_no_names_of_spacy(name):
    assert not is_name_of_spacy(name)


def test_what_kernel_has_saved_is_not_refused(tmp_path):
    refuse_spacy({}, tmp_path)
    refuse_spacy({"kernel_version": ">=0.1", "spacy_version": "as somebody wrote"}, tmp_path)
