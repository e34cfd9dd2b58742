"""Attributes that follow from the text of a word."""

import pytest

from kernel.vocab import Vocab
from kernel.vocab.attrs import FLAGS, IDS


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Apple", "Xxxxx"),
        ("C3PO", "XdXX"),
        ("1234567", "dddd"),
        ("---------", "----"),
        ("internationalization", "xxxx"),
        ("U.S.", "X.X."),
        ("x" * 100, "LONG"),
        ("", ""),
    ],
)
def test_shape(text, shape):
    assert Vocab()[text].shape_ == shape


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("apple", "is_alpha is_ascii is_lower"),
        ("APPLE", "is_alpha is_ascii is_upper"),
        ("Äpfel", "is_alpha is_title"),
        ("12", "is_ascii is_digit like_num"),
        ("-1,000.5", "is_ascii like_num"),
        ("3/4", "is_ascii like_num"),
        ("/", "is_ascii is_punct"),
        ("(", "is_ascii is_punct is_bracket is_left_punct"),
        ("”", "is_punct is_quote is_right_punct"),
        ("€", "is_currency"),
        (" \n", "is_ascii is_space"),
        ("http://a.b/c", "is_ascii is_lower like_url"),
        ("www.x", "is_ascii is_lower like_url"),
        ("example.com:80/x?y=1", "is_ascii is_lower like_url"),
        ("U.S.", "is_ascii is_upper is_title"),
        ("e.g.", "is_ascii is_lower"),
        ("a.b@c.org", "is_ascii is_lower like_email"),
        ("abc...@c.org", "is_ascii is_lower like_email"),
        ("a@b", "is_ascii is_lower"),
    ],
)
def test_flags(text, flags):
    lexeme = Vocab()[text]
    names = [name.lower() for name, number in IDS.items() if number in FLAGS and not name.startswith("FLAG")]
    assert {name for name in names if getattr(lexeme, name)} == set(flags.split())


def test_norms_of_typographic_variants():
    vocab = Vocab()
    assert [vocab[text].norm_ for text in ("“", "’", "—", "€", "…", "Word")] == [
        '"',
        "'",
        "-",
        "$",
        "...",
        "word",
    ]
