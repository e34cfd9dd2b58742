"""English base noun phrases."""

import pytest

import kernel
from kernel.errors import DataError
from kernel.tokens import Doc

VOCAB = kernel.blank("en").vocab


def doc(*tokens: tuple[str, str, str, int]) -> Doc:
    """(word, part of speech, dependency, head) of each token."""
    words, pos, deps, heads = zip(*tokens, strict=True)
    return Doc(VOCAB, words=list(words), pos=list(pos), deps=list(deps), heads=list(heads))


def chunks(made: Doc) -> list[str]:
    return [chunk.text for chunk in made.noun_chunks]


def test_a_noun_takes_what_stands_before_it():
    made = doc(
        ("The", "DET", "det", 2), ("tall", "ADJ", "amod", 2), ("keeper", "NOUN", "nsubj", 3), ("fed", "VERB", "ROOT", 3),
        ("them", "PRON", "dobj", 3), ("with", "ADP", "prep", 3), ("fresh", "ADJ", "amod", 7), ("fish", "NOUN", "pobj", 5),
    )  # fmt: skip
    assert chunks(made) == ["The tall keeper", "them", "fresh fish"]
    assert {chunk.label_ for chunk in made.noun_chunks} == {"NP"}
    assert [chunk.root.text for chunk in made.noun_chunks] == ["keeper", "them", "fish"]


def test_conjuncts_have_the_role_of_the_first_one():
    made = doc(
        ("Cats", "NOUN", "nsubj", 5), (",", "PUNCT", "punct", 0), ("dogs", "NOUN", "conj", 0), ("and", "CCONJ", "cc", 2),
        ("birds", "NOUN", "conj", 2), ("sleep", "VERB", "ROOT", 5),
    )  # fmt: skip
    assert chunks(made) == ["Cats", "dogs", "birds"]


def test_no_phrase_is_inside_of_another():
    made = doc(
        ("paper", "NOUN", "nmod", 3), ("and", "CCONJ", "cc", 0), ("pencil", "NOUN", "conj", 0), ("sales", "NOUN", "nsubj", 4),
        ("rose", "VERB", "ROOT", 4), ("here", "ADV", "advmod", 4),
    )  # fmt: skip
    assert chunks(made) == ["paper and pencil sales"]


def test_without_a_parse_there_is_nothing_to_go_by():
    with pytest.raises(DataError, match="the document has none"):
        list(Doc(VOCAB, words=["one", "two"]).noun_chunks)
