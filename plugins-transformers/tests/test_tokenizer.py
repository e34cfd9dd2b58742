"""Tokenizers by themselves: limits, settings, the cache, files."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from kernel.errors import ConfigError, DataError, KernelWarning
from kernel.tokens import Doc
from kernel.vocab import Vocab

from .small import bare, byte_level, save_tokenizer, unigram, wordpiece

pytest.importorskip("tokenizers")

from kernel_transformers.pieces.encode import encode
from kernel_transformers.pieces.limits import positions
from kernel_transformers.pieces.pieces import PieceCache
from kernel_transformers.pieces.tokenizer import DEFAULT_LENGTH, PieceTokenizer


def open_folder(tmp_path, made=None, settings=None, **keywords):
    return PieceTokenizer.from_folder(save_tokenizer(tmp_path, made or wordpiece(), **keywords), settings)


@pytest.mark.parametrize("said", [None, 10**30, 1e30])
def test_a_limit_that_no_model_reaches_is_the_model_s(tmp_path, said):
    tokenizer = open_folder(tmp_path, max_length=said)
    assert tokenizer.max_length == DEFAULT_LENGTH
    tokenizer.limit(None)
    assert tokenizer.max_length == DEFAULT_LENGTH
    tokenizer.limit(4096)
    assert tokenizer.max_length == 4096


def test_the_smaller_of_two_limits_holds(tmp_path):
    tokenizer = open_folder(tmp_path, max_length=64)
    tokenizer.limit(512)
    assert tokenizer.max_length == 64
    tokenizer.limit(32)
    assert tokenizer.max_length == 32 and tokenizer.capacity == 30
    assert PieceTokenizer.from_files(tokenizer.files()).max_length == 32


def test_more_than_the_model_has_is_refused_if_it_is_asked_for(tmp_path):
    tokenizer = open_folder(tmp_path, settings={"model_max_length": 1000})
    assert tokenizer.max_length == 1000
    with pytest.raises(ConfigError, match="is 1000, but the model has 512 positions"):
        tokenizer.limit(512)


@pytest.mark.parametrize(
    ("length", "said"), [(2, "no room"), (0, "expected a number"), ("many", "expected a number")]
)
def test_a_window_needs_room(tmp_path, length, said):
    with pytest.raises(ConfigError, match=said):
        open_folder(tmp_path, settings={"model_max_length": length})


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"model_type": "bert", "max_position_embeddings": 512}, 512),
        ({"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514}, 512),
        ({"model_type": "camembert", "max_position_embeddings": 514, "pad_token_id": 0}, 513),
        ({"model_type": "gpt2", "n_positions": 1024}, 1024),
        ({"model_type": "xlnet", "max_position_embeddings": -1}, None),
        ({}, None),
    ],
)
def test_positions_are_read_off_a_model_s_config(config, expected):
    assert positions(config) == expected


def test_settings_change_the_steps(tmp_path):
    lower = open_folder(tmp_path / "a")
    cased = open_folder(tmp_path / "a", settings={"do_lower_case": False, "use_fast": True})
    assert lower.encode(["The"]).table[0].tolist() == lower.encode(["the"]).table[0].tolist()
    assert cased.encode(["The"]).table[0].tolist() != lower.encode(["the"]).table[0].tolist()
    again = PieceTokenizer.from_files(cased.files())
    np.testing.assert_array_equal(again.encode(["The END"]).table, cased.encode(["The END"]).table)
    spaced = open_folder(tmp_path / "b", byte_level(), settings={"add_prefix_space": True})
    plain = open_folder(tmp_path / "b", byte_level())
    assert spaced.strings(spaced.encode(["the"]).table[0])[0].startswith("Ġ")
    assert not plain.strings(plain.encode(["the"]).table[0])[0].startswith("Ġ")


def test_what_tokenizer_config_says_changes_the_steps_too(tmp_path):
    folder = save_tokenizer(tmp_path, wordpiece())
    config = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(config | {"do_lower_case": False}))
    made = PieceTokenizer.from_folder(folder)
    assert made.encode(["The"]).table[0].tolist() != made.encode(["the"]).table[0].tolist()


@pytest.mark.parametrize(
    ("made", "settings", "said"),
    [
        (wordpiece, {"use_fats": True}, "unknown use_fats"),
        (unigram, {"do_lower_case": True}, "do_lower_case: the tokenizer has no step"),
        (wordpiece, {"add_prefix_space": True}, "add_prefix_space: the tokenizer has no step"),
    ],
)
def test_settings_without_effect_are_refused(tmp_path, made, settings, said):
    with pytest.raises(ConfigError, match=said):
        open_folder(tmp_path, made(), settings=settings)


def test_truncation_and_padding_of_the_file_are_left_out(tmp_path):
    made = wordpiece()
    made.enable_truncation(4)
    made.enable_padding(length=50)
    tokenizer = open_folder(tmp_path, made)
    assert 4 < tokenizer.encode(["the quick brown fox jumps"]).lengths[0] < 50


def test_files_give_the_same_tokenizer_in_another_process(tmp_path):
    tokenizer = open_folder(tmp_path, byte_level())
    for other in (PieceTokenizer.from_files(tokenizer.files()), pickle.loads(pickle.dumps(tokenizer))):
        np.testing.assert_array_equal(
            other.encode(["Straße 東"]).table, tokenizer.encode(["Straße 東"]).table
        )
        assert other.files() == tokenizer.files()
    with pytest.raises(DataError, match=r"without tokenizer\.json: there is x"):
        PieceTokenizer({"x": b""})


def test_a_tokenizer_that_knows_nothing_is_refused(tmp_path):
    from tokenizers import Regex, normalizers

    made = wordpiece()
    made.normalizer = normalizers.Replace(Regex("."), "")
    folder = save_tokenizer(tmp_path, made)
    with pytest.raises(DataError, match="neither letters nor digits"):
        PieceTokenizer.from_folder(folder)


def test_a_broken_file_is_named(tmp_path):
    folder = save_tokenizer(tmp_path, wordpiece())
    (folder / "tokenizer.json").write_text('{"version": "1.0"}', encoding="utf-8")
    with pytest.raises(DataError, match=r"tokenizer\.json can't be read: "):
        PieceTokenizer.from_folder(folder)


def test_the_cache_is_used_and_stays_below_its_limit(tmp_path, monkeypatch):
    tokenizer = open_folder(tmp_path)
    texts = [f"text number {number} of many" for number in range(100)]
    plain = tokenizer.encode(texts)
    tokenizer.cache = PieceCache(limit=20_000)
    first = tokenizer.encode([*texts, *texts], cached=True)
    assert 0 < len(tokenizer.cache) < 100 and tokenizer.cache.size <= 20_000
    np.testing.assert_array_equal(first.table, np.concatenate([plain.table, plain.table], axis=1))
    known = texts[: len(tokenizer.cache)]
    asked = []
    monkeypatch.setattr(tokenizer, "cut_up", lambda texts: asked.extend(texts))
    again = tokenizer.encode(known, cached=True)
    assert not asked
    np.testing.assert_array_equal(again.table, plain.table[:, : again.table.shape[1]])
    tokenizer.cache.clear()
    assert not len(tokenizer.cache) and not tokenizer.cache.size


def test_texts_of_one_character_and_none(tmp_path):
    tokenizer = open_folder(tmp_path, bare())
    assert tokenizer.encode([]).lengths.tolist() == []
    assert tokenizer.encode(["", "a", "\ud800"]).lengths.tolist() == [0, 1, 3]


def test_cut_spans_are_counted_and_told_of(tmp_path):
    tokenizer = open_folder(tmp_path, max_length=8)
    doc = Doc(Vocab(), ["the", "fox"] * 10)
    with pytest.warns(
        KernelWarning, match=r"some of the spans .* limit of 6 pieces: they are read in windows"
    ):
        assert encode(tokenizer, [doc], [[doc[:], doc[:2], doc[2:]]]).cut == 2
    assert encode(tokenizer, [doc], [[doc[:2]]]).cut == 0
