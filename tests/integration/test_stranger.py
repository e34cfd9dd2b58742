"""A package that the kernel has never heard of: installed, its names work in configs; gone, the error says what is missing."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.testing.distributions import installed, write_distribution

from .conftest import CONFIG, Result

Kernel = Callable[..., Result]

LAYERS = """
import numpy

from thinc.api import Model


def shape_vectors(width: int = 8) -> Model:
    "Vectors that say what a word looks like; nothing in them is learnt."
    return Model("shape_vectors", forward, init=lambda model, X=None, Y=None: None, dims={"nO": width})


def forward(model, docs, is_train):
    def vectors(doc):
        found = model.ops.alloc2f(len(doc), model.get_dim("nO"))
        for i, token in enumerate(doc):
            found[i, 0], found[i, 1] = token.is_title, token.i / len(doc)
        return found

    return [vectors(doc) for doc in docs], lambda gradient: docs
"""
PIPES = """
class Counter:
    def __init__(self, unit):
        self.unit = unit

    def __call__(self, doc):
        doc.user_data["counted"] = len(doc if self.unit == "words" else doc.text)
        return doc


def make_counter(nlp, name, unit="words"):
    return Counter(unit)
"""
RUNS = """
from kernel import hookimpl
from kernel.training import Example


class Bell:
    @hookimpl
    def train_end(self, reason):
        print("ding:", reason)


def bell():
    return Bell()


def sentences(texts: list[str]):
    def read(nlp):
        for text in texts:
            entities = [(0, len(text.split()[0]), "PERSON")]
            yield Example.from_dict(nlp.make_doc(text), {"entities": entities})

    return read


def pairs():
    def cut(examples):
        examples = list(examples)
        yield from (examples[i : i + 2] for i in range(0, len(examples), 2))

    return cut
"""
POINTS = {
    "kernel_architectures": {"acme.ShapeVectors.v1": "acme_nlp.layers:shape_vectors"},
    "kernel_factories": {"acme_counter": "acme_nlp.pipes:make_counter"},
    "kernel_callbacks": {"acme.Bell.v1": "acme_nlp.runs:bell"},
    "kernel_readers": {"acme.Sentences.v1": "acme_nlp.runs:sentences"},
    "kernel_batchers": {"acme.Pairs.v1": "acme_nlp.runs:pairs"},
}
EMBED = CONFIG[CONFIG.index("[components.ner.model.tok2vec]") : CONFIG.index("[training]")]
STRANGE = (
    CONFIG.replace(
        EMBED, '[components.ner.model.tok2vec]\n@architectures = "acme.ShapeVectors.v1"\nwidth = 4\n\n'
    )
    .replace('["ner"]', '["ner", "counter"]')
    .replace(
        "[components.ner]",
        '[components.counter]\nfactory = "acme_counter"\nunit = "letters"\n\n[components.ner]',
    )
    + """
[training.batcher]
@batchers = "acme.Pairs.v1"

[training.callbacks.bell]
@callbacks = "acme.Bell.v1"

[corpora]

[corpora.train]
@readers = "acme.Sentences.v1"
texts = ["Ada sleeps", "Bob ran home", "Cleo sang"]

[corpora.dev]
@readers = "acme.Sentences.v1"
texts = ["Dov ran"]
"""
)


@pytest.fixture
def site(project: Path) -> Path:
    """A folder with the package in it, as an installer leaves it."""
    folder = project / "site"
    modules = {
        "acme_nlp.__init__": "",
        "acme_nlp.layers": LAYERS,
        "acme_nlp.pipes": PIPES,
        "acme_nlp.runs": RUNS,
    }
    write_distribution(folder, "acme-nlp", "2.1", entry_points=POINTS, modules=modules)
    (project / "strange.cfg").write_text(STRANGE)
    return folder


def test_train_evaluate_and_apply_with_a_package_of_strangers(kernel: Kernel, site: Path) -> None:
    with installed(site):
        result = kernel("train", "strange.cfg", "-o", "out")
        assert result.code == 0, result.err
        assert "ding: max_steps = 4 reached" in result.out
        assert kernel("evaluate", "out/model-best", "dev.jsonl").code == 0
        assert kernel("apply", "out/model-best", "texts.txt", "-").code == 0


def test_each_missing_name_is_reported_with_its_place(kernel: Kernel, site: Path) -> None:
    result = kernel("train", "strange.cfg", "-o", "out")
    lines = STRANGE.splitlines()
    names = [name for points in POINTS.values() for name in points]
    places = [
        f"strange.cfg:{i}:" for i, line in enumerate(lines, 1) if any(f'"{name}"' in line for name in names)
    ]
    assert len(places) == 6
    result.is_refused(2, "6 problems", *places, *names)
    assert not Path("out").exists()


def test_pipeline_without_the_package_names_it(kernel: Kernel, site: Path) -> None:
    with installed(site):
        assert kernel("train", "strange.cfg", "-o", "out").code == 0
    result = kernel("apply", "out/model-best", "texts.txt", "-")
    result.is_refused(2, "acme.ShapeVectors.v1", "acme_counter", "acme-nlp 2.1")


def test_errors_name_the_package(kernel: Kernel, site: Path) -> None:
    with installed(site):
        result = kernel("train", "strange.cfg", "--components.ner.model.tok2vec.width", '"broad"')
        result.is_refused(2, "not int", "acme.ShapeVectors.v1 (acme-nlp 2.1)")
        result = kernel("train", "strange.cfg", "--corpora.train.texts", '[""]')
        result.is_refused(1, "reading corpora.train failed: IndexError", "acme-nlp 2.1", "runs.py:")


def test_package_that_does_not_import(kernel: Kernel, site: Path) -> None:
    (site / "acme_nlp/layers.py").write_text("import no_such_thing\n")
    with installed(site):
        # A broken package harms nobody who doesn't name it.
        assert kernel("train", "config.cfg").code == 0
        result = kernel("train", "strange.cfg")
        result.is_refused(3, "acme-nlp 2.1", "no_such_thing")


def test_two_packages_that_claim_one_name(kernel: Kernel, site: Path) -> None:
    other = {"kernel_architectures": {"acme.ShapeVectors.v1": "other_nlp:build"}}
    write_distribution(
        site, "other-nlp", "0.3", entry_points=other, modules={"other_nlp": "def build(): ..."}
    )
    with installed(site):
        assert kernel("train", "config.cfg").code == 0
        kernel("train", "strange.cfg").is_refused(3, "acme-nlp 2.1", "other-nlp 0.3", "claimed by")


def test_in_a_process_of_its_own(site: Path) -> None:
    command = [sys.executable, "-m", "kernel", "train", "strange.cfg", "-o", "out"]
    settings = {"capture_output": True, "text": True}
    found = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(site)}, **settings)
    assert found.returncode == 0, found.stderr
    missing = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": ""}, **settings)
    assert missing.returncode == 2
    assert "architectures has no function 'acme.ShapeVectors.v1'" in missing.stderr
