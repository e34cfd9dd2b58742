"""An objective that breaks its contract is named, with its file and the place in the config, before anything is learnt."""

import pytest

from kernel.testing import Box

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-components",
    "kernel-nlp-languages",
    "kernel-nlp-readers",
)

CODE = """
import numpy as np
from thinc.api import Linear, Model, chain
import kernel

BODY

def around(encoder, output):
    def forward(model, docs, is_train):
        vectors, backprop = model.layers[0](docs, is_train)
        return output(model.ops.flatten(vectors)), lambda d_losses: []

    return Model("around", forward, layers=[encoder])
"""


def objective(body: str) -> str:
    return CODE.replace("BODY", f'@kernel.registry.architectures("acme.Odd.v1")\n{body}')


OUTPUTS = [
    ("np.float32(1)", "gave one number (float32)"),
    ("1.0", "gave one number (float)"),
    ("vectors[:, :1]", "of float32"),
    ("vectors.argmax(axis=1)", "of int64"),
    ("None", "gave an object of type NoneType"),
]


def refused(texts: Box, body: str, exit_code: int = 3) -> str:
    texts.code(objective(body))
    text = (texts.path / "config.cfg").read_text()
    start, end = text.index("[pretraining.objective]"), text.index("[pretraining.batcher]")
    texts.config(f'{text[:start]}[pretraining.objective]\n@architectures = "acme.Odd.v1"\n\n{text[end:]}')
    result = texts.run("pretrain", "config.cfg", "out", "--code", "functions.py")
    assert result.exit_code == exit_code and "Traceback" not in result.stderr, result.stderr
    assert not list((texts.path / "out").glob("model*.bin"))
    return result.stderr


@pytest.mark.parametrize(("output", "described"), OUTPUTS)
def test_the_output_is_one_loss_a_prediction(texts: Box, output: str, described: str) -> None:
    said = refused(
        texts,
        f"def odd():\n    return lambda vocab, encoder: around(encoder, lambda vectors: {output})",
    )
    line = (texts.path / "config.cfg").read_text().splitlines().index('@architectures = "acme.Odd.v1"') + 1
    assert f"config.cfg:{line}:" in said and "pretraining.objective.@architectures: acme.Odd.v1 (" in said
    assert "functions.py:" in said
    assert "must give the loss of each prediction, an array (M,), and gave" in said and described in said


def test_a_model_in_place_of_the_function_that_makes_it(texts: Box) -> None:
    said = refused(texts, "def odd():\n    return Linear(1, 1)")
    assert (
        "must return a function create(vocab, encoder) that returns a Thinc model, and returned a model"
        in said
    )


def test_a_function_that_returns_no_model(texts: Box) -> None:
    assert "this function returned an object of type str" in refused(
        texts, "def odd():\n    return lambda vocab, encoder: 'model'"
    )


def test_an_encoder_that_is_left_out(texts: Box) -> None:
    said = refused(texts, "def odd():\n    return lambda vocab, encoder: around(Linear(1, 1), sum)")
    assert "made a model that does not have the encoder among its layers: nothing would be pretrained" in said


def test_what_goes_wrong_inside_is_named(texts: Box) -> None:
    body = "def odd():\n    return lambda vocab, encoder: around(encoder, lambda vectors: vectors.nothing)"
    said = refused(texts, body, exit_code=1)
    assert "acme.Odd.v1 (" in said and "failed: AttributeError" in said


def test_an_objective_is_initialised_with_as_many_words_as_it_asks_for(texts: Box) -> None:
    body = """
def odd():
    def create(vocab, encoder):
        model = around(encoder, None)
        model.attrs["sample_words"] = WANTED

        def init(model, X=None, Y=None):
            raise ValueError(f"{len(X)} documents, enough: {sum(map(len, X)) >= WANTED > sum(map(len, X[:-1]))}")

        model.init = init
        return model
    return create
"""
    assert "10 documents, enough: False" in refused(texts, body.replace("WANTED", "0"), 1)
    assert "documents, enough: True" in refused(texts, body.replace("WANTED", "300"), 1)
    assert "80 documents, enough: False" in refused(texts, body.replace("WANTED", "100000"), 1)
