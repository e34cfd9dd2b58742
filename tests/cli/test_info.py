import json
from pathlib import Path

import pytest

from kernel import __version__
from kernel.cli.run import run


def test_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["kernel"] == __version__
    assert "thinc" in facts["libraries"]
    assert {"library", "version", "kernel", "threads"} <= facts["blas"][0].keys()
    assert "kernel-nlp" in {plugin["distribution"] for plugin in facts["plugins"]}
    assert isinstance(facts["gpus"], list)


def test_facts_as_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"kernel: {__version__}" in lines
    assert any(line.startswith("  thinc: ") for line in lines)


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_facts_of_a_pipeline(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", "model", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["lang"], facts["pipeline"]) == ("en", ["sentencizer"])


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_no_pipeline(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", "nothing"]) == 2
    assert "can't find the pipeline 'nothing'" in capsys.readouterr().err
