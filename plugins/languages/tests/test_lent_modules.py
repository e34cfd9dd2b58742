"""What scripts find in the modules that are lent below `kernel.lang`, besides languages."""

from __future__ import annotations

import re

import pytest
from kernel_languages import char_classes, lex_attrs, punctuation, tokenizer_exceptions
from kernel_languages.en.examples import sentences

import kernel


@pytest.mark.parametrize("char", ["a", "Z", "é", "ß", "Ω", "ж", "漢", "ا", "क", "ᚠ"])
def test_letters(char: str) -> None:
    assert re.fullmatch(f"[{char_classes.ALPHA}]", char)
    is_lower = re.fullmatch(f"[{char_classes.ALPHA_LOWER}]", char) is not None
    is_upper = re.fullmatch(f"[{char_classes.ALPHA_UPPER}]", char) is not None
    assert is_lower == (not char.isupper()) and is_upper == (not char.islower())


@pytest.mark.parametrize("char", ["1", " ", "_", ".", "-", "$", "]", "\\", "…"])
def test_what_is_no_letter(char: str) -> None:
    assert not re.fullmatch(f"[{char_classes.ALPHA}]", char)


@pytest.mark.parametrize("name", [name for name in char_classes.__all__ if not name.islower()])
def test_every_class_is_an_expression(name: str) -> None:
    value = getattr(char_classes, name)
    between_brackets = name.startswith(("ALPHA", "COMBINING", "CONCAT"))
    for expression in value if isinstance(value, list) else [value]:
        re.compile(f"[{expression}]" if between_brackets else f"(?:{expression})")


def test_marks() -> None:
    assert re.fullmatch(f"[{char_classes.CONCAT_QUOTES}]", "“") and re.fullmatch(char_classes.PUNCT, "?")
    assert re.fullmatch(char_classes.HYPHENS, "-") and re.fullmatch(char_classes.CURRENCY, "€")
    assert re.fullmatch(char_classes.UNITS, "km") and re.fullmatch(f"[{char_classes.CONCAT_ICONS}]", "☃")
    assert char_classes.split_chars(" a b ") == ["a", "b"]
    assert char_classes.merge_chars(" a b ") == "a|b" and char_classes.group_chars(" a b ") == "ab"


def test_rules_of_ones_own_are_made_of_them() -> None:
    nlp = kernel.blank("en")
    infixes = [
        *char_classes.LIST_ELLIPSES,
        rf"(?<=[{char_classes.ALPHA}])_(?=[{char_classes.ALPHA}])",
    ]
    nlp.tokenizer.infix_finditer = re.compile("|".join(infixes)).finditer
    assert [token.text for token in nlp("snake_case mother-in-law")] == [
        "snake",
        "_",
        "case",
        "mother-in-law",
    ]


def test_a_language_of_no_rules_of_its_own_uses_them() -> None:
    defaults = kernel.blank("xx").Defaults
    assert defaults.prefixes == punctuation.TOKENIZER_PREFIXES
    assert set(punctuation.TOKENIZER_SUFFIXES) <= set(defaults.suffixes)
    assert defaults.infixes == punctuation.TOKENIZER_INFIXES
    assert defaults.tokenizer_exceptions == tokenizer_exceptions.BASE_EXCEPTIONS
    assert tokenizer_exceptions.URL_MATCH("https://example.org/x")


def test_attributes_of_word_forms() -> None:
    assert (
        lex_attrs.word_shape("Ab-12") == "Xx-dd"
        and lex_attrs.is_alpha("ab")
        and lex_attrs.lower("AB") == "ab"
    )
    assert (
        lex_attrs.is_stop("The", {"the"})
        and not lex_attrs.is_stop("cat", {"the"})
        and not lex_attrs.is_stop("the")
    )


def test_sentences_to_try() -> None:
    nlp = kernel.blank("en")
    assert len(set(sentences)) == len(sentences) and all(len(nlp(text)) > 5 for text in sentences)
