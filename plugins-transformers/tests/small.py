"""Small models and tokenizers of every kind, made from a few lines of text; nothing is read from elsewhere."""

from __future__ import annotations

import atexit
import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

TEXTS = [
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "Anna lives in Berlin and works for a company called Acme since 2019.",
    "She sells sea shells; they don't cost more than $3.50 apiece!",
    "Researchers measured temperatures of unhappy, unbelievable and preprocessed things.",
    "Die Straße ist naß, l'été arrive, naïve café, señor, Ελλάδα, Москва, 東京, שלום, مرحبا",
    "Playing players play; walking walkers walk; talking talkers talk.",
]
WORDPIECE_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def wordpiece(vocab_size: int = 400, lowercase: bool = True) -> Any:
    """What BERT, DistilBERT and ELECTRA use: [CLS] and [SEP] around lower-cased words in pieces with ##."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    made = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size, special_tokens=WORDPIECE_SPECIALS, show_progress=False
    )
    made.train_from_iterator(TEXTS, trainer)
    made.post_processor = _around({name: made.token_to_id(name) for name in ("[CLS]", "[SEP]")})
    made.decoder = decoders.WordPiece()
    return made


def _around(numbers: dict[str, int]) -> Any:
    from tokenizers import processors

    return processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=list(numbers.items()),
    )


def characters() -> Any:
    """Word pieces of one character. Their numbers are the same in every process, which those of a trainer are not."""
    from tokenizers import models

    made = wordpiece()
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'$"
    pieces = [*WORDPIECE_SPECIALS, *letters, *(f"##{letter}" for letter in letters)]
    made.model = models.WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]")
    made.post_processor = _around({"[CLS]": 2, "[SEP]": 3})
    return made


def byte_level(vocab_size: int = 500, trim_offsets: bool = True) -> Any:
    """What RoBERTa uses (and ModernBERT, with the space before a word in its offsets): pieces of UTF-8 bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=ROBERTA_SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(TEXTS, trainer)
    made.post_processor = processors.RobertaProcessing(
        ("</s>", made.token_to_id("</s>")),
        ("<s>", made.token_to_id("<s>")),
        trim_offsets=trim_offsets,
        add_prefix_space=False,
    )
    made.decoder = decoders.ByteLevel()
    return made


def unigram(vocab_size: int = 300, specials: list[str] | None = None) -> Any:
    """What XLM-R and DeBERTa-v3 use: sentence-piece with NFKC, spaces as part of the pieces."""
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )

    names = specials or ROBERTA_SPECIALS
    unknown = next(name for name in names if "unk" in name.lower())
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " "), normalizers.Strip()]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size, special_tokens=names, unk_token=unknown, show_progress=False
    )
    made.train_from_iterator(TEXTS * 5, trainer)
    opens, closes = ("<s>", "</s>") if "<s>" in names else ("[CLS]", "[SEP]")
    made.post_processor = processors.TemplateProcessing(
        single=f"{opens} $A {closes}",
        pair=f"{opens} $A {closes} {closes} $B {closes}",
        special_tokens=[(name, made.token_to_id(name)) for name in (opens, closes)],
    )
    made.decoder = decoders.Metaspace()
    return made


def deberta() -> Any:
    """Sentence-piece with the special pieces of DeBERTa-v3."""
    return unigram(specials=["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"])


def bare() -> Any:
    """What GPT-2 uses: pieces of bytes, and nothing around a text."""
    from tokenizers import processors

    made = byte_level()
    made.post_processor = processors.ByteLevel(trim_offsets=True)
    return made


TOKENIZERS = {
    "wordpiece": wordpiece,
    "characters": characters,
    "cased": lambda: wordpiece(lowercase=False),
    "byte_level": byte_level,
    "untrimmed": lambda: byte_level(trim_offsets=False),
    "unigram": unigram,
    "deberta": deberta,
    "bare": bare,
}


def save_tokenizer(folder: Path, made: Any, max_length: float | None = 64) -> Path:
    """Write tokenizer.json and tokenizer_config.json into a folder; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    vocabulary = made.get_vocab()
    names = {
        "pad_token": ("[PAD]", "<pad>"),
        "unk_token": ("[UNK]", "<unk>"),
        "cls_token": ("[CLS]", "<s>"),
        "sep_token": ("[SEP]", "</s>"),
        "mask_token": ("[MASK]", "<mask>"),
    }
    config: dict[str, Any] = {
        key: next(name for name in choices if name in vocabulary) for key, choices in names.items()
    }
    if max_length is not None:
        config["model_max_length"] = max_length
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def bert(folder: Path, **settings: Any) -> Path:
    """A BERT of two layers with random weights, and its tokenizer, as Hugging Face saves them; the folder."""
    import torch
    from transformers import BertConfig, BertModel

    made = wordpiece()
    save_tokenizer(folder, made)
    config = {
        "vocab_size": made.get_vocab_size(),
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 64,
    } | settings
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = BertModel(BertConfig(**config))
    model.save_pretrained(folder)
    return folder


# What each kind needs beside its class: the tokenizer, and settings that differ from BERT's.
_KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bert": ("wordpiece", "Bert", {}),
    "bert of characters": ("characters", "Bert", {}),
    "roberta": ("byte_level", "Roberta", {"max_position_embeddings": 66, "type_vocab_size": 1}),
    "distilbert": ("wordpiece", "DistilBert", {}),
    "deberta-v3": (
        "deberta",
        "DebertaV2",
        {
            "relative_attention": True,
            "position_buckets": 16,
            "norm_rel_ebd": "layer_norm",
            "share_att_key": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_biased_input": False,
            "type_vocab_size": 0,
        },
    ),
    "xlm-r": ("unigram", "XLMRoberta", {"max_position_embeddings": 66, "type_vocab_size": 1}),
    "electra": ("wordpiece", "Electra", {"embedding_size": 8}),
    "modernbert": (
        "untrimmed",
        "ModernBert",
        {"local_attention": 16, "global_attn_every_n_layers": 2, "intermediate_size": 24},
    ),
    "gpt2": ("bare", "GPT2", {}),
}
KINDS = tuple(kind for kind in _KINDS if kind != "bert of characters")


def network(folder: Path, kind: str, **settings: Any) -> Path:
    """A network of a kind, two layers of width 16 with random weights, and a tokenizer as it is used with that kind; the folder."""
    import torch
    import transformers

    tokenizer, name, own = _KINDS[kind]
    made = TOKENIZERS[tokenizer]()
    save_tokenizer(folder, made)
    numbers = made.get_vocab()
    special = {
        key: next(numbers[choice] for choice in choices if choice in numbers)
        for key, choices in {
            "pad_token_id": ("[PAD]", "<pad>"),
            "bos_token_id": ("[CLS]", "<s>"),
            "eos_token_id": ("[SEP]", "</s>"),
            "cls_token_id": ("[CLS]", "<s>"),
            "sep_token_id": ("[SEP]", "</s>"),
        }.items()
    }
    given = {
        "vocab_size": made.get_vocab_size(),
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 64,
        **special,
    }
    config = getattr(transformers, f"{name}Config")(**given | own | settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = getattr(transformers, f"{name}Model")(config)
        # Weights of training, not of a beginning: biases and norms that do something.
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(torch.randn_like(weight), alpha=0.1)
    model.save_pretrained(folder)
    return folder


@cache
def shared(kind: str, **settings: Any) -> Path:
    """The folder of a network of a kind, made once in a process and removed at its end."""
    folder = Path(mkdtemp(prefix="kernel-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return network(folder, kind, **settings)
