"""Pipelines with a transformer that spaCy trains for spacy_pipelines.py. Code for spaCy with spacy-transformers and its torch.

Usage: spacy_pipelines_transformers.py DATA FOLDER [NAME ...]: as spacy_pipelines_made.py. The transformers are small ones with random
weights and a vocabulary of the corpus, which are made in FOLDER/.transformers.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import torch
import transformers
from spacy_pipelines_blocks import Block, tagger, textcat, transitions
from spacy_pipelines_data import Corpora
from spacy_pipelines_made import Recipe, make
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

WIDTH, PIECES = 32, 1500


def pieces(corpus: Corpora, byte_level: bool) -> Tokenizer:
    """A tokenizer that has learnt its pieces from the English corpus: words' pieces, or pairs of bytes."""
    texts = (" ".join(sample["words"]) for sample in corpus.learnt("en"))
    if byte_level:
        found = Tokenizer(models.BPE())
        found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        found.decoder = decoders.ByteLevel()
        special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer: Any = trainers.BpeTrainer(
            vocab_size=PIECES, special_tokens=special, initial_alphabet=alphabet
        )
        found.train_from_iterator(texts, trainer)
        found.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=True)
        return found
    found = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    found.normalizer = normalizers.BertNormalizer(lowercase=True)
    found.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    found.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=PIECES, special_tokens=special))
    found.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    found.decoder = decoders.WordPiece()
    return found


def saved_transformer(folder: Path, corpus: Corpora, kind: str) -> str:
    """The folder of a transformer with random weights. kind: bert or roberta."""
    path = folder / ".transformers" / kind
    if (path / "config.json").exists():
        return str(path)
    torch.manual_seed(3)
    sizes = {
        "vocab_size": PIECES,
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 516,
    }
    if kind == "bert":
        tokenizer: Any = transformers.BertTokenizerFast(tokenizer_object=pieces(corpus, False))
        model: Any = transformers.BertModel(transformers.BertConfig(**sizes))
    else:
        tokenizer = transformers.RobertaTokenizerFast(
            tokenizer_object=pieces(corpus, True), add_prefix_space=True
        )
        model = transformers.RobertaModel(transformers.RobertaConfig(**sizes, pad_token_id=1))
    tokenizer.model_max_length = 512
    tokenizer.save_pretrained(path)
    model.save_pretrained(path)
    return str(path)


def transformer(name: str, getter: str = "strided", **settings: Any) -> Block:
    spans: Block = {"@span_getters": f"spacy-transformers.{getter}_spans.v1"}
    if getter == "strided":
        spans |= {"window": 32, "stride": 24}
    model = {
        "@architectures": "spacy-transformers.TransformerModel.v3",
        "name": name,
        "get_spans": spans,
        "tokenizer_config": {"use_fast": True},
        "transformer_config": {},
        "mixed_precision": False,
        "grad_scaler_config": {},
    }
    return {"factory": "transformer", "max_batch_items": 4096, "model": model, **settings}


def heard(pooling: str = "reduce_mean.v1") -> Block:
    return {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "upstream": "*",
        "pooling": {"@layers": pooling},
    }


def own(name: str) -> Block:
    return {
        "@architectures": "spacy-transformers.Tok2VecTransformer.v3",
        "name": name,
        "get_spans": {"@span_getters": "spacy-transformers.doc_spans.v1"},
        "tokenizer_config": {"use_fast": True},
        "transformer_config": {},
        "mixed_precision": False,
        "grad_scaler_config": {},
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
    }


def curated(kind: str, **settings: Any) -> Block:
    """A transformer of spacy-curated-transformers with random weights. kind: Bert or Roberta."""
    encoder = "BertWordpieceEncoder" if kind == "Bert" else "ByteBpeEncoder"
    model = {
        "@architectures": f"spacy-curated-transformers.{kind}Transformer.v1",
        "vocab_size": PIECES,
        "hidden_width": WIDTH,
        "intermediate_width": 64,
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "max_position_embeddings": 160,
        "model_max_length": 128,
        "piece_encoder": {"@architectures": f"spacy-curated-transformers.{encoder}.v1"},
        "with_spans": {
            "@architectures": "spacy-curated-transformers.WithStridedSpans.v1",
            "window": 32,
            "stride": 24,
            "batch_size": 384,
        },
    }
    return {"factory": "curated_transformer", "model": model, **settings}


def curated_pieces(folder: str, kind: str) -> Block:
    """What gives `initialize` the pieces of a saved tokenizer."""
    path = Path(folder)
    if kind == "Bert":
        loader: Block = {
            "@model_loaders": "spacy-curated-transformers.WordpieceLoader.v1",
            "path": str(path / "vocab.txt"),
        }
    else:
        loader = {
            "@model_loaders": "spacy-curated-transformers.ByteBpeLoader.v1",
            "vocab_path": str(path / "vocab.json"),
            "merges_path": str(path / "merges.txt"),
        }
    return {"transformer": {"piecer_loader": loader}}


def curated_heard() -> Block:
    return {
        "@architectures": "spacy-curated-transformers.LastTransformerLayerListener.v1",
        "width": WIDTH,
        "pooling": {"@layers": "reduce_mean.v1"},
        "upstream": "*",
        "grad_factor": 1.0,
    }


def recipes(bert: str, roberta: str) -> dict[str, Recipe]:
    mean = textcat(
        "TextCatReduce.v1",
        exclusive=True,
        tok2vec=heard(),
        exclusive_classes=True,
        use_reduce_first=False,
        use_reduce_last=False,
        use_reduce_max=False,
        use_reduce_mean=True,
    )
    syntax = {
        "tagger": tagger(heard()),
        "parser": transitions("parser", heard()),
        "ner": transitions("ner", heard()),
    }
    return {
        "trf_bert": Recipe(["en"], {"transformer": transformer(bert), **syntax}, steps=60),
        "trf_roberta": Recipe(["en"], {"transformer": transformer(roberta, "doc"), **syntax}, steps=60),
        "trf_own": Recipe(["en"], {"tagger": tagger(own(bert))}, steps=60),
        "trf_pooled": Recipe(
            ["en"],
            {
                "transformer": transformer(roberta),
                "tagger": tagger(heard("reduce_last.v1")),
                "morphologizer": tagger(heard("reduce_max.v1"), "morphologizer"),
            },
            steps=60,
        ),
        "curated_bert": Recipe(
            ["en"],
            {
                "transformer": curated("Bert"),
                "tagger": tagger(curated_heard()),
                "ner": transitions("ner", curated_heard()),
            },
            steps=60,
            initialize=curated_pieces(bert, "Bert"),
        ),
        "curated_roberta": Recipe(
            ["en"],
            {
                "transformer": curated("Roberta"),
                "tagger": tagger(curated_heard()),
                "parser": transitions("parser", curated_heard()),
            },
            steps=60,
            initialize=curated_pieces(roberta, "Roberta"),
        ),
        "trf_textcat": Recipe(["en-topic"], {"transformer": transformer(bert), "textcat": mean}, steps=40),
    }


def main(arguments: list[str]) -> None:
    warnings.simplefilter("ignore")
    data, folder, *names = arguments
    corpora, target = Corpora(Path(data)), Path(folder)
    found = recipes(*(saved_transformer(target, corpora, kind) for kind in ("bert", "roberta")))
    for name in names or found:
        if names or not (target / f"{name}.expected.jsonl").exists():
            make(name, found[name], corpora, target)


if __name__ == "__main__":
    main(sys.argv[1:])
