"""Tokenizers of folders without tokenizer.json, against the libraries whose files they are."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kernel.errors import DataError

from .small import TEXTS, byte_level, save_tokenizer, wordpiece

pytest.importorskip("tokenizers")

from kernel_transformers.convert import tokenizer_files
from kernel_transformers.pieces.tokenizer import PieceTokenizer

PROBES = [
    *TEXTS,
    "  Two  spaces\tand a tab\nand a line ",
    "ﬁne ½ ㍿ İstanbul naïve e\u0301 Å",
    "👩🏽‍🚀 🇩🇪 東京タワー שלום",
    "``quoted'' don't $1,000.00",
    "",
    " ",
    "x" * 200,
]


def ids(tokenizer, text):
    return [*tokenizer.prefix, *tokenizer.encode([text]).table[0], *tokenizer.suffix]


def sentencepiece_model(folder, name, **settings):
    sentencepiece = pytest.importorskip("sentencepiece")
    text = folder / "text.txt"
    text.write_text("\n".join(TEXTS * 20), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / name.removesuffix(".model")),
        vocab_size=settings.pop("vocab_size", 120),
        minloglevel=2,
        **settings,
    )
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / name))


def say(folder, **config):
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


@pytest.mark.parametrize("lower", [True, False])
def test_word_pieces_are_those_of_the_saved_tokenizer(tmp_path, lower):
    made = wordpiece(lowercase=lower)
    words = sorted(made.get_vocab(), key=made.get_vocab().get)
    (tmp_path / "vocab.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    say(tmp_path, do_lower_case=lower, tokenizer_class="BertTokenizer", model_max_length=64)
    found = PieceTokenizer.from_folder(tmp_path)
    for text in PROBES:
        assert ids(found, text) == made.encode(text).ids
    assert found.pad_id == made.token_to_id("[PAD]")
    assert found.max_length == 64


def test_bytes_are_those_of_the_saved_tokenizer(tmp_path):
    made = byte_level()
    made.model.save(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}', encoding="utf-8")
    found = PieceTokenizer.from_folder(tmp_path)
    for text in PROBES:
        assert ids(found, text) == made.encode(text).ids
    np.testing.assert_array_equal(found.prefix, [made.token_to_id("<s>")])


@pytest.mark.parametrize("rule", ["nmt_nfkc", "nfkc_cf", "identity"])
def test_pieces_of_xlm_r_are_those_of_sentencepiece(tmp_path, rule):
    processor = sentencepiece_model(tmp_path, "sentencepiece.bpe.model", normalization_rule_name=rule)
    say(tmp_path, tokenizer_class="XLMRobertaTokenizer")
    found = PieceTokenizer.from_folder(tmp_path)
    assert found.strings(np.arange(4)) == ["<s>", "<pad>", "</s>", "<unk>"]
    assert found.strings(np.array([found.vocab_size - 1])) == ["<mask>"]
    for text in PROBES:
        expected = [3 if number == 0 else number + 1 for number in processor.encode(text)]
        assert ids(found, text) == [0, *expected, 2], text


def test_pieces_of_deberta_are_those_of_sentencepiece(tmp_path):
    processor = sentencepiece_model(
        tmp_path, "spm.model", pad_id=0, bos_id=1, eos_id=2, unk_id=3,
        pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]",
    )  # fmt: skip
    say(tmp_path, tokenizer_class="DebertaV2Tokenizer")
    found = PieceTokenizer.from_folder(tmp_path)
    for text in PROBES:
        assert ids(found, text) == [1, *processor.encode(text), 2], text
    assert found.library.token_to_id("[MASK]") == processor.get_piece_size()


def test_pieces_of_t5_are_those_of_sentencepiece(tmp_path):
    processor = sentencepiece_model(tmp_path, "spiece.model", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    (tmp_path / "config.json").write_text('{"model_type": "t5"}', encoding="utf-8")
    found = PieceTokenizer.from_folder(tmp_path)
    for text in PROBES:
        assert ids(found, text) == [*processor.encode(text), 1], text
    assert found.vocab_size == processor.get_piece_size() + 100


def test_a_file_of_sentencepiece_that_ends_early_is_refused(tmp_path):
    sentencepiece_model(tmp_path, "spm.model")
    whole = (tmp_path / "spm.model").read_bytes()
    say(tmp_path, tokenizer_class="DebertaV2Tokenizer")
    (tmp_path / "spm.model").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"spm\.model: this is no model of SentencePiece"):
        tokenizer_files(tmp_path)


def test_byte_pairs_of_sentencepiece_are_refused(tmp_path):
    sentencepiece_model(tmp_path, "spm.model", model_type="bpe")
    say(tmp_path, tokenizer_class="DebertaV2Tokenizer")
    with pytest.raises(DataError, match="of another kind than unigram"):
        tokenizer_files(tmp_path)


def test_what_transformers_makes_of_the_same_files_is_the_same(tmp_path):
    transformers = pytest.importorskip("transformers")
    made = wordpiece()
    words = sorted(made.get_vocab(), key=made.get_vocab().get)
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    say(tmp_path, tokenizer_class="BertTokenizer", do_lower_case=True)
    found = PieceTokenizer.from_folder(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    for text in PROBES:
        assert ids(found, text) == theirs(text)["input_ids"], text


@pytest.mark.parametrize(
    ("files", "config", "said"),
    [
        ({}, {}, "no tokenizer.json, and nothing that it could be made from"),
        (
            {"vocab.txt": "a"},
            {"tokenizer_class": "BertJapaneseTokenizer"},
            "of the kind BertJapanese can't be converted",
        ),
        ({"vocab.txt": "a"}, {}, "of the kind unknown can't be converted"),
        (
            {"vocab.json": "{}"},
            {"tokenizer_class": "RobertaTokenizer"},
            "no merges.txt that it could be made from",
        ),
        (
            {"vocab.json": "[]", "merges.txt": ""},
            {"tokenizer_class": "GPT2Tokenizer"},
            "vocab.json: expected a JSON object",
        ),
        (
            {"vocab.json": "{}", "merges.txt": "a b c"},
            {"tokenizer_class": "GPT2Tokenizer"},
            "a line that isn't a pair",
        ),
        ({"vocab.txt": "a\n[UNK]\n"}, {"tokenizer_class": "BertTokenizer"}, r"the vocabulary has no \[CLS\]"),
        ({"tokenizer.json": "{}", "special_tokens_map.json": "{"}, {}, "special_tokens_map.json: no JSON"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_the_reason(tmp_path, files, config, said):
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    say(tmp_path, **config)
    with pytest.raises(DataError, match=said):
        tokenizer_files(tmp_path)


def test_special_pieces_of_a_former_file_are_read(tmp_path):
    save_tokenizer(tmp_path, wordpiece())
    (tmp_path / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "special_tokens_map.json").write_text(
        '{"pad_token": {"content": "[MASK]"}}', encoding="utf-8"
    )
    assert PieceTokenizer.from_folder(tmp_path).pad_id == 4
