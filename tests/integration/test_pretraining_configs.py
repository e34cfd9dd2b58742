"""Token vectors from raw text, as a config says, and a training that begins with them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kernel as package
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.testing.box import Box
from kernel.tokens import Doc, DocBin
from kernel.vocab import Vocab

from .conftest import RECORDS

pytestmark = pytest.mark.needs("kernel-nlp-pretraining")

TEXTS = [
    "Ada walked home, and nobody saw her.",
    "Two lines\nin one text.",
    "The trains to Berlin run late on Mondays.",
    "Bob asked whether it rained in Paris.",
]
CONFIG = """
[paths]
train = "train.jsonl"
dev = "train.jsonl"
raw_text = null
init_tok2vec = null
vectors = null

[nlp]
lang = "en"
pipeline = ["tok2vec", "ner", "textcat"]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 16
depth = 1
embed_size = 100
window_size = 1
maxout_pieces = 2
subword_features = true

[components.ner]
factory = "ner"

[components.ner.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = 16

[components.textcat]
factory = "textcat"

[components.textcat.model]
@architectures = "kernel.TextCatCNN.v2"
exclusive_classes = true

[components.textcat.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 12
depth = 1
embed_size = 100
window_size = 1
maxout_pieces = 2
subword_features = true

[corpora.pretrain]
@readers = "kernel.JsonlCorpus.v1"
path = ${paths.raw_text}

[pretraining]
max_epochs = 2
component = "tok2vec"
layer = ""
corpus = "corpora.pretrain"

[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 20
discard_oversize = false
tolerance = 0.2

[pretraining.objective]
@architectures = "kernel.PretrainCharacters.v1"
maxout_pieces = 3
hidden_size = 300
n_characters = 4

[initialize]
init_tok2vec = ${paths.init_tok2vec}
vectors = ${paths.vectors}

[training]
max_steps = 2
eval_frequency = 1

[training.logger]
@loggers = "kernel.ConsoleLogger.v1"
"""
VECTORS_OBJECTIVE = {
    "@architectures": "kernel.PretrainVectors.v1",
    "maxout_pieces": 3,
    "hidden_size": 300,
    "loss": "cosine",
}


def workplace(folder: Path) -> Box:
    box = Box(folder)
    box.config(CONFIG)
    cats = [{"A": float(number % 2), "B": 1.0 - number % 2} for number in range(len(RECORDS))]
    records = [{**record, "cats": each} for record, each in zip(RECORDS, cats, strict=True)]
    box.file("train.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    box.file("text.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    vocab = Vocab()
    generator = np.random.default_rng(0)
    for word in ["Ada", "Bob", "Berlin", "Paris", "rained", "late", "the", "and"]:
        vocab.set_vector(word, generator.normal(size=6).astype("float32"))
    vocab.to_disk(folder / "vectors")
    return box


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return workplace(tmp_path)


def pretrain(box: Box, *more: str, raw_text: str = "text.jsonl") -> Any:
    return box.run("pretrain", "config.cfg", "pretrain", "--paths.raw_text", raw_text, *more)


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A place where pretraining ran for five epochs; not to be changed."""
    box = workplace(tmp_path_factory.mktemp("pretrained"))
    result = pretrain(box, "--pretraining.max_epochs", "5")
    assert result.exit_code == 0, result.stderr
    return box


def test_five_epochs_leave_five_files_and_the_last(pretrained: Box) -> None:
    names = {path.name for path in (pretrained.path / "pretrain").iterdir()}
    assert {f"model{epoch}.bin" for epoch in range(5)} <= names and "model5.bin" not in names
    assert {"model-last.bin", "config.cfg", "log.jsonl"} <= names
    contents = [(pretrained.path / f"pretrain/model{epoch}.bin").read_bytes() for epoch in range(5)]
    assert len(set(contents)) == 5
    assert contents[-1] == (pretrained.path / "pretrain/model-last.bin").read_bytes()


def test_training_begins_with_the_weights_of_a_file(pretrained: Box) -> None:
    weights = pretrained.path / "pretrain/model4.bin"
    overrides = {"paths.init_tok2vec": str(weights), "paths.train": str(pretrained.path / "train.jsonl")}
    config = package.Config.from_str(CONFIG, overrides=overrides)
    nlp = package.Language.from_config(config)
    nlp.initialize(lambda: examples(nlp))
    assert model_to_bytes(nlp.get_pipe("tok2vec").model) == weights.read_bytes()
    result = pretrained.run(
        "train", "config.cfg", "--output", "out", "--paths.init_tok2vec", "pretrain/model4.bin"
    )
    assert result.exit_code == 0, result.stderr
    without = pretrained.run("train", "config.cfg", "--output", "without")
    assert without.exit_code == 0, without.stderr
    models = [package.load(pretrained.path / name / "model-last") for name in ("out", "without")]
    outputs = [nlp.get_pipe("tok2vec").model.predict([nlp.make_doc(TEXTS[0])])[0] for nlp in models]
    assert np.abs(outputs[0] - outputs[1]).max() > 0.1


def examples(nlp: Any) -> list[Any]:
    from kernel.training import Example

    return [
        Example.from_dict(
            nlp.make_doc(record["text"]), {"entities": record["spans"], "cats": {"A": 1.0, "B": 0.0}}
        )
        for record in RECORDS
    ]


def test_a_layer_of_a_component_by_its_name(box: Box) -> None:
    where = ("--pretraining.component", "textcat", "--pretraining.layer", "tok2vec")
    result = pretrain(box, *where)
    assert result.exit_code == 0, result.stderr
    done = box.run(
        "train", "config.cfg", "--output", "out", *where, "--paths.init_tok2vec", "pretrain/model1.bin"
    )
    assert done.exit_code == 0, done.stderr
    layer = package.load(box.path / "out/model-last").get_pipe("textcat").model.get_ref("tok2vec")
    model_from_bytes(layer, (box.path / "pretrain/model1.bin").read_bytes(), where="the layer")
    # For the whole of another component they don't fit.
    other = box.run("train", "config.cfg", "--paths.init_tok2vec", "pretrain/model1.bin")
    assert other.exit_code != 0 and "Traceback" not in other.stderr
    assert "model1.bin" in other.stderr


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [
        ("component", "ner", "ner"),
        ("component", "nobody", "nobody"),
        ("layer", "attention", "attention"),
    ],
)
def test_what_gives_no_token_vectors_cannot_be_pretrained(
    box: Box, setting: str, value: str, part: str
) -> None:
    result = pretrain(box, f"--pretraining.{setting}", value)
    assert result.exit_code != 0 and part in result.stderr and "Traceback" not in result.stderr
    assert not (box.path / "pretrain/model-last.bin").exists()


@pytest.mark.parametrize("loss", ["cosine", "L2"])
def test_vectors_are_predicted_and_stay_as_they_are(box: Box, loss: str) -> None:
    before = {path.name: path.read_bytes() for path in (box.path / "vectors").rglob("*") if path.is_file()}
    objective = json.dumps({**VECTORS_OBJECTIVE, "loss": loss})
    result = pretrain(box, "--pretraining.objective", objective, "--paths.vectors", "vectors")
    assert result.exit_code == 0, result.stderr
    assert (box.path / "pretrain/model1.bin").is_file()
    after = {path.name: path.read_bytes() for path in (box.path / "vectors").rglob("*") if path.is_file()}
    assert after == before


def test_predicting_vectors_needs_vectors(box: Box) -> None:
    result = pretrain(box, "--pretraining.objective", json.dumps(VECTORS_OBJECTIVE))
    assert result.exit_code != 0 and "vectors" in result.stderr and "Traceback" not in result.stderr


def test_a_loss_that_nobody_knows(box: Box) -> None:
    objective = json.dumps({**VECTORS_OBJECTIVE, "loss": "cosinus"})
    result = pretrain(box, "--pretraining.objective", objective, "--paths.vectors", "vectors")
    assert result.exit_code == 2 and "pretraining.objective.loss" in result.stderr


@pytest.mark.parametrize("n_characters", [1, 2, 4])
def test_so_many_characters_in_all_are_predicted(box: Box, n_characters: int) -> None:
    result = pretrain(box, "--pretraining.objective.n_characters", str(n_characters))
    assert result.exit_code == 0, result.stderr


def test_raw_text_as_saved_documents(box: Box) -> None:
    vocab = Vocab()
    DocBin(docs=[Doc(vocab, words=text.split()) for text in TEXTS]).to_disk(box.path / "text.spacy")
    reader = json.dumps({"@readers": "kernel.Corpus.v1", "path": "text.spacy"})
    result = pretrain(box, "--corpora.pretrain", reader, raw_text="text.spacy")
    assert result.exit_code == 0, result.stderr


def test_raw_text_from_a_reader_of_ones_own(box: Box) -> None:
    box.code(
        """
        from collections.abc import Callable, Iterator

        import kernel
        from kernel.training import Example

        @kernel.registry.readers("own.Rhymes.v1")
        def rhymes(times: int) -> Callable[[object], Iterator[Example]]:
            def examples(nlp):
                for number in range(times):
                    doc = nlp.make_doc(f"one, two, buckle my shoe number {number}")
                    yield Example(doc, doc)

            return examples
        """
    )
    reader = json.dumps({"@readers": "own.Rhymes.v1", "times": 12})
    result = pretrain(box, "--corpora.pretrain", reader, "--code", "functions.py")
    assert result.exit_code == 0, result.stderr


def test_weights_are_no_table_of_vectors_and_the_other_way_round(pretrained: Box) -> None:
    weights, table = "pretrain/model4.bin", "vectors"
    wrong = pretrained.run("train", "config.cfg", "--paths.vectors", weights)
    assert wrong.exit_code == 2 and "initialize.vectors" in wrong.stderr and "Traceback" not in wrong.stderr
    wrong = pretrained.run("train", "config.cfg", "--paths.init_tok2vec", table)
    assert wrong.exit_code == 2 and "init_tok2vec" in wrong.stderr and "Traceback" not in wrong.stderr


def test_a_section_for_pretraining_is_added_to_a_config(box: Box) -> None:
    """A config without it gets all that pretraining needs, and goes through both commands."""
    base = CONFIG[: CONFIG.index("[corpora.pretrain]")] + CONFIG[CONFIG.index("[initialize]") :]
    box.config(base.replace("raw_text = null\n", ""), "base.cfg")
    filled = box.run("init", "fill-config", "base.cfg", "config.cfg", "--pretraining", "--force")
    assert filled.exit_code == 0, filled.stderr
    config = package.Config.from_disk(box.path / "config.cfg")
    assert config["pretraining"]["component"] == "tok2vec" and config["pretraining"]["layer"] == ""
    assert {"batcher", "objective", "optimizer", "corpus"} <= set(config["pretraining"])
    again = box.run("init", "fill-config", "config.cfg", "again.cfg", "--pretraining")
    assert again.exit_code == 0, again.stderr
    assert (box.path / "again.cfg").read_text() == (box.path / "config.cfg").read_text()
    result = pretrain(box, "--pretraining.max_epochs", "2")
    assert result.exit_code == 0, result.stderr
    done = box.run("train", "config.cfg", "--output", "out", "--paths.init_tok2vec", "pretrain/model1.bin")
    assert done.exit_code == 0, done.stderr
