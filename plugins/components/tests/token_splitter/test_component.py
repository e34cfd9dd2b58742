"""The token splitter: what is cut where, and what becomes of the annotations."""

import pytest

from kernel.errors import ConfigError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.vocab import Vocab


def splitter(**settings):
    return Language().add_pipe("token_splitter", config=settings)


def words(doc):
    return [token.text for token in doc]


def test_long_tokens_become_parts_and_the_text_stays():
    doc = Doc(Vocab(), words=["short", "abcdefghij" * 2 + "klmno", "x" * 24], spaces=[True, False, True])
    text = doc.text
    assert words(splitter()(doc)) == ["short", "abcdefghij", "abcdefghij", "klmno", "x" * 24]
    assert doc.text == text


@pytest.mark.parametrize(
    "settings", [{"min_length": 0}, {"split_length": 0}, {"min_length": 3, "split_length": 10}]
)
def test_settings_that_split_nothing(settings):
    assert words(splitter(**settings)(Doc(Vocab(), words=["abcdef"]))) == ["abcdef"]


def test_parts_hang_on_the_first_and_have_the_annotations_of_the_token():
    doc = Doc(
        Vocab(),
        words=["see", "abcdef", "now"],
        heads=[0, 0, 1],
        deps=["ROOT", "obj", "advmod"],
        tags=["V", "N", "A"],
        lemmas=["see", "abc", "now"],
        ents=["O", "B-URL", "O"],
    )
    splitter(min_length=5, split_length=2)(doc)
    assert [token.head.i for token in doc] == [0, 0, 1, 1, 1]
    assert [token.dep_ for token in doc] == ["ROOT", "obj", "dep", "dep", "advmod"]
    assert [token.tag_ for token in doc] == ["V", "N", "N", "N", "A"]
    assert [span.text for span in doc.ents] == ["abcdef"] and len(list(doc.sents)) == 1


def test_a_root_that_is_split_stays_one_and_heads_of_other_split_tokens_are_found():
    doc = Doc(Vocab(), words=["abcd", "efgh"], heads=[1, 1], deps=["x", "ROOT"])
    splitter(min_length=4, split_length=2)(doc)
    assert [token.head.i for token in doc] == [2, 0, 2, 2]


def test_a_text_without_a_parse_gets_none():
    doc = splitter(min_length=4, split_length=2)(Doc(Vocab(), words=["abcd"]))
    assert words(doc) == ["ab", "cd"] and not doc.has_annotation("DEP") and not doc.has_annotation("HEAD")


def test_negative_lengths_are_refused():
    with pytest.raises(ConfigError, match="min_length"):
        splitter(min_length=-1)
