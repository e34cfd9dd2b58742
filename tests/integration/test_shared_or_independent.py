"""An embedding that components share, and one for each: the same networks in a config, and what differs."""

import json
from pathlib import Path

import numpy as np
import pytest

import kernel as package
from kernel.errors import KernelError
from kernel.testing.box import Box
from kernel.training import Example

from .conftest import RECORDS

HEAD = """
[paths]
train = "train.jsonl"
dev = "train.jsonl"

[training]
max_steps = 4
eval_frequency = 2

[training.logger]
@loggers = "kernel.ConsoleLogger.v1"

[nlp]
lang = "en"
"""
PARSER = """
[components.{name}.model]
@architectures = "{architecture}"
state_type = "ner"
extra_state_tokens = false
hidden_width = 16
maxout_pieces = 2
{more}
"""
NETWORK = """
[{place}]
@architectures = "kernel.Tok2Vec.v2"

[{place}.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = 24
attrs = ["NORM", "SHAPE"]
rows = [400, 200]
include_static_vectors = false

[{place}.encode]
@architectures = "kernel.MaxoutWindowEncoder.v2"
width = 24
window_size = 1
maxout_pieces = 2
depth = 2
"""
LISTENER = """
[components.{name}.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = 24
"""
PARSERS = {
    "v1": ("kernel.TransitionBasedParser.v1", ""),
    "v3": ("kernel.TransitionBasedParser.v3", ""),
    "v3 without upper": ("kernel.TransitionBasedParser.v3", "use_upper = false"),
}
NAMES = ("people", "places")


def recognisers(architecture: str, more: str) -> str:
    parts = []
    for name in NAMES:
        parts += [
            f'\n[components.{name}]\nfactory = "ner"\n',
            PARSER.format(name=name, architecture=architecture, more=more),
        ]
    return "".join(parts)


def shared(architecture: str, more: str) -> str:
    source = '\n[components.tok2vec]\nfactory = "tok2vec"\n' + NETWORK.format(
        place="components.tok2vec.model"
    )
    listeners = "".join(LISTENER.format(name=name) for name in NAMES)
    return (
        HEAD
        + f"pipeline = {json.dumps(['tok2vec', *NAMES])}\n"
        + source
        + recognisers(architecture, more)
        + listeners
    )


def independent(architecture: str, more: str) -> str:
    networks = "".join(NETWORK.format(place=f"components.{name}.model.tok2vec") for name in NAMES)
    return HEAD + f"pipeline = {json.dumps(NAMES)}\n" + recognisers(architecture, more) + networks


@pytest.fixture(scope="module", params=PARSERS)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Saved pipelines, shared and independent; not to be changed."""
    box = Box(tmp_path_factory.mktemp("both"))
    box.file("train.jsonl", "".join(json.dumps(record) + "\n" for record in RECORDS))
    for kind, make in (("shared", shared), ("independent", independent)):
        box.config(make(*PARSERS[request.param]), f"{kind}.cfg")
        result = box.run("train", f"{kind}.cfg", "--output", kind)
        assert result.exit_code == 0, result.stderr
    return box.path / "shared/model-last", box.path / "independent/model-last"


def weights(folder: Path) -> int:
    """How many bytes of weights a saved pipeline has."""
    nlp = package.load(folder)
    models = [component.model for _, component in nlp.pipeline]
    return sum(
        node.get_param(name).nbytes for model in models for node in model.walk() for name in node.param_names
    )


def test_a_shared_embedding_is_there_once(both: tuple[Path, Path]) -> None:
    together, alone = both
    network = package.load(together).get_pipe("tok2vec").model
    one = sum(node.get_param(name).nbytes for node in network.walk() for name in node.param_names)
    assert weights(alone) - weights(together) == one
    sizes = [sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) for folder in both]
    assert sizes[0] < sizes[1]


def test_independent_components_work_without_each_other(both: tuple[Path, Path]) -> None:
    together, alone = both
    nlp, one = package.load(alone), package.load(alone, exclude=["places"])
    text = RECORDS[0]["text"]
    scores = [each.get_pipe("people").model.predict([each.make_doc(text)]) for each in (nlp, one)]
    ids = np.zeros((1, 3), dtype="int32")
    assert np.array_equal(scores[0].score(ids), scores[1].score(ids))
    one(text)
    with pytest.raises(KernelError, match="people"):
        package.load(together, exclude=["tok2vec"])(text)


def test_every_listener_teaches_the_shared_embedding(both: tuple[Path, Path]) -> None:
    """The gradient that reaches it from two listeners is the sum of what comes from each alone."""
    found = []
    silent: tuple[list[str], ...] = ([], ["people"], ["places"])
    for left_out in silent:
        nlp = package.load(both[0])
        examples = [
            Example.from_dict(nlp.make_doc(record["text"]), {"entities": record["spans"]})
            for record in RECORDS
        ]
        model = nlp.get_pipe("tok2vec").model
        nlp.update(examples, sgd=False, exclude=left_out, drop=0.0)
        found.append(
            [
                node.get_grad(name).copy()
                for node in model.walk()
                for name in node.param_names
                if node.has_grad(name)
            ]
        )
    for total, one, other in zip(*found, strict=True):
        np.testing.assert_allclose(total, one + other, atol=1e-5)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(0, [0, 0]), (2.0, [2, 2]), ([0.0, 0.5], [0, 0.5])],
    ids=["nothing", "twice", "frozen at first"],
)
def test_a_listener_says_how_much_it_teaches(factor: float | list[float], expected: list[float]) -> None:
    """What reaches the shared embedding in two updates with the same weights, against a listener without a factor."""
    given = {"components.people.model.tok2vec.grad_factor": factor}
    text = shared(*PARSERS["v1"])
    plain, scaled = [source_gradients(text, overrides) for overrides in ({}, given)]
    for times, one, other in zip(expected, plain, scaled, strict=True):
        assert np.abs(one).max() > 0
        np.testing.assert_allclose(other, times * one, rtol=1e-4, atol=1e-7)


def source_gradients(text: str, overrides: dict[str, object]) -> list[np.ndarray]:
    """The gradients of the source, of two updates of one listener."""
    nlp = package.Language.from_config(package.Config.from_str(text, overrides=overrides))
    examples = [
        Example.from_dict(nlp.make_doc(record["text"]), {"entities": record["spans"]}) for record in RECORDS
    ]
    nlp.initialize(lambda: examples)
    model, found = nlp.get_pipe("tok2vec").model, []
    # The scores of a new recogniser are zeros, whatever its vectors are.
    upper = nlp.get_pipe("people").model.get_ref("upper")
    upper.set_param("W", np.random.default_rng(0).normal(size=upper.get_param("W").shape).astype("float32"))
    for _ in range(2):
        for node in model.walk():
            for name in node.param_names:
                node.set_grad(name, node.get_param(name) * 0)
        nlp.update(examples, sgd=False, exclude=["places"], drop=0.0)
        parts = [node.get_grad(name).ravel().copy() for node in model.walk() for name in node.param_names]
        found.append(np.concatenate(parts))
    return found
