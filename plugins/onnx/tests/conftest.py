"""Fixtures: a small BERT with its tokenizer, made here, and pipelines with it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import kernel
from kernel.training import Example

TEXTS = [
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "Anna lives in Berlin and works for a company called Acme.",
    "She sells sea shells; they don't cost more than $3.50 apiece!",
    "",
    "Unbelievable   temperatures, 東京 and Straße \U0001f600",
]
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def bert(folder: Path) -> Path:
    """A BERT of two layers with random weights, as Hugging Face saves one; the folder."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel

    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=SPECIALS, show_progress=False)
    made.train_from_iterator(TEXTS, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    folder.mkdir(parents=True)
    made.save(str(folder / "tokenizer.json"))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    (folder / "tokenizer_config.json").write_text(json.dumps({**names, "model_max_length": 32}))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        # Larger first weights than usual, so that rows differ.
        config = BertConfig(
            vocab_size=made.get_vocab_size(),
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=32,
            initializer_range=0.3,
        )
        BertModel(config).save_pretrained(folder)
    return folder


def transformer(folder: Path, **settings: Any) -> dict[str, Any]:
    """The settings of a component `transformer`."""
    return {
        "model": {
            "@architectures": "kernel.TransformerModel.v3",
            "name": str(folder),
            "get_spans": {"@span_getters": "kernel.strided_spans.v1", "window": 8, "stride": 6},
            **settings,
        }
    }


def shared(folder: Path, **settings: Any) -> Any:
    """A transformer and a tagger that listens to it, trained."""
    nlp = kernel.blank("en")
    nlp.add_pipe("transformer", config=transformer(folder, **settings))
    listener = {
        "@architectures": "kernel.TransformerListener.v1",
        "pooling": {"@layers": "reduce_mean.v1"},
    }
    nlp.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": listener}})
    return trained(nlp)


def alone(folder: Path) -> Any:
    """A tagger with a transformer of its own, trained."""
    nlp = kernel.blank("en")
    block = transformer(folder)["model"] | {
        "@architectures": "kernel.Tok2VecTransformer.v3",
        "pooling": {"@layers": "reduce_mean.v1"},
        "grad_factor": 0.5,
    }
    nlp.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": block}})
    return trained(nlp)


def trained(nlp: Any) -> Any:
    """The pipeline after some steps, with tags that depend on the words."""
    examples = []
    for text in TEXTS[:3]:
        doc = nlp.make_doc(text)
        tags = [("A", "B", "C")[len(token.text) % 3] for token in doc]
        examples.append(Example.from_dict(doc, {"tags": tags}))
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(20):
        nlp.update(examples, sgd=optimizer)
    return nlp


def tags(nlp: Any) -> list[list[str]]:
    """What the tagger says of each token of all texts."""
    return [[token.tag_ for token in doc] for doc in nlp.pipe(TEXTS)]


@pytest.fixture(scope="session")
def small() -> SimpleNamespace:
    """Texts, and functions that make pipelines and ask them."""
    return SimpleNamespace(texts=TEXTS, bert=bert, shared=shared, alone=alone, tags=tags)
