"""Arabic, Hebrew, Hindi, Korean, Chinese: what is split and what is not, stop words, numbers."""

from __future__ import annotations

from importlib import import_module

import pytest

import kernel

LANGUAGES = ("ar", "he", "hi", "ko", "zh")

# Sentences by language; "_" stands between two tokens with no space between them.
SENTENCES = {
    "ar": """
قال د. سامي_: «_نعم_»_، ثم جلس_.
هل اشترى ٢٫٤_٪ من كتابٌ_؟""",
    "he": """
חברת בע"מ (_צה"ל_)_, עמ' 5 ורח׳ הרצל_.
תל_־_אביב ב-2019 "_שלום_"_!""",
    "hi": """
डॉ. वर्मा धीरे_-_धीरे चलते हैं_।
रु. 2.4 "_हाँ_" जी_.""",
    "ko": """
서울_·_부산 3_~_5시_, 24억_(_약 2백만_)_원_.
2019년부터""",
    "zh": """
第17_届_P-700_的_31.8%_（_约_1,040_人_）_——_“_是_”_，_10万_人_。
见_https://example.org/a?b=c_。_好
4·19 A_·_B 9:00 don't_中_文_😀""",
}
NUMBERS = {
    "ar": ("٢٫٤ 1,000 عشرون ثالثة", "بيت ،"),
    "he": ("שבע ב-2019 מיליון שלישי", "בית ב-"),
    "hi": ("सत्रह १२ 5वाँ लाख तीसरा", "घर वाँ"),
    "ko": ("셋 3만5천 제2 십이 둘째", "집 제"),
    "zh": ("三 1.2万 第17 40多 三百", "家 第"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_are_split(lang: str) -> None:
    nlp = kernel.blank(lang)
    for line in SENTENCES[lang].strip().split("\n"):
        expected = line.replace("_", " ").split(" ")
        doc = nlp.make_doc(line.replace("_", ""))
        assert [token.text for token in doc] == expected
        assert doc.text == line.replace("_", "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_examples_are_split_without_loss(lang: str) -> None:
    nlp = kernel.blank(lang)
    for sentence in import_module(f"kernel_languages.{lang}.examples").sentences:
        doc = nlp.make_doc(sentence)
        assert doc.text == sentence and doc[-1].text in tuple(".?؟।。？")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stop_words_are_whole_words(lang: str) -> None:
    nlp = kernel.blank(lang)
    stops = nlp.Defaults.stop_words
    assert len(stops) > 100 and nlp.vocab[max(stops)].is_stop
    # Those of Chinese are words that a segmenter finds, too.
    assert lang == "zh" or [word for word in stops if len(nlp.make_doc(word)) != 1] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers(lang: str) -> None:
    vocab = kernel.blank(lang).vocab
    numbers, others = NUMBERS[lang]
    assert [word for word in numbers.split() if not vocab[word].like_num] == []
    assert [word for word in others.split() if vocab[word].like_num] == []


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("he", "rtl"), ("hi", "ltr"), ("zh", "ltr")])
def test_a_language_knows_its_script(lang: str, direction: str) -> None:
    system = kernel.blank(lang).Defaults.writing_system
    assert system["direction"] == direction and not system["has_case"]
    assert system["has_letters"] == (lang != "zh")
