"""Fake distributions, the box, gradient checks, and what importing the kit costs."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from thinc.api import Linear, Softmax, chain

from kernel import registry
from kernel.discovery import scan
from kernel.testing import Box, check_gradients, fake_distribution
from kernel.testing.distributions import installed, write_distribution

pytest_plugins = ["kernel.testing"]

CODE = """
    import kernel
    from kernel.testing.toy import _eights, _line, _points, ToyPipeline

    kernel.registry.languages("toy", ToyPipeline)
    kernel.registry.architectures("toy.Line.v1", _line)
    kernel.registry.readers("toy.Points.v1", _points)
    kernel.registry.batchers("toy.eights.v1", _eights)
"""


def test_a_fake_distribution_is_seen_and_then_gone() -> None:
    contents = {
        "requires": ["kernel-nlp>=0.1,<99", 'torch; extra == "torch"'],
        "entry_points": {"kernel_misc": {"acme.One.v1": "acme_fake_one:one"}},
        "modules": {"acme_fake_one": "def one() -> int:\n    return 1\n"},
    }
    with fake_distribution("acme-fake", "1.2", **contents) as folder:
        assert scan.installed_version("acme-fake") == "1.2"
        assert registry.get("misc", "acme.One.v1")() == 1
        assert str(registry.origin("misc", "acme.One.v1")) == "acme-fake 1.2"
        assert (
            "Requires-Dist: kernel-nlp>=0.1,<99"
            in (folder / "acme_fake-1.2.dist-info" / "METADATA").read_text()
        )
    assert not folder.exists()
    assert "acme_fake_one" not in sys.modules and str(folder) not in sys.path
    assert scan.installed_version("acme-fake") is None
    assert not registry.has("misc", "acme.One.v1")


def test_a_fake_distribution_vanishes_after_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), fake_distribution("acme-fake", modules={"acme_fake_two": ""}):
        import acme_fake_two  # type: ignore[import-not-found]  # noqa: F401

        raise ZeroDivisionError
    assert "acme_fake_two" not in sys.modules


def test_the_fixture_installs_several(fake_distribution: Callable[..., Path]) -> None:
    points = {"kernel_misc": {"acme.Same.v1": "acme_same:make"}}
    fake_distribution("acme-a", "1.0", entry_points=points)
    fake_distribution("acme-b", "2.0", entry_points={"kernel_misc": {"acme.Same.v1": "other:make"}})
    assert [
        point.distribution for point in scan.entry_points("kernel_misc") if point.name == "acme.Same.v1"
    ] == [
        "acme-b",
        "acme-a",
    ]


def test_fake_distributions_and_suites_need_no_installed_plugin() -> None:
    code = (
        "import sys\n"
        "from kernel.discovery import scan as plugins\n"
        "from kernel.testing import fake_distribution, ComponentSuite, LanguageSuite, CallbackSuite, ReaderSuite\n"
        "assert not {p.distribution for g in plugins.groups() for p in plugins.entry_points(g)} - {'kernel-nlp'}\n"
        "with fake_distribution('acme', entry_points={'kernel_misc': {'acme.A.v1': 'os:getcwd'}}):\n"
        "    assert [p.distribution for p in plugins.entry_points('kernel_misc')] == ['acme']\n"
        "import kernel.testing.toy as toy\n"
        "from kernel.training.loop import train\n"
        "with toy.toy_run() as run: assert len(list(train(run))) == 6\n"
    )
    program = f"import kernel.discovery.scan as p\np._walk = lambda path, walk=p._walk: walk(p_ for p_ in path if 'site-packages' not in p_)\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code", ["import kernel.testing", "from kernel.testing import Box, fake_distribution"]
)
def test_importing_the_kit_imports_neither_pytest_nor_anything_heavy(code: str) -> None:
    program = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"pytest", "numpy", "thinc", "pydantic"}


def test_no_name_of_the_kit_is_missing() -> None:
    import kernel.testing

    for name in kernel.testing.__all__:
        assert getattr(kernel.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'ArchitectureSuit'"):
        _ = kernel.testing.ArchitectureSuit


@pytest.mark.parametrize("subprocess", [False, True])
def test_the_box_trains(box: Box, subprocess: bool) -> None:
    from kernel.testing.toy import CONFIG

    box.config(CONFIG)
    box.code(CODE)
    result = box.run(
        "train", "config.cfg", "--code", "functions.py", "--output", "out", subprocess=subprocess
    )
    assert result.exit_code == 0, result.stderr
    assert (box.path / "out" / "model-last").is_dir()
    if not subprocess:
        assert 0 < result.scores["accuracy"] <= 1
        assert result.hooks[:2] == ["config_ready", "pipeline_created"]
        assert result.hooks.count("step_end") == 6 and result.hooks[-1] == "train_end"
        assert not registry.has("languages", "toy")


def test_the_box_says_what_went_wrong(box: Box) -> None:
    result = box.run("train", "missing.cfg")
    assert result.exit_code == 2
    assert "missing.cfg" in result.stderr


def test_the_box_has_its_own_home(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("KERNEL_PLUGINS", "none")
    before = dict(os.environ), Path.cwd()
    with box.entered():
        assert Path.home().is_relative_to(box.path) and Path.cwd() == box.path
        assert "KERNEL_PLUGINS" not in os.environ
    assert (dict(os.environ), Path.cwd()) == before


def test_gradients_of_thinc_layers() -> None:
    import numpy as np

    X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    model = chain(Linear(4, 3), Linear(2, 4)).initialize(X)
    before = model.to_bytes()
    check_gradients(model, X)
    assert model.to_bytes() == before
    classifier = chain(Linear(4, 3), Softmax(3, 4)).initialize(X)
    check_gradients(classifier, X, cross_entropy=True)
    with pytest.raises(AssertionError, match="of layer '.*' is wrong"):
        check_gradients(classifier, X)


def test_modules_of_an_installed_folder_vanish(tmp_path: Path) -> None:
    write_distribution(tmp_path, "acme", modules={"acme_fake_three.deep": "x = 1\n"})
    with installed(tmp_path):
        import acme_fake_three.deep  # type: ignore[import-not-found]

        assert acme_fake_three.deep.x == 1
    assert not [name for name in sys.modules if name.startswith("acme_fake_three")]


def test_the_box_forgets_extension_attributes(box: Box) -> None:
    from kernel.tokens import Doc

    box.code("from kernel.tokens import Doc\nDoc.set_extension('boxed', default=1)\n")
    for _ in range(2):
        result = box.run("registry", "show", "Adam.v1", "--code", "functions.py")
        assert result.exit_code == 0, result.stderr
    assert not Doc.has_extension("boxed")
