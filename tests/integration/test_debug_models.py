"""`kernel debug model` and `debug diff-config` on the configs that come with the packages."""

import re
from pathlib import Path

import pytest

from kernel.cli.run import run

CONFIG = Path(__file__).parents[2] / "configs" / "ner.cfg"
pytestmark = pytest.mark.skipif(not CONFIG.exists(), reason="runs in the checkout")


@pytest.fixture(autouse=True)
def packages():
    for name in ("components", "architectures", "readers", "languages", "batchers", "callbacks"):
        pytest.importorskip(f"kernel_{name}")


def show(capsys, *args):
    code = run(["debug", "model", str(CONFIG), *args])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_tree_has_widths_parameters_and_lines(capsys):
    code, out, err = show(capsys)
    assert code == 0
    assert "no training corpus" in err
    titles = [line for line in out.splitlines() if ", " in line and not line.startswith(" ")]
    assert titles[0] == "tok2vec, before it is initialised"
    assert re.search(
        r"0 multi_hash_embed>>maxout_window_encoder +96 +1,\d\d\d,\d\d\d +components\.tok2vec\.model ", out
    )
    assert re.search(r"listener +96 +components\.ner\.model\.tok2vec \(.*ner\.cfg:\d+:\d+\)", out)
    assert "64 -> ?" in out
    assert out.count("parameters: ") == 4


def test_one_component_layers_and_details(capsys):
    code, out, _ = show(capsys, "ner", "-P2", "-P3", "--layers", "2", "-PAR", "-DIM", "-GRAD", "-ATTR")
    assert code == 0
    assert out.startswith("ner, after 3 updates\n  2   linear  96 -> 64")
    assert "dimensions: nO 64, nI 96" in out
    assert re.search(r"parameter W: 64 x 96, mean \S+, deviation \S+", out)
    assert "listener" not in out.split("\n\n")[0]
    assert "ner, what it predicts" in out


def test_only_what_is_asked_for_is_built_and_initialised(capsys, tmp_path):
    """Of a pipeline, in which another component can't be initialised with these examples."""
    (tmp_path / "train.jsonl").write_text(
        '{"text": "Ann left.", "spans": [{"start": 0, "end": 3, "label": "P"}]}\n'
    )
    textcat = [
        "--components.textcat",
        '{"factory": "textcat"}',
        "--nlp.pipeline",
        '["textcat", "tok2vec", "ner"]',
    ]
    args = [
        *textcat,
        "--paths.train",
        str(tmp_path / "train.jsonl"),
        "--training.frozen_components",
        '["textcat"]',
    ]
    settings = ["--initialize.components.textcat", '{"labels": ["A", "B"]}']
    code, out, _ = show(capsys, "ner", *args, *settings, "-P1", "-P2")
    assert code == 0
    titles = [line for line in out.splitlines() if ", " in line and not line.startswith(" ")]
    assert titles == ["ner, initialised", "ner, after 3 updates"]
    assert show(capsys, *args[:-2])[0] != 0


def test_no_such_component(capsys):
    code, _, err = show(capsys, "nre")
    assert code == 2
    assert "Did you mean 'ner'?" in err


def test_a_mismatch_is_found(capsys):
    code, _, err = show(capsys, "--components.ner.model.tok2vec.width", "128")
    assert code == 2
    assert "components.ner.model.tok2vec.width: = 128, but " in err
    assert "components.tok2vec.model.encode.width = 96" in err


def test_the_ready_config_is_as_recommended(capsys):
    assert run(["debug", "diff-config", str(CONFIG)]) == 0
    assert "no differences" in capsys.readouterr().out
    assert run(["debug", "diff-config", str(CONFIG), "--optimize", "accuracy", "--training.patience=4"]) == 0
    out = capsys.readouterr().out
    assert "- patience = 1600\n+ patience = 4" in out
    assert "[components.tok2vec.model.encode]" in out
