"""A listener that no source comes before is an error of the config, found before data is read."""

import re
from pathlib import Path

import pytest

import kernel
from kernel.cli.run import run
from kernel.errors import ConfigError
from kernel.language import Language

CONFIG = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "tagger"]

[components.tok2vec]
factory = "tok2vec"

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "kernel.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = 96

[corpora.train]
@readers = "kernel.Corpus.v1"
path = "nowhere.jsonl"

[corpora.dev]
@readers = "kernel.Corpus.v1"
path = "nowhere.jsonl"
"""
LISTENING = {"model": {"tok2vec": {"@architectures": "kernel.Tok2VecListener.v1", "width": 96}}}
PLACE = r"l\.cfg:15:1: components\.tagger\.model\.tok2vec: "


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("l.cfg").write_text(CONFIG)


@pytest.mark.parametrize(
    "command", [["debug", "config", "l.cfg"], ["assemble", "l.cfg", "out"], ["train", "l.cfg"]]
)
@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"nlp.pipeline": '["tagger", "tok2vec"]'},
            PLACE
            + r"'tagger' listens to a shared source, but none comes before it in the pipeline: tagger, tok2vec\n"
            r"(.*\n)*.*hint: Put 'tok2vec' before 'tagger'",
        ),
        (
            {"nlp.pipeline": '["tagger"]'},
            PLACE
            + r"'tagger' listens to a shared source.*: tagger\n(.*\n)*.*hint: Add the component that 'tagger' shares",
        ),
        (
            {"components.tagger.model.tok2vec.upstream": "embed"},
            PLACE
            + r"'tagger' listens to 'embed', which does not come before it.*\n(.*\n)*.*this pipeline: tok2vec",
        ),
    ],
)
def test_in_a_config(capsys, command, overrides, message):
    args = [part for key, value in overrides.items() for part in (f"--{key}", value)]
    assert run([*command, *args]) == 2
    out, err = capsys.readouterr()
    assert re.search(message, out + err)
    assert not Path("out").exists()


def test_a_component_that_is_taken_from_another_pipeline(capsys):
    source = kernel.blank("en")
    source.add_pipe("tok2vec")
    source.add_pipe("tagger", config=LISTENING).add_label("X")
    source.initialize()
    source.to_disk("shared")
    Path("copy.cfg").write_text(
        '[nlp]\nlang = "en"\npipeline = ["tagger"]\n[components.tagger]\nsource = "shared"\n'
    )
    assert run(["assemble", "copy.cfg", "out"]) == 2
    assert re.search(
        r"copy\.cfg:4:1: components\.tagger: 'tagger' listens to .*\n(.*\n)*.*replace_listeners = \[\"model\.tok2vec\"\]",
        capsys.readouterr().err,
    )
    assert (
        run(["assemble", "copy.cfg", "out", "--components.tagger.replace_listeners", '["model.tok2vec"]'])
        == 0
    )


def test_a_pipeline_made_by_hand():
    nlp: Language = kernel.blank("en")
    nlp.add_pipe("tagger", config=LISTENING)
    nlp.add_pipe("tok2vec")
    with pytest.raises(ConfigError, match="'tagger' listens to a shared source, but none comes before it"):
        nlp.initialize(lambda: pytest.fail("data was read"))
