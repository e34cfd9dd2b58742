"""Weights that pretraining made go into the layer that `[pretraining]` names, or the start says why they can't."""

import numpy as np
import pytest
from thinc.api import Linear

from kernel.config import Config
from kernel.errors import ConfigError, DataError
from kernel.language import Language
from kernel.language.pretrained import target
from kernel.numeric.bytes import model_to_bytes

from .learners import chained, example, per_doc, shared, weights, word_lengths

pytestmark = pytest.mark.usefixtures("learners")


def with_section(nlp, **settings):
    """A pipeline whose config has the section."""
    nlp.config = Config({**nlp.config, "pretraining": settings})
    return nlp


def start(nlp, path):
    nlp.initialize(lambda: [example(nlp, y=1.0)], settings={"init_tok2vec": str(path)})


@pytest.fixture
def saved(tmp_path):
    """A file with other weights of `source`, as it was written."""
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    model = nlp.get_pipe("source").model
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, node.get_param(name) + 1.5)
    path = tmp_path / "model3.temp.bin"
    path.write_bytes(model_to_bytes(model))
    return path


def test_the_weights_are_those_of_the_file(saved):
    nlp = with_section(shared(), component="source", layer="")
    start(nlp, saved)
    assert model_to_bytes(nlp.get_pipe("source").model) == saved.read_bytes()
    plain = shared()
    plain.initialize(lambda: [example(plain, y=1.0)])
    assert weights(nlp, "target") == weights(plain, "target")


def test_a_part_of_a_model_gets_them(saved):
    nlp = with_section(shared(), component="source", layer="part")
    model = nlp.get_pipe("source").model
    model.set_ref("part", model.layers[1])
    (saved.parent / "part.bin").write_bytes(part_of(saved))
    start(nlp, saved.parent / "part.bin")
    assert model_to_bytes(model.get_ref("part")) == part_of(saved)


def part_of(saved):
    nlp = with_section(shared(), component="source")
    start(nlp, saved)
    return model_to_bytes(nlp.get_pipe("source").model.layers[1])


def test_who_listens_leads_to_what_it_listens_to(saved):
    nlp = shared()
    model = nlp.get_pipe("target").model
    listener = next(node for node in model.walk() if "listener" in node.attrs)
    model.set_ref("heard", listener)
    with_section(nlp, component="target", layer="heard")
    start(nlp, saved)
    assert target(nlp).model is nlp.get_pipe("source").model
    assert model_to_bytes(nlp.get_pipe("source").model) == saved.read_bytes()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, r"(?s)the weights go nowhere: there is no section \[pretraining\].*fill-config"),
        ({"component": "sauce"}, r"the pipeline has no component 'sauce'\n    hint: It has: source, target"),
        ({"component": "source", "layer": "deep"}, r"the model of 'source' has no layer called 'deep'"),
        ({"component": "plain"}, r"'plain' has no model"),
        ({"component": "off"}, r"the component 'off' is disabled"),
    ],
)
def test_what_has_no_place_is_refused_before_anything_is_initialised(saved, settings, message):
    nlp = shared()

    @Language.component("plain")
    def plain(doc):
        return doc

    nlp.add_pipe("plain")
    nlp.add_pipe("target", name="off")
    nlp.disable_pipe("off")
    if settings:
        with_section(nlp, **settings)
    with pytest.raises(ConfigError, match=message):
        start(nlp, saved)
    assert not any(
        node.has_param("W") for node in nlp.get_pipe("target").model.walk() if "W" in node.param_names
    )


def test_what_is_no_file_of_weights_is_refused(saved, tmp_path):
    nlp = with_section(shared(), component="source")
    with pytest.raises(ConfigError, match=r"there is no file .*gone.bin\n(.*\n)*.*OUT/model-last.bin"):
        start(nlp, tmp_path / "gone.bin")
    with pytest.raises(
        ConfigError, match=r"is a folder, and no file of weights\n(.*\n)*.*It holds: model3.temp.bin"
    ):
        start(nlp, tmp_path)
    (tmp_path / "model-last.bin").write_bytes(saved.read_bytes())
    with pytest.raises(ConfigError, match=r"is a folder.*\n(.*\n)*.*Give the file: .*model-last.bin"):
        start(nlp, tmp_path)
    (tmp_path / "config.cfg").write_text("[pretraining]\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"config.cfg: not the weights of a model.*\n.*kernel pretrain OUT writes"
    ):
        start(nlp, tmp_path / "config.cfg")


def test_the_first_part_that_does_not_fit_is_named(saved, tmp_path):
    wider = chained(word_lengths(), per_doc(Linear(9, 4)))
    wider.initialize()
    (tmp_path / "wider.bin").write_bytes(model_to_bytes(wider))
    nlp = with_section(shared(), component="source")
    with pytest.raises(DataError) as caught:
        start(nlp, tmp_path / "wider.bin")
    message = str(caught.value)
    assert "wider.bin: the weights don't fit the model of 'source': layer 1.0 (linear) has" in message
    assert "nO = 4 in the config and 9 in the saved weights" in message
    deeper = chained(word_lengths(), chained(per_doc(Linear(4, 4)), per_doc(Linear(4, 4))))
    deeper.initialize()
    (tmp_path / "deeper.bin").write_bytes(model_to_bytes(deeper))
    with pytest.raises(DataError, match=r"don't fit the model of 'source': layer 1"):
        start(nlp, tmp_path / "deeper.bin")


def test_weights_of_a_trained_pipeline_are_replaced_and_that_is_said(saved, caplog, tmp_path):
    trained = shared()
    trained.initialize(lambda: [example(trained, y=1.0)])
    nlp = Language()
    nlp.add_pipe("source", source=trained)
    with_section(nlp, component="source")
    with caplog.at_level("INFO", logger="kernel"):
        start(nlp, saved)
    assert model_to_bytes(nlp.get_pipe("source").model) == saved.read_bytes()
    assert "and no longer those of the trained pipeline" in caplog.text
    assert np.all(weights(trained, "source") != weights(nlp, "source"))
