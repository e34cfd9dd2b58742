"""Where components are taken from, and what comes with them: labels, strings, vectors."""

from pathlib import Path
from typing import Any

import pytest

import kernel
from kernel import Config
from kernel.errors import ConfigError, KernelWarning
from kernel.language import Language
from kernel.numeric import random
from kernel.testing import installed
from kernel.testing.gradients import randomise

from .transfer import check_learning, config, examples, factory_block

pytestmark = pytest.mark.needs("kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-readers")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained pipeline, `my_model` for those who have its folder on the path."""
    nlp: Language = Language.from_config(
        config({name: factory_block(name) for name in ("tok2vec", "tagger", "textcat")})
    )
    random.seed_all(1)
    batch = examples(nlp)
    nlp.initialize(lambda: batch)
    for model in nlp.all_models().values():
        randomise(model)
    folder = tmp_path_factory.mktemp("site")
    (folder / "my_model").mkdir()
    (folder / "my_model" / "__init__.py").write_text("")
    nlp.to_disk(folder / "my_model" / "my_model-1.0")
    return folder / "my_model" / "my_model-1.0"


def taken(source: Any, **settings: Any) -> dict[str, Any]:
    return {"source": str(source), **settings}


def test_a_path_a_package_and_a_pipeline_give_the_same(base: Path) -> None:
    expected = kernel.load(base)
    with installed(base.parents[1]):
        made = [
            Language.from_config(
                config({"words": taken(source, component="tok2vec"), "tagger": taken(source)})
            )
            for source in (base, "my_model")
        ]
        # A listener without a source is found before anything is built there, too.
        with pytest.raises(ConfigError, match=r'replace_listeners = \["model.tok2vec"\]'):
            Language.fill_config(Config(config({"tagger": taken("my_model")})))
    by_hand = kernel.blank("en")
    by_hand.add_pipe("tok2vec", name="words", source=expected)
    by_hand.add_pipe("tagger", source=expected)
    for nlp in [*made, by_hand]:
        for name, other in (("words", "tok2vec"), ("tagger", "tagger")):
            assert nlp.get_pipe(name).to_bytes() == expected.get_pipe(other).to_bytes()
        assert nlp.get_pipe("words").channel.owners == ["tagger"]
        assert {"HOME", "AWAY"} <= set(nlp.vocab.strings)
        assert [token.tag_ for token in nlp("Ada went")] == [token.tag_ for token in expected("Ada went")]


def test_the_source_is_loaded_once_for_all_that_is_taken_from_it(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []
    own = Language.from_saved.__func__
    monkeypatch.setattr(
        Language, "from_saved", classmethod(lambda cls, saved, **s: loaded.append(1) or own(cls, saved, **s))
    )
    Language.from_config(config({name: taken(base) for name in ("tok2vec", "tagger", "textcat")}))
    assert len(loaded) == 1


def test_what_is_not_there_is_told_with_what_is(base: Path) -> None:
    with pytest.raises(
        ConfigError, match="has no component 'ner'; it has: tok2vec, tagger, textcat"
    ) as caught:
        Language.from_config(config({"ner": taken(base)}))
    assert caught.value.problems[0].path == "components.ner"
    with pytest.raises(ConfigError, match="neither a directory nor an installed package") as caught:
        Language.from_config(config({"ner": taken("nowhere")}))
    assert caught.value.problems[0].path == "components.ner.source"


def test_labels_of_initialize_are_for_those_that_are_new(base: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text('["NOUN", "OTHER", "VERB", "RARE"]')
    labels = {"@readers": "kernel.read_labels.v1", "path": str(tmp_path / "labels.json")}
    blocks = {"tok2vec": taken(base), "tagger": taken(base), "more": factory_block("tagger")}
    settings = Config({**config(blocks), "initialize": {"components": {"more": {"labels": labels}}}})
    nlp: Language = Language.from_config(settings)
    nlp.initialize(lambda: examples(nlp))
    assert nlp.get_pipe("more").labels == ("NOUN", "OTHER", "VERB", "RARE")
    assert nlp.get_pipe("tagger").labels == ("NOUN", "OTHER", "VERB")
    settings["initialize"]["components"] = {"tagger": {"labels": labels}}
    nlp = Language.from_config(settings)
    with pytest.warns(
        KernelWarning, match=r"\[initialize.components.tagger\] is not used \(labels\): 'tagger' is taken"
    ):
        nlp.initialize(lambda: examples(nlp))


def test_training_on_goes_on_with_the_weights(base: Path) -> None:
    nlp = kernel.load(base)
    before = nlp.to_bytes()
    optimizer = nlp.resume_training()
    assert nlp.to_bytes() == before
    batch = examples(nlp)
    first = nlp.update(batch, sgd=optimizer)
    for _ in range(30):
        losses = nlp.update(batch, sgd=optimizer)
    assert losses["tagger"] < first["tagger"] and losses["textcat"] < first["textcat"]
    assert check_learning(nlp, batch) == {"tok2vec", "tagger", "textcat"}
