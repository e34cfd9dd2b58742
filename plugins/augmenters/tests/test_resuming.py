"""A run with an augmenter that is resumed ends as one that ran through: in memory, in passes, and streamed."""

import json

import pytest

import kernel
from kernel import Config

pytestmark = [
    pytest.mark.filterwarnings("ignore:.* is streamed"),
    pytest.mark.needs(
        "kernel-nlp-architectures",
        "kernel-nlp-batchers",
        "kernel-nlp-callbacks",
        "kernel-nlp-components",
        "kernel-nlp-languages",
        "kernel-nlp-readers",
    ),
]

CONFIG = """
[nlp]
lang = "xx"
pipeline = ["ner"]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 8
maxout_pieces = 1
use_upper = true

[components.ner.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 8
depth = 1
embed_size = 50
window_size = 1
maxout_pieces = 1
subword_features = true

[corpora.train]
@readers = "kernel.Corpus.v1"
path = "train.jsonl"

[corpora.train.augmenter]
@augmenters = "kernel.spelling_noise.v1"
level = 0.7
per_token = 0.5

[corpora.dev]
@readers = "kernel.Corpus.v1"
path = "dev.jsonl"

[training]
max_epochs = 0
max_steps = 7
eval_frequency = 7

[training.checkpoint]
every_steps = 4

[training.batcher]
@batchers = "kernel.batch_by_sequence.v1"
size = 7

[training.optimizer]
@optimizers = "Adam.v1"

[initialize]
sample_size = 10

[training.logger]
@loggers = "kernel.ConsoleLogger.v3"
progress_bar = null
"""
NOISE = {"@augmenters": "kernel.spelling_noise.v1", "level": 0.7, "per_token": 0.5}
STREAM = {"@readers": "kernel.StreamedCorpus.v1", "path": "train.jsonl"}
ENTITIES = {"@augmenters": "kernel.entity_replacement.v1", "level": 0.8, "corpus": STREAM}
RUNS = {
    "in memory": {},
    "in passes": {"training": {"max_epochs": -1}},
    "streamed": {"corpora": {"train": {**STREAM, "augmenter": NOISE}}},
    "streamed, other entities": {"corpora": {"train": {**STREAM, "augmenter": ENTITIES}}},
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_that_is_resumed_ends_as_one_that_ran_through(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    people = ["Ada", "Ben Bo", "Clara van der Meer"]
    for part, number in (("train", 20), ("dev", 4)):
        rows = []
        for each in range(number):
            who = people[each % 3]
            rows.append({"text": f"{who} travelled in number {each}.", "entities": [[0, len(who), "PERSON"]]})
        (tmp_path / f"{part}.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf8")
    config = Config.from_str(CONFIG).merge(Config(RUNS[name]))
    kernel.train(config, "straight")
    kernel.train(config.merge(Config({"training": {"max_steps": 4, "eval_frequency": 4}})), "cut")
    kernel.train(config, "cut", resume=True, allow_drift=["training.max_steps", "training.eval_frequency"])
    straight, cut = (
        (tmp_path / output / "model-last" / "ner" / "model").read_bytes() for output in ("straight", "cut")
    )
    assert straight == cut
