"""Labels that only the development data have: training says so, once, and goes on."""

import json
from pathlib import Path

import pytest

from kernel.cli.run import run

CONFIG = Path(__file__).parents[2] / "configs" / "textcat.cfg"


def test_warning_at_the_first_evaluation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = [{"text": "one", "cats": {"A": 1, "B": 0}}, {"text": "two", "cats": {"A": 0, "B": 1}}]
    for part, rows in (("train", known), ("dev", [*known, {"text": "three", "cats": {"D": 1, "C": 0}}])):
        (tmp_path / f"{part}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf8")
    paths = [
        word for part in ("train", "dev") for word in (f"--paths.{part}", str(tmp_path / f"{part}.jsonl"))
    ]
    limits = ["--training.max_steps", "2", "--training.eval_frequency", "1"]
    assert run(["train", str(CONFIG), *paths, *limits]) == 0
    error = capsys.readouterr().err
    assert error.count("'textcat'") == 1
    assert "corpora.dev has labels that 'textcat' did not see in training: C, D" in error
