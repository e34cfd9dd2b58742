"""Pipelines to start from."""

import pytest

from kernel import blank
from kernel.errors import RegistryError
from kernel.language import Language
from kernel.registries.family import registry
from kernel.vocab import Vocab


@pytest.fixture(autouse=True)
def language():
    with registry.restored():
        registry.languages("tst", type("Test", (Language,), {"lang": "tst"}))
        Language.component("noop", func=lambda doc: doc)
        yield


def test_a_pipeline_with_nothing_but_its_tokenizer():
    nlp = blank("tst")
    assert (nlp.lang, type(nlp).__name__, nlp.component_names) == ("tst", "Test", [])
    assert [token.text for token in nlp("a b")] == ["a", "b"]


def test_what_a_config_adds():
    vocab = Vocab()
    config = {"nlp": {"pipeline": ["x"], "lang": "other"}, "components": {"x": {"factory": "noop"}}}
    nlp = blank("tst", vocab=vocab, config=config, meta={"name": "small"})
    assert (nlp.lang, nlp.component_names, nlp.meta["name"]) == ("tst", ["x"], "small")
    assert nlp.vocab is vocab
    assert config["nlp"]["lang"] == "other"


def test_an_unknown_language():
    with pytest.raises(RegistryError, match="there is no language 'tsst'"):
        blank("tsst")
