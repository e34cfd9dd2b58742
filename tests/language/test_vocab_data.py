"""What `[initialize]` adds to a vocabulary."""

import numpy as np
import pytest
from thinc.api import Linear

from kernel.errors import DataError, UsageError
from kernel.language.vocab_data import load_vectors, load_vocab_data
from kernel.numeric.bytes import model_to_bytes
from kernel.vocab import Vocab


@pytest.fixture
def source():
    vocab = Vocab()
    vocab.set_vector("king", np.array([1, 2, 3], dtype="f"))
    vocab.strings.add("more")
    return vocab


@pytest.mark.parametrize("below", ["", "vocab"])
def test_vectors_of_a_pipeline_or_of_a_vocab(below, source, tmp_path):
    source.to_disk(tmp_path / below)
    vocab = Vocab()
    load_vectors(vocab, tmp_path)
    assert vocab["king"].vector.tolist() == [1, 2, 3] and vocab["queen"].is_oov
    assert "more" in list(vocab.strings)


def test_a_file_of_another_tool_is_no_pipeline(tmp_path):
    (tmp_path / "my words.vec").write_text("the 1 2\n")
    with pytest.raises(DataError, match="this is a file") as caught:
        load_vectors(Vocab(), tmp_path / "my words.vec")
    assert caught.value.hint.startswith("Make a pipeline of it: kernel init vectors LANG '")


def test_weights_are_no_vectors(tmp_path):
    (tmp_path / "model-last.bin").write_bytes(model_to_bytes(Linear(3, 4).initialize()))
    with pytest.raises(DataError, match="holds weights, such as kernel pretrain writes") as caught:
        load_vectors(Vocab(), tmp_path / "model-last.bin")
    assert "--paths.init_tok2vec" in caught.value.hint


def test_an_empty_table_is_a_place_without_vectors(tmp_path):
    Vocab().to_disk(tmp_path)
    with pytest.raises(DataError, match="there are no vectors: the table is empty"):
        load_vectors(Vocab(), tmp_path)


def test_a_place_without_vectors(tmp_path):
    with pytest.raises(DataError, match="there are no vectors"):
        load_vectors(Vocab(), tmp_path)
    with pytest.raises(UsageError, match="can't find the pipeline"):
        load_vectors(Vocab(), tmp_path / "none")


def test_attributes_of_word_forms(tmp_path):
    file = tmp_path / "data.jsonl"
    file.write_text('{"orth": "colour", "norm": "color", "is_stop": true, "rank": 3, "length": 9}\n')
    vocab = Vocab()
    load_vocab_data(vocab, file)
    lexeme = vocab["colour"]
    assert (lexeme.norm_, lexeme.is_stop, len(lexeme)) == ("color", True, 6)
    assert not vocab["color"].is_stop


@pytest.mark.parametrize("line", ['{"norm": "color"}', '{"orth": 3}', '["orth"]'])
def test_a_line_without_its_word(line, tmp_path):
    (tmp_path / "data.jsonl").write_text(f'{{"orth": "a"}}\n{line}\n')
    with pytest.raises(DataError, match=r'data\.jsonl:2: a line of vocab_data needs an "orth"'):
        load_vocab_data(Vocab(), tmp_path / "data.jsonl")
