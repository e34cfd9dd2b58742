"""`kernel onnx`, as it is called."""

from pathlib import Path
from typing import Any

import pytest

from kernel.testing import Box
from kernel.testing.plugin import box

for needed in ("torch", "transformers", "onnx", "onnxruntime"):
    pytest.importorskip(needed)

import kernel

__all__ = ["box"]


@pytest.fixture(scope="module")
def trained(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("trained")
    small.shared(small.bert(place / "bert")).to_disk(place / "pipeline")
    return place / "pipeline"


def test_a_pipeline_is_written(box: Box, trained: Path, small: Any) -> None:
    done = box.run("onnx", str(trained), "out")
    assert done.exit_code == 0, done.stderr
    assert "MB in ONNX" in done.stdout
    assert "saved to out" in done.stdout
    assert small.tags(kernel.load(box.path / "out")) == small.tags(kernel.load(trained))
    # What is there is replaced only if that is said.
    assert box.run("onnx", str(trained), "out").exit_code == 2
    small = box.run("onnx", str(trained), "out", "--int8", "--threads", "2", "--force")
    assert small.exit_code == 0, small.stderr
    block = kernel.load(box.path / "out").config["components"]["transformer"]["model"]["network"]
    assert block == {"@layers": "kernel.OnnxNetwork.v1", "threads": 2}


def test_a_pipeline_without_a_transformer_is_refused(box: Box) -> None:
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(box.path / "plain")
    done = box.run("onnx", "plain", "out")
    assert done.exit_code == 2
    assert "has no transformer" in done.stderr
    assert not (box.path / "out").exists()
