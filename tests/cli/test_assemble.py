"""`kernel assemble`: a pipeline from a config, without training."""

from pathlib import Path

import numpy as np
import pytest

import kernel
from kernel import registry
from kernel.cli.run import run

pytestmark = pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components", "kernel-nlp-architectures")

CONFIG = """
[nlp]
lang = "en"
pipeline = ["sentencizer", "tagger"]

[components.sentencizer]
factory = "sentencizer"
punct_chars = ["!"]

[components.tagger]
source = "trained"
"""

CODE = """
from kernel.language import Language

@Language.component("mark")
def mark(doc):
    doc.user_data["marked"] = True
    return doc
"""


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    nlp = kernel.blank("en")
    tagger = nlp.add_pipe("tagger")
    for label in ("X", "Y"):
        tagger.add_label(label)
    nlp.initialize()
    for node in tagger.model.walk():
        for name in node.param_names:
            node.set_param(name, node.get_param(name) + 0.25)
    nlp.to_disk("trained")
    Path("config.cfg").write_text(CONFIG)
    Path("code.py").write_text(CODE)
    with registry.restored():
        yield


def test_copied_components_keep_their_weights_and_the_others_are_made() -> None:
    assert run(["assemble", "config.cfg", "out"]) == 0
    made, source = kernel.load("out"), kernel.load("trained")
    assert made.pipe_names == ["sentencizer", "tagger"]
    assert [len(list(made("One! Two.").sents)), made.get_pipe("tagger").labels] == [2, ("X", "Y")]
    text = "Some words here"
    expected = source.get_pipe("tagger").predict([source.make_doc(text)])
    found = made.get_pipe("tagger").predict([made.make_doc(text)])
    np.testing.assert_array_equal(np.asarray(found[0]), np.asarray(expected[0]))
    assert "source" not in made.config["components"]["tagger"]


def test_overrides_and_code() -> None:
    args = ["--nlp.pipeline", '["sentencizer", "mark"]', "--components.mark.factory", "mark"]
    assert run(["assemble", "config.cfg", "out", "--code", "code.py", *args]) == 0
    nlp = kernel.load("out")
    assert nlp.pipe_names == ["sentencizer", "mark"]
    assert nlp("x").user_data["marked"]
    assert set(nlp.meta["provenance"]["code"]) == {"code.py"}


def test_sections_on_training_need_not_be_in_order() -> None:
    with Path("config.cfg").open("a") as file:
        file.write('\n[training]\ntrain_corpus = "corpora.nothing"\nno_such_setting = 1\n')
    assert run(["assemble", "config.cfg", "out"]) == 0


def test_equal_configs_give_equal_files() -> None:
    for name in ("one", "two"):
        assert run(["assemble", "config.cfg", name]) == 0
    one, two = (
        {p.relative_to(n): p.read_bytes() for p in Path(n).rglob("*") if p.is_file()} for n in ("one", "two")
    )
    assert one == two


def test_an_output_that_holds_something_is_replaced_only_on_demand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("out").mkdir()
    assert run(["assemble", "config.cfg", "out"]) == 0
    Path("out/notes.txt").write_text("mine")
    assert run(["assemble", "config.cfg", "out"]) == 2
    assert "out exists already\nUse --force" in capsys.readouterr().err
    assert Path("out/notes.txt").exists()
    assert run(["assemble", "config.cfg", "out", "--force"]) == 0
    assert kernel.load("out").pipe_names == ["sentencizer", "tagger"]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--components.sentencizer.punct", "[]"], 2, "components.sentencizer.punct"),
        (["--components.tagger.source", "nowhere"], 2, "can't find the pipeline 'nowhere'"),
        (["--code", "nowhere.py"], 3, "nowhere.py: no such file"),
        (["--code", "broken"], 3, "broken/more.py:2: ZeroDivisionError"),
    ],
)
def test_mistakes(capsys: pytest.CaptureFixture[str], args: list[str], code: int, message: str) -> None:
    Path("broken").mkdir()
    Path("broken/more.py").write_text("\n1 / 0\n")
    assert run(["assemble", "config.cfg", "out", *args]) == code
    error = capsys.readouterr().err
    assert message in error and "Traceback" not in error
    assert not Path("out").exists()
