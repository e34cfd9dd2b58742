"""Attributes by name and number."""

import pytest

from kernel.errors import UsageError
from kernel.vocab.attrs import ANNOTATIONS, IDS, IDX, LEXICAL, NAMES, ORTH, SENT_START, SPACY, TAG, intify


def test_names_and_numbers_belong_together():
    for name, number in IDS.items():
        assert intify(name) == intify(name.lower()) == intify(number) == number
        assert NAMES[number] == name
    assert not LEXICAL & ANNOTATIONS and LEXICAL | ANNOTATIONS | {IDX, SPACY} >= set(NAMES)


def test_other_names_of_attributes():
    assert intify("text") == ORTH and intify("is_sent_start") == intify("SENT_ID") == SENT_START


@pytest.mark.parametrize(
    ("attr", "message", "hint"),
    [
        ("TAGG", "no token attribute is called 'TAGG'", "did you mean 'TAG'?"),
        ("zzzzzz", "no token attribute is called 'zzzzzz'", ""),
        (13, "no token attribute has the number 13", ""),
        (-TAG, f"no token attribute has the number -{TAG}", ""),
    ],
)
def test_unknown_attributes(attr, message, hint):
    with pytest.raises(UsageError) as caught:
        intify(attr)
    assert (caught.value.message, caught.value.hint) == (message, hint)
