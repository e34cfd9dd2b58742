import json
from pathlib import Path

import pytest

from kernel import __version__
from kernel.cli.run import run
from kernel.testing import fake_distribution


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


FACTS = """
def facts():
    return {"device": "abacus"}

def nothing():
    return {}

def broken():
    raise ZeroDivisionError
"""


def test_packages_add_facts_and_a_broken_one_keeps_none_back(capsys: pytest.CaptureFixture[str]) -> None:
    points = {"acme": "acme_facts:facts", "empty": "acme_facts:nothing", "odd": "acme_facts:broken"}
    with fake_distribution("acme", entry_points={"kernel_info": points}, modules={"acme_facts": FACTS}):
        assert run(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["acme"] == {"device": "abacus"}
    assert "empty" not in facts
    assert facts["odd"].startswith("acme") and "ZeroDivisionError" in facts["odd"]
