"""The config of a saved pipeline repeats the run that made it, also where components came from another pipeline."""

import shutil
from pathlib import Path

import pytest

import kernel
from kernel import Config
from kernel.cli.run import run
from kernel.errors import ConfigError
from kernel.language import Language

SHARED = """
[paths]
train = "data.jsonl"
dev = "data.jsonl"

[nlp]
lang = "en"
pipeline = ["shared", "ner"]

[components.shared]
factory = "tok2vec"

[components.shared.model]
@architectures = "kernel.HashEmbedCNN.v2"
width = 8
depth = 1
embed_size = 50
window_size = 1
maxout_pieces = 2
subword_features = true
pretrained_vectors = null

[components.ner]
factory = "ner"

[components.ner.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = ${components.shared.model.width}

[training]
max_steps = 2
eval_frequency = 1
"""
ADD = """
[paths]
train = "data.jsonl"
dev = "data.jsonl"
base = "base/model-best"

[nlp]
lang = "en"
pipeline = ["shared", "ner", "alone", "topic"]

[components.shared]
source = ${paths.base}

[components.ner]
source = ${paths.base}

[components.alone]
source = ${paths.base}
component = "ner"
replace_listeners = ["model.tok2vec"]

[components.topic]
factory = "sentencizer"

[training]
max_steps = 2
eval_frequency = 1
frozen_components = ["shared", "ner"]
"""
DATA = '{"text": "Ada lived in Rome.", "spans": [[0, 3, "PER"], [13, 17, "LOC"]]}\n'


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the pipeline `base`, and `first`, which takes components from it."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("data.jsonl").write_text(DATA)
        Path("shared.cfg").write_text(SHARED)
        Path("add.cfg").write_text(ADD)
        assert run(["train", "shared.cfg", "--output", "base"]) == 0
        assert run(["train", "add.cfg", "--output", "first"]) == 0
    return folder


@pytest.fixture
def place(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(trained, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


def manifest(output: str) -> bytes:
    return Path(output, "model-best/manifest.json").read_bytes()


def test_training_from_it_gives_the_same_files(place: Path) -> None:
    saved = Config.from_disk("first/model-best/config.cfg")
    assert saved["components"]["ner"]["source"] == "${paths.base}"
    assert saved["components"]["ner"]["factory"] == "ner"
    assert run(["train", "first/model-best/config.cfg", "--output", "second"]) == 0
    assert manifest("first") == manifest("second")


def test_loading_needs_no_source(place: Path) -> None:
    expected = [ent.label_ for ent in kernel.load("first/model-best")("Ada lived in Rome.").ents]
    shutil.rmtree("base")
    nlp = kernel.load("first/model-best")
    assert [ent.label_ for ent in nlp("Ada lived in Rome.").ents] == expected
    assert nlp.pipe_names == ["shared", "ner", "alone", "topic"]
    # What is saved again says the same, and so does what was sent as bytes.
    nlp.to_disk("again")
    for model in ("first/model-best", "again"):
        assert Config.from_disk(f"{model}/config.cfg")["components"]["alone"]["component"] == "ner"
    assert Language.from_config(nlp.config).from_bytes(nlp.to_bytes()).pipe_names == nlp.pipe_names
    # Training does, and says so.
    assert run(["train", "first/model-best/config.cfg"]) == 2


def test_settings_that_the_source_does_not_have_are_refused(place: Path) -> None:
    config = Config.from_disk("first/model-best/config.cfg")
    config["components"]["ner"]["model"]["hidden_width"] = 7
    with pytest.raises(ConfigError) as caught:
        Language.from_config(config)
    assert "components.ner.model.hidden_width" in str(caught.value)
    assert "'ner' is taken from base/model-best, where this is not so" in str(caught.value)
    del config["components"]["ner"]["source"]
    assert Language.from_config(config).get_pipe("ner").model is not None
