"""A report on a config that names no pipeline class that there is: the other sections are checked all the same."""

import pytest

from kernel import Config
from kernel.errors import ConfigError
from kernel.language import Language
from kernel.training.diagnosis import diagnose


@pytest.mark.parametrize("lang", ["", 'lang = "nowhere"\n'])
def test_sections_are_checked_without_a_pipeline_class(lang):
    text = f"[nlp]\n{lang}\n[training]\nmax_steps = many\n\n[training.optimizer]\n@optimizers = Nothing.v1\n"
    filled, problems = diagnose(Config.from_str(text, name="my.cfg"), [])
    paths = {problem.path for problem in problems}
    assert {"nlp.lang", "training.max_steps", "training.optimizer.@optimizers"} <= paths
    assert filled["training"]["eval_frequency"]


LISTENING = """
[nlp]
lang = "LANG"
pipeline = ["tok2vec", "ner"]

[components.tok2vec]
factory = "FACTORY"

[components.ner]
factory = "ner"

[components.ner.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = ${components.tok2vec.model.width}
"""


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components", "kernel-nlp-architectures")
@pytest.mark.parametrize(
    ("lang", "factory", "block", "path"),
    [
        ("en", "tok2vex", "components.tok2vec", "components.tok2vec.factory"),
        ("qq", "tok2vec", "components.tok2vec", "nlp.lang"),
        ("en", "tok2vec", "components.other", "nlp.pipeline.0"),
    ],
    ids=["an unknown factory", "an unknown language", "a missing component"],
)
def test_one_mistake_is_one_problem(lang, factory, block, path):
    """The defaults of a component that can't be made are missing, and variables may refer to them."""
    text = LISTENING.replace("LANG", lang).replace("FACTORY", factory)
    config = Config.from_str(text.replace("[components.tok2vec]", f"[{block}]"))
    _, problems = diagnose(config, [])
    assert [problem.path for problem in problems] == [path]
    if lang == "en":
        with pytest.raises(ConfigError) as caught:
            Language.from_config(config)
        assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components", "kernel-nlp-architectures")
def test_a_wrong_variable_in_a_config_that_can_be_filled_is_a_problem():
    text = LISTENING.replace("LANG", "en").replace("FACTORY", "tok2vec").replace("width}", "widht}")
    _, problems = diagnose(Config.from_str(text), [])
    assert [problem.path for problem in problems] == ["components.ner.model.tok2vec.width"]
    assert "refers to nothing" in problems[0].message


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-batchers")
def test_a_config_of_spacy_is_said_to_be_one_where_its_names_are_not_known():
    text = """
[plugins]
deny = ["kernel-nlp-spacy"]

[nlp]
lang = "en"

[nlp.tokenizer]
@tokenizers = "spacy.Tokenizer.v1"

[corpora.train]
@readers = "spacy.Corpus.v1"
path = null

[training.batcher]
@batchers = "spacy.batch_by_words.v1"
size = 10
"""
    _, problems = diagnose(Config.from_str(text, name="my.cfg"), [])
    assert len(problems) == 3
    told = str(ConfigError(problems)).splitlines()
    assert told[0].startswith("my.cfg:9:15: this is a config of spaCy: 3 of its functions")
    assert "migrate.md of the documentation" in " ".join(map(str.strip, told))
    assert len(told) == 6
