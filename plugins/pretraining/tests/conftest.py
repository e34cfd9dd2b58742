"""A directory with texts and a config of a small pretraining."""

import json
import random
from pathlib import Path

import pytest

from kernel.testing import Box
from kernel.testing.plugin import box

__all__ = ["box"]

CONFIG = """
[paths]
raw_text = "text.jsonl"

[nlp]
lang = "en"
pipeline = ["tok2vec", "tagger"]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 8
depth = 1
embed_size = 60
window_size = 1
maxout_pieces = 2
subword_features = true

[components.tagger]
factory = "tagger"

[components.tagger.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = 8

[corpora.pretrain]
@readers = "kernel.JsonlCorpus.v1"
path = ${paths.raw_text}

[pretraining]
max_epochs = 3
eval_frequency = 5

[pretraining.objective]
@architectures = "kernel.PretrainCharacters.v1"
maxout_pieces = 2
hidden_size = 8
n_characters = 2

[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 100
discard_oversize = false
tolerance = 0.2
"""
WORDS = [
    "the",
    "a",
    "cat",
    "dog",
    "runs",
    "sleeps",
    "in",
    "on",
    "house",
    "tree",
    "green",
    "small",
    "never",
    "often",
]


def write_texts(path: Path, number: int, seed: int = 0) -> None:
    """So many lines of 4 to 12 words."""
    draw = random.Random(seed)
    lines = [" ".join(draw.choices(WORDS, k=draw.randint(4, 12))) for _ in range(number)]
    path.write_text("".join(json.dumps({"text": line}) + "\n" for line in lines))


@pytest.fixture
def texts(box: Box) -> Box:
    """A directory with 80 texts and the config."""
    write_texts(box.path / "text.jsonl", 80)
    box.config(CONFIG)
    return box
