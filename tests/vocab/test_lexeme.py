"""One word form of a vocab."""

import numpy as np
import pytest

from kernel.errors import KernelWarning, UsageError, WrongType
from kernel.vocab import Vocab
from kernel.vocab.attrs import FLAGS, IS_ALPHA, IS_STOP, LOWER, NAMES, NORM, SHAPE


def test_a_lexeme_has_what_its_tokens_have():
    vocab = Vocab()
    lexeme = vocab["Apples"]
    assert (lexeme.orth_, lexeme.lower_, lexeme.shape_, lexeme.prefix_, lexeme.suffix_) == (
        "Apples",
        "apples",
        "Xxxxx",
        "A",
        "les",
    )
    assert vocab.strings[lexeme.lower] == "apples" and vocab.strings[lexeme.orth] == "Apples"
    assert lexeme.is_alpha and lexeme.is_title and not lexeme.is_punct and len(lexeme) == 6
    assert [lexeme.get(name) for name in ("LOWER", LOWER, "shape", SHAPE)] == [
        "apples",
        "apples",
        "Xxxxx",
        "Xxxxx",
    ]


def test_equal_words_are_equal():
    vocab = Vocab()
    assert vocab["a"] == vocab["a"] != vocab["b"] and hash(vocab["a"]) == hash(vocab["a"])
    assert vocab["a"] != "a"


def test_what_is_set_holds_for_the_word_everywhere():
    vocab = Vocab()
    vocab["colour"].norm_ = "color"
    assert vocab["colour"].norm_ == "color" and vocab["colour"].get(NORM) == "color"
    assert vocab["colour"].norm == vocab.strings["color"]
    vocab["the"].is_stop = True
    assert vocab["the"].is_stop and vocab["the"].check_flag("IS_STOP") and not vocab["tea"].is_stop
    with pytest.raises(UsageError):
        vocab["the"].set("LENGTH", 3)
    with pytest.raises(UsageError):
        vocab["the"].get("NONSENSE")


def test_vectors_of_words():
    vocab = Vocab()
    assert vocab["a"].is_oov and not vocab["a"].has_vector
    for word, vector in (("a", [3, 4]), ("b", [4, 3])):
        vocab.set_vector(word, np.array(vector, dtype="f"))
    assert vocab["a"].has_vector and not vocab["a"].is_oov and vocab["c"].is_oov
    assert vocab["a"].vector_norm == 5 and vocab["a"].similarity(vocab["b"]) == pytest.approx(24 / 25)
    with pytest.warns(KernelWarning, match="one of the two has no vector"):
        assert vocab["c"].vector.tolist() == [0, 0] and vocab["c"].similarity(vocab["a"]) == 0


def test_every_flag_can_be_asked_for():
    lexeme = Vocab()["a"]
    assert {type(lexeme.check_flag(flag)) for flag in FLAGS & NAMES.keys()} == {bool}


def test_flags_in_one_number():
    vocab = Vocab()
    assert vocab["the"].flags & (1 << IS_ALPHA) and not vocab["1999"].flags & (1 << IS_ALPHA)
    vocab["the"].set_flag(IS_STOP, True)
    vocab["cat"].set_attrs(is_stop=True, norm="feline")
    assert vocab["the"].is_stop and vocab["cat"].is_stop and vocab["cat"].norm_ == "feline"


def test_word_forms_are_ordered_by_their_text():
    vocab = Vocab()
    assert vocab["a"] < vocab["b"] <= vocab["b"] and vocab["b"] > vocab["a"] and not vocab["a"] < None


@pytest.mark.parametrize("value", [None, 1.5, object()])
def test_a_text_of_a_word_form_is_a_string(value):
    vocab = Vocab()
    with pytest.raises(WrongType, match="LOWER of the word form 'Ada' is a string"):
        vocab["Ada"].set("LOWER", value)
    assert vocab["Ada"].lower_ == "ada"
