"""Commands as functions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kernel
from kernel.cli.functions import Evaluation
from kernel.errors import ConfigError, UsageError

from ..small import textcat_config

ROOT = Path(__file__).parents[2]
DATA = {part: f"{ROOT}/configs/sample/{part}.jsonl" for part in ("train", "dev")}
CONFIG = (
    textcat_config("textcat_multilabel", **DATA)
    + """
[training]
max_steps = 5
eval_frequency = 2
logger = null

[training.batcher]
@batchers = "kernel.batch_by_sequence.v1"
size = 8
"""
)
pytestmark = pytest.mark.needs(
    "kernel-nlp-languages",
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-readers",
    "kernel-nlp-batchers",
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.cfg"
    path.write_text(CONFIG)
    return path


def test_a_pipeline_is_trained_and_comes_with_its_history(config: Path, tmp_path: Path) -> None:
    nlp, history = kernel.train(config, output=tmp_path / "out", overrides={"training.seed": 3})
    assert [evaluation.step for evaluation in history] == [2, 4, 5]
    assert all(isinstance(evaluation, Evaluation) for evaluation in history)
    assert [evaluation.score for evaluation in history] == [each.scores["cats_score"] for each in history]
    assert all(evaluation.losses["textcat_multilabel"] > 0 for evaluation in history)
    assert history[0].words < history[-1].words and history[0].seconds <= history[-1].seconds
    assert nlp.config["training"]["seed"] == 3
    saved = kernel.load(tmp_path / "out" / "model-last")
    assert saved("a text").cats == nlp("a text").cats
    assert json.loads((tmp_path / "out" / "run.json").read_text())["kernel"] == kernel.__version__
    assert not list((tmp_path / "out").glob("*.lock"))


def test_a_config_may_be_a_dict_and_nothing_need_be_saved() -> None:
    config = kernel.Config.from_str(CONFIG)
    trained = kernel.train(config, overrides={"training.max_steps": 1, "training.eval_frequency": 1})
    assert [evaluation.step for evaluation in trained.history] == [1]
    assert trained.pipeline.pipe_names == ["textcat_multilabel"]
    assert config["training"]["max_steps"] == 5


def test_code_is_imported_first(config: Path, tmp_path: Path) -> None:
    code = tmp_path / "mine.py"
    code.write_text(
        'import kernel\n\n\n@kernel.registry.batchers("in_threes.v1")\ndef make():\n'
        "    return lambda items: ([*three] for three in zip(*[iter(items)] * 3))\n"
    )
    with kernel.registry.restored():
        overrides = {"training.batcher": {"@batchers": "in_threes.v1"}}
        overrides |= {"training.max_steps": 1, "training.eval_frequency": 1}
        assert len(kernel.train(config, overrides=overrides, code=code).history) == 1


def test_what_is_wrong_is_told_as_on_the_command_line(config: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="max_step.*Did you mean|training.max_step"):
        kernel.train(config, overrides={"training.max_step": 1})
    with pytest.raises(ConfigError, match="no_such"):
        kernel.train({"nlp": {"lang": "en", "pipeline": ["no_such"]}}, tmp_path / "out")
    with pytest.raises(UsageError):
        kernel.train(tmp_path / "nothing.cfg")


def test_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kernel.info()["kernel"] == kernel.__version__
    assert capsys.readouterr().out == ""
    nlp = kernel.blank("en", meta={"name": "tiny"})
    nlp.to_disk(tmp_path / "tiny")
    facts = kernel.info(tmp_path / "tiny", silent=False)
    assert facts["lang"] == "en" and facts["name"] == "tiny" and facts["pipeline"] == []
    assert "name: tiny" in capsys.readouterr().out.splitlines()
