"""What is wrong in patterns is told with its place."""

import pytest
from kernel_matchers.token_patterns.matcher import TokenMatcher

from kernel.vocab.strings import hash_string

NOUN = 92

OPERATORS = (
    "REGEX, FUZZY, FUZZY1 to FUZZY9, IN, NOT_IN, INTERSECTS, IS_SUBSET, IS_SUPERSET, ==, !=, >=, <=, >, <"
)
MESSAGES = [
    ("the", "the rules are a list of patterns, not 'the'"),
    ([], "the rules are a list of patterns, not []"),
    ([{"LOWER": "a"}], "the rules: pattern 1 is a list with a dict for each token, not {'LOWER': 'a'}\nhint: A list of patterns has two pairs of brackets: [[{...}, {...}]]."),
    ([[{}], []], "the rules: pattern 2 is empty, and would match nothing"),
    ([["a"]], "the rules: pattern 1, token 1: a token is described by a dict such as {'LOWER': 'word'}, not by 'a'"),
    ([[{}, {"LOWR": "a"}]], "the rules: pattern 1, token 2: no token attribute is called 'LOWR'\nhint: did you mean 'LOWER'?"),
    ([[{"HEAD": 1}]], "the rules: pattern 1, token 1: tokens can't be matched by HEAD"),
    ([[{"LOWER": ["a"]}]], "the rules: pattern 1, token 1: LOWER is a text, not ['a']"),
    ([[{"TEXT": 88}]], 'the rules: pattern 1, token 1: ORTH is a text, not 88\nhint: Write it as one: "88".'),
    ([[{"TEXT": {"IN": ["a", 88]}}]], 'the rules: pattern 1, token 1: ORTH is a text, not 88\nhint: Write it as one: "88".'),
    ([[{"LOWER": True}]], "the rules: pattern 1, token 1: LOWER is a text, not True"),
    ([[{"TAG": False}]], "the rules: pattern 1, token 1: TAG is a text, not False"),
    ([[{"LENGTH": True}]], "the rules: pattern 1, token 1: LENGTH is a number, not True"),
    ([[{"LENGTH": "a"}]], "the rules: pattern 1, token 1: LENGTH is a number, not 'a'"),
    ([[{"IS_ALPHA": "yes"}]], "the rules: pattern 1, token 1: IS_ALPHA is true or false, not 'yes'"),
    ([[{"IS_SENT_START": -1}]], "the rules: pattern 1, token 1: SENT_START is true or false, not -1"),
    ([[{"ENT_IOB": "X"}]], "the rules: pattern 1, token 1: ENT_IOB is one of I, O, B and '', not 'X'"),
    ([[{"LOWER": {}}]], "the rules: pattern 1, token 1: {} asks for nothing of LOWER"),
    ([[{"LOWER": {"INN": ["a"]}}]], f"the rules: pattern 1, token 1: 'INN' is no operator for LOWER: expected one of {OPERATORS}"),
    ([[{"LOWER": {"IN": "abc"}}]], "the rules: pattern 1, token 1: IN of LOWER has a list of values, not 'abc'"),
    ([[{"LOWER": {">": 3}}]], "the rules: pattern 1, token 1: > compares numbers, and LOWER is a text\nhint: Write the text itself for equal ones, NOT_IN with a list for others."),
    ([[{"LENGTH": {">": "3"}}]], "the rules: pattern 1, token 1: > of LENGTH compares with a number, not with '3'"),
    ([[{"LENGTH": {"REGEX": "3"}}]], "the rules: pattern 1, token 1: REGEX is for texts, and LENGTH is none"),
    ([[{"LOWER": {"REGEX": "("}}]], "the rules: pattern 1, token 1: '(' is no regular expression: missing ), unterminated subpattern at position 0"),
    ([[{"LOWER": {"REGEX": 3}}]], "the rules: pattern 1, token 1: REGEX of LOWER has a text, not 3"),
    ([[{"LOWER": {"FUZZY2": {"INTERSECTS": ["a"]}}}]], "the rules: pattern 1, token 1: FUZZY has a text, or IN or NOT_IN with a list of texts, not 'INTERSECTS'"),
    ([[{"_": "a"}]], "the rules: pattern 1, token 1: '_' has a dict of extension attributes, not 'a'"),
    ([[{"_": {"kind": ["a"]}}]], "the rules: pattern 1, token 1: the extension attribute 'kind' is compared with a text or number, not ['a']"),
    ([[{"OP": "**"}]], "the rules: pattern 1, token 1: '**' is no operator: expected one of ! ? + * {n} {n,m} {n,} {,m}"),
    ([[{"OP": "{,}"}]], "the rules: pattern 1, token 1: '{,}' is no operator: expected one of ! ? + * {n} {n,m} {n,} {,m}"),
    ([[{"OP": "{3,2}"}]], "the rules: pattern 1, token 1: the operator '{3,2}' asks for at least 3 and at most 2 tokens"),
    ([[{"OP": "{1000000}"}]], "the rules: pattern 1, token 1: the operator '{1000000}' asks for more than 10000 tokens"),
]  # fmt: skip


@pytest.mark.parametrize(("patterns", "message"), MESSAGES)
def test_a_mistake_in_patterns(patterns, message):
    matcher = TokenMatcher()
    with pytest.raises(ValueError) as caught:
        matcher.add(patterns, "the rules")
    said = caught.value.message + (f"\nhint: {caught.value.hint}" if caught.value.hint else "")
    assert said == message
    assert len(matcher) == 0


def test_numbers_of_texts_are_hashes_and_symbols():
    matcher = TokenMatcher()
    matcher.add([[{"LOWER": hash_string("kettle")}], [{"POS": NOUN}], [{"LEMMA": 0}]], "the rules")
    assert len(matcher) == 1
