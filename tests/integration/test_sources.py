"""Where components are taken from, and what comes with them: labels, strings, vectors."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kernel
from kernel import Config
from kernel.errors import ConfigError, DataError, KernelWarning
from kernel.language import Language
from kernel.numeric import random
from kernel.testing import installed
from kernel.testing.gradients import randomise

from .transfer import EMBEDDING, RECORDS, check_learning, config, examples, factory_block

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


@pytest.mark.parametrize(
    ("setting", "value", "hint"),
    [
        ("bogus", 5, "Remove all settings but source"),
        ("replace_listner", ["model.tok2vec"], "Did you mean 'replace_listeners'?"),
        ("model.width", 640, "Remove all settings but source"),
        ("model.bogus", 5, "Remove all settings but source"),
        ("model.@architectures", "kernel.Other.v1", "Remove all settings but source"),
    ],
)
def test_what_is_written_beside_a_source_is_so_there_or_refused(
    setting: str, value: Any, hint: str, base: Path, tmp_path: Path
) -> None:
    overrides = {f"components.tok2vec.{setting}": value}
    made = Config(config({"tok2vec": taken(base)}))
    made.to_disk(tmp_path / "plain.cfg")
    written = Config.from_disk(tmp_path / "plain.cfg", overrides=overrides)
    Config(written).to_disk(tmp_path / "with.cfg")
    for read, place in (
        (Config.from_disk(tmp_path / "with.cfg"), "with.cfg:"),
        (written, f"--components.tok2vec.{setting}"),
    ):
        for make in (Language.from_config, Language.fill_config):
            with pytest.raises(ConfigError) as caught:
                make(read)
            message = str(caught.value)
            assert len(caught.value.problems) == 1
            assert f"'tok2vec' is taken from {base}, where this is not so" in message
            assert f"components.tok2vec.{setting}" in message
            assert hint in message
            assert place in message


def test_what_is_so_in_the_source_too_may_be_written(base: Path) -> None:
    there = Config.from_disk(base / "config.cfg").interpolate()["components"]["tok2vec"]
    width = {"width": there["model"]["width"]}
    for settings in ({"model": width}, {"model": there["model"]}):
        block = taken(base, **settings)
        Language.fill_config(Config(config({"tok2vec": block})))
        nlp = Language.from_config(Config(config({"tok2vec": block})))
        assert nlp.copied_components == ["tok2vec"]


def test_a_source_that_is_null_is_none(base: Path) -> None:
    block = {**factory_block("tok2vec"), "source": None, "replace_listeners": []}
    nlp = Language.from_config(Config(config({"tok2vec": block})))
    assert nlp.copied_components == [] and "source" not in nlp.config["components"]["tok2vec"]


def test_a_source_of_another_language_is_warned_of(base: Path) -> None:
    made = Config({**config({"tok2vec": taken(base)})})
    lang = kernel.load(base).lang
    other = "en" if lang == "xx" else "xx"
    made["nlp"]["lang"] = other
    with pytest.warns(KernelWarning, match=f"of the language '{lang}' into one of '{other}'"):
        Language.from_config(made)


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


def with_vectors(folder: Path, seed: int) -> Path:
    """A pipeline whose embedding reads vectors, saved with them."""
    nlp: Language = Language.from_config(
        config(
            {
                "tok2vec": {"factory": "tok2vec", "model": {**EMBEDDING, "pretrained_vectors": True}},
                "tagger": factory_block("tagger"),
            }
        )
    )
    draw = np.random.default_rng(seed)
    nlp.vocab.vectors.name = f"drawn_{seed}"
    for record in RECORDS:
        for word in record["words"]:
            nlp.vocab.set_vector(word, draw.normal(size=4).astype("float32"))
    nlp.initialize(lambda: examples(nlp))
    for model in nlp.all_models().values():
        randomise(model)
    nlp.update(examples(nlp))
    nlp.to_disk(folder / f"vectors-{seed}")
    return folder / f"vectors-{seed}"


@pytest.mark.parametrize("replaced", [[], ["model.tok2vec"]])
@pytest.mark.parametrize("given", ["vectors", "before_init"])
def test_what_reads_vectors_is_taken_with_them(given: str, replaced: list[str], tmp_path: Path) -> None:
    base, other = with_vectors(tmp_path, 1), with_vectors(tmp_path, 2)
    blocks = {} if replaced else {"tok2vec": taken(base)}
    blocks["tagger"] = taken(base, replace_listeners=replaced)
    if given == "before_init":
        pytest.importorskip("kernel_callbacks")

    def made(where: Path | None) -> Language:
        callback = {"@callbacks": "kernel.copy_from_base_model.v1", "vocab": str(where)}
        value = None if where is None else str(where) if given == "vectors" else callback
        nlp: Language = Language.from_config(Config({**config(blocks), "initialize": {given: value}}))
        nlp.initialize(lambda: examples(nlp))
        return nlp

    nlp, expected = made(base), kernel.load(base)
    texts = [" ".join(record["words"]) for record in RECORDS]
    assert [[token.tag_ for token in doc] for doc in nlp.pipe(texts)] == [
        [token.tag_ for token in doc] for doc in expected.pipe(texts)
    ]
    assert check_learning(nlp, examples(nlp)) == set(blocks)
    with pytest.raises(DataError, match="drawn_1.*drawn_2|drawn_2.*drawn_1"):
        made(other)
    with pytest.raises(DataError, match="drawn_1"):
        made(None)
    # By hand, where the pipeline has its vectors already.
    by_hand = kernel.load(other)
    with pytest.raises(DataError, match="drawn_1"):
        by_hand.add_pipe("tagger", name="copy", source=expected, replace_listeners=["model.tok2vec"])
    assert by_hand.pipe_names == ["tok2vec", "tagger"]
