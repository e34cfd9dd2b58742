"""A loss that is no number: the step is kept, and `kernel replay` names the layer and the examples, with text or without."""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import registry
from kernel.registries.code import load_code, module_name

from .conftest import Result, json_lines
from .test_interrupted import CODE
from .test_numeric_pipeline import CONFIG as NUMBERS
from .test_numeric_pipeline import NUMERIC

pytestmark = pytest.mark.needs("kernel-nlp-runs")
Kernel = Callable[..., Result]
# A layer around an embedding that makes one document infinite, or the gradient for it.
SPOIL = """
from collections.abc import Sequence

import numpy as np
from thinc.api import Model

from kernel import registry


@registry.architectures("own.Spoil.v1")
def spoil(inner: Model, word: str, backward: bool = False) -> Model:
    def forward(model, docs, is_train):
        made, backprop = model.layers[0](docs, is_train)
        spoilt = [is_train and word in doc.text for doc in docs]

        def times(arrays):
            return [array * np.float32("inf" if bad else 1) for array, bad in zip(arrays, spoilt)]

        return (made if backward else times(made)), (lambda d: backprop(times(d) if backward else d))

    return Model("spoil", forward, layers=[inner], dims={"nO": inner.get_dim("nO")}, init=init)


def init(model, X=None, Y=None):
    model.layers[0].initialize(X=X, Y=Y)
"""
RECORDS = [
    {"text": f"{name} lives in {city}.", "spans": [[0, len(name), "PERSON"]]}
    for name in ("Ada", "Bob", "Cid", "Dora", "Eve", "Fritz")
    for city in ("Paris", "Rome", "Lima")
]


@pytest.fixture
def spoiling(project: Path) -> Callable[..., None]:
    """Let the layer spoil documents with a word."""

    def write(word: str, **settings: str) -> None:
        text = (project / "config.cfg").read_text()
        more = "".join(f"{key} = {value}\n" for key, value in settings.items())
        text = text.replace(
            '[components.ner.model.tok2vec]\n@architectures = "kernel.HashEmbedCNN.v2"',
            f'[components.ner.model.tok2vec]\n@architectures = "own.Spoil.v1"\nword = "{word}"\n{more}\n'
            '[components.ner.model.tok2vec.inner]\n@architectures = "kernel.HashEmbedCNN.v2"',
        )
        (project / "config.cfg").write_text(text)

    (project / "own.py").write_text(SPOIL)
    (project / "train.jsonl").write_text(json_lines(RECORDS))
    return write


def fails(kernel: Kernel, *args: str, what: str = "the loss of 'ner' is nan") -> int:
    """Train until the loss, or a weight, is no number; returns the step."""
    result = kernel("train", "config.cfg", "-o", "out", "--code", "own.py", *args)
    result.is_refused(1, what, "kernel replay out", "--resume", "--allow-drift")
    match = re.search(r"at step (\d+)", result.err)
    assert match
    return int(match[1])


def test_layer_and_document_are_named(kernel: Kernel, spoiling: Callable[..., None]) -> None:
    spoiling("Fritz lives in Rome")
    settings = ("--training.batcher.size=30", "--training.max_steps=99")
    step = fails(kernel, *settings, "--training.shards=2")
    before = contents("out")
    result = kernel("replay", "out", "--code", "own.py")
    assert result.code == 0, result.err
    first, loss, layer, *others, document = result.out.splitlines()
    assert first.startswith(f"step {step}, in epoch ")
    assert loss == f"the loss of 'ner' is nan at step {step}"
    assert layer.startswith(
        "first: the output of ner/0 (spoil, of own.Spoil.v1 in components.ner.model.tok2vec): "
    )
    assert " infinite" in layer
    assert document.startswith("made so by ") and document.endswith('"Fritz lives in Rome."')
    assert "train.jsonl" in document and others == [
        line for line in others if line.startswith("the first nan: ")
    ]
    # Nothing has changed by it, and the text is not copied: it is found by its address.
    assert contents("out") == before
    assert not any(
        b"Dora" in content or b"Eve" in content for name, content in before.items() if "failed-step" in name
    )


def test_a_gradient_is_found_too(kernel: Kernel, spoiling: Callable[..., None]) -> None:
    """The loss is no number a step later; the step that spoils the weights is looked for from the last checkpoint."""
    spoiling("Cid lives in Lima", backward="true")
    size = "--training.batcher.size=20"
    step = fails(
        kernel,
        size,
        "--training.max_steps=99",
        "--training.checkpoint.every_steps=1",
        what="weights of 'ner' are nan",
    )
    result = kernel("replay", "out", "--code", "own.py")
    assert result.code == 0, result.err
    how, where, layer, *others, document = result.out.splitlines()
    assert how == f"going on from the checkpoint of step {step - 1}, to the step that spoils weights"
    assert where.startswith(f"step {step - 1}, in epoch 0: a batch of ")
    assert (
        layer.startswith("first: the gradient that comes back to the output of ner/0.0 (") and " nan" in layer
    )
    assert others == [] and document == 'made so by train.jsonl:9: "Cid lives in Lima."'


def test_weights_that_a_learn_rate_has_spoilt(kernel: Kernel, project: Path) -> None:
    (project / "own.py").write_text(CODE)
    rate = ("--training.optimizer.learn_rate", '{"@schedules": "own.explode.v1", "after": 4}')
    assert fails(kernel, *rate, "--training.max_steps", "20") == 5
    result = kernel("replay", "out", "--code", "own.py")
    assert result.code == 0, result.err
    failed, loss, before, how, origin, why = result.out.splitlines()
    assert failed == "step 5, in epoch 5: a batch of 3 examples"
    assert loss == "the loss of 'ner' is nan at step 5"
    assert re.match(r"before the step already: the weights \w+ of ner/[\d.]+ \(.*; and \d+ more$", before)
    assert how == "going on from the checkpoint of step 4, to the step that spoils weights"
    assert origin == "step 4, in epoch 4: a batch of 3 examples"
    assert re.match(r"its gradients are finite: [\d,]+ numbers, from -.* with a learn rate of 1e\+38$", why)


def test_what_is_not_there_and_what_does_not_fail_again(
    kernel: Kernel, spoiling: Callable[..., None]
) -> None:
    kernel("replay", "out").is_refused(2, "out has no step to repeat")
    spoiling("Fritz lives in Rome")
    fails(kernel, "--training.max_steps=9")
    Path("own.py").write_text(SPOIL.replace('"inf" if bad else 1', "1"))
    with registry.restored():
        result = kernel("replay", "out", "--code", "own.py")
    result.is_refused(1, "nothing fails when it is repeated", "What has changed since: code:own.py: ")
    # Another run that begins there takes its place.
    assert kernel("train", "config.cfg", "-o", "out", "--code", "own.py", "--training.max_steps=2").code == 0
    assert not Path("out/failed-step").exists()


@pytest.mark.parametrize(("bad", "named"), [([38], 1), ([38, 77], 2), (list(range(1, 101)), 5)])
def test_a_pipeline_of_numbers(kernel: Kernel, project: Path, bad: list[int], named: int) -> None:
    with registry.restored():
        load_code(NUMERIC)
        write_rows = sys.modules[module_name(NUMERIC)].write_rows
        write_rows(project / "train.txt", 100, seed=0)
        write_rows(project / "dev.txt", 20, seed=1)
    (project / "config.cfg").write_text(NUMBERS)
    shutil.copy(NUMERIC, project / "own.py")
    lines = (project / "train.txt").read_text().splitlines()
    for number in bad:
        lines[number - 1] = "nan " + lines[number - 1].partition(" ")[2]
    (project / "train.txt").write_text("\n".join(lines))
    result = kernel("train", "config.cfg", "-o", "out", "--code", "own.py", "--training.batcher.size=100")
    result.is_refused(1, "the loss of 'line' is nan at step 0", "kernel replay out")
    result = kernel("replay", "out", "--code", "own.py")
    assert result.code == 0, result.err
    assert (
        "first: the input of line (linear, of numbers.Line.v1 in components.line.model): 200 numbers, "
        in result.out
    )
    found = re.findall(r"made so by example (\d+) of corpora\.train: <", result.out)
    assert len(found) == named and set(map(int, found)) <= set(bad)


def contents(folder: str) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
