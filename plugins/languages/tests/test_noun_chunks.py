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


def test_universal_dependencies_give_the_same_phrases():
    made = doc(
        ("Then", "ADV", "advmod", 4), ("The", "DET", "det", 3), ("tall", "ADJ", "amod", 3), ("keeper", "NOUN", "nsubj", 4),
        ("fed", "VERB", "root", 4), ("them", "PRON", "obj", 4), ("with", "ADP", "case", 8), ("fresh", "ADJ", "amod", 8),
        ("fish", "NOUN", "obl", 4), ("of", "ADP", "case", 11), ("Ann", "PROPN", "nmod:poss", 11), ("lakes", "NOUN", "nmod", 8),
    )  # fmt: skip
    assert chunks(made) == ["The tall keeper", "them", "fresh fish", "Ann lakes"]


def test_a_universal_predicate_leaves_its_subject_and_copula_out():
    made = doc(
        ("She", "PRON", "nsubj", 6), ("is", "AUX", "cop", 6), ("a", "DET", "det", 6), ("small", "ADJ", "amod", 6),
        (",", "PUNCT", "punct", 6), ("old", "ADJ", "amod", 6), ("nurse", "NOUN", "ROOT", 6), ("and", "CCONJ", "cc", 8),
        ("doctor", "NOUN", "conj", 6),
    )  # fmt: skip
    assert chunks(made) == ["She", "a small , old nurse", "doctor"]


def test_universal_names_go_on_behind_their_first_word():
    made = doc(
        ("Mirela", "PROPN", "nsubj", 4), ("Ana", "PROPN", "flat", 0), ("Costin", "PROPN", "flat", 0), ("today", "NOUN", "obl:tmod", 4),
        ("sang", "VERB", "ROOT", 4), ("Bach", "PROPN", "obj", 4), ("and", "CCONJ", "cc", 7), ("Liszt", "PROPN", "conj", 5),
    )  # fmt: skip
    assert chunks(made) == ["Mirela Ana Costin", "Bach", "Liszt"]


def test_without_a_parse_there_is_nothing_to_go_by():
    with pytest.raises(DataError, match="the document has none"):
        list(Doc(VOCAB, words=["one", "two"]).noun_chunks)
