"""The box: commands in a directory of their own."""

from pathlib import Path

import pytest

from kernel import registry
from kernel.testing import Box


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


def test_the_box_forgets_extension_attributes(box: Box) -> None:
    from kernel.tokens import Doc

    box.code("from kernel.tokens import Doc\nDoc.set_extension('boxed', default=1)\n")
    for _ in range(2):
        result = box.run("registry", "show", "Adam.v1", "--code", "functions.py")
        assert result.exit_code == 0, result.stderr
    assert not Doc.has_extension("boxed")


CODE = """
    import kernel
    from kernel.testing.toy import _eights, _line, _points, ToyPipeline

    kernel.registry.languages("toy", ToyPipeline)
    kernel.registry.architectures("toy.Line.v1", _line)
    kernel.registry.readers("toy.Points.v1", _points)
    kernel.registry.batchers("toy.eights.v1", _eights)
"""
