"""The neutral rules, as a pipeline of several languages has them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_languages.xx import MultiLanguage

NLP = MultiLanguage()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Grüße (aus Köln), 10km.", "Grüße|(|aus|Köln|)|,|10|km|."),
        ("«Привет», сказал он.", "«|Привет|»|,|сказал|он|."),
        ("¿Qué? ¡No!", "¿|Qué|?|¡|No|!"),
        ("الكتاب، جديد؟", "الكتاب|،|جديد|؟"),
        ("वह घर गया।", "वह|घर|गया|।"),
        ("日本語。", "日本語|。"),
        ("rendez-vous l'eau 5€ 20%", "rendez|-|vous|l'eau|5|€|20|%"),
        ("don't Anna's", "don't|Anna|'s"),
        ("z.B. http://bücher.example/ä ok:)", "z.B.|http://bücher.example/ä|ok|:)"),
    ],
)
def test_tokens(text, tokens):
    assert [token.text for token in NLP.tokenizer(text)] == tokens.split("|")


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_no_text_is_changed(text):
    doc = NLP.tokenizer(text)
    assert "".join(token.text + token.whitespace_ for token in doc) == text


def test_there_are_no_stop_words():
    assert not NLP.vocab["the"].is_stop
