"""English: what is split and what is not, norms, stop words, numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_languages.en import English

from kernel.errors import DataError
from kernel.tokens import Doc

NLP = English()

# A sentence a line; "_" stands between two tokens with no space between them.
SENTENCES = """
do_n't go (_New York_-_based_) 10_km_, e.g. foo_.
It_'s John_'s dog_, is_n't it_?
“_Hello_,_” she said_; ‘_yes_’_.
He said "_I_'m fine_._"
Mr. Smith vs. Dr. Jones_, Inc. in St. Louis_, Mo. on Jan. 5
The U.S. and the U.K. agreed_.
J. K. Rowling met Ph.D. students at 5 p.m. today_.
a.k.a. i.e._, o.k. etc_.
at 10_am or 7:30_pm or 8_-_10_PM or 9_am_-_5_pm or 5_p.m.
It costs $_5.50 or 20_% or £_3_m or 5_€_.
US$_5 and C$_3
mother_-_in_-_law and/or w/o e_-_mail pre-1990 U.S.-based
see http://example.com/a-b?c=d#e_, or www.example.org_.
(_https://example.com/7km_) http://localhost:8080/x_!
write to jane.doe+x@mail.example.co.uk_!
ok :) fine_:-) good_:) <3 ^_^
(_chapter 8_) two files_)_:
wait_... what_… and so on_..._)
the end_._Next one_,_two but example.com and 1,000 3.14 2/3
10_-_20 5_+_5 -5 +5 5'10_"
cats_' toys '_quoted_' O'Brien_'s
you_'d_'ve could_n't_'ve who_'re
ca_n't wo_n't can_not gon_na got_ta wan_na
DO_N'T I_'M THEY_'RE IM
do_n’t it_’s I_’ll
do_nt ca_nt I_m they_re
y'_all c'm_on o'clock ma'am 'em 'til goin' 'n'
well ill id were shell its wed lets hell
# hash #_tag @user & &_c
5_GB 30_kg 100_km/h 20_°C 16_GHz
Plan a. or b. or X.
A 👍🏽_👩‍👩‍👧_🇩🇪 ❤️_!
(_[_{_<_>_}_]_)
C++ C# .NET
F# a.b.c. at 10:30_a.m. (_approx._) ca. 5 pp. Fig. 3
word_—_word and word_–_word and word_--_word
*_bold_* Hello_!_!_! really_?_!
Wait_:_no black_/_white
""".strip().splitlines()


@pytest.mark.parametrize("expected", SENTENCES)
def test_tokens(expected):
    # The eyes of ^_^ are no mark of the test's.
    written = expected.replace("^_^", "\0")
    text = written.replace("_", "").replace("\0", "^_^")
    tokens = [token.replace("\0", "^_^") for token in written.replace(" ", "_").split("_")]
    assert [token.text for token in NLP.tokenizer(text)] == tokens


def test_contractions_have_the_norms_of_their_words():
    doc = NLP.tokenizer("I can't, won't, he'll've gone 'cause they're goin'. Let's gonna ’em, dont Mr.")
    norms = "i can not , will not , he will have gone because they are going . let us going to them , do not Mister"
    assert [token.norm_ for token in doc] == norms.split()


@settings(deadline=None, max_examples=200)
@given(st.text(st.one_of(st.sampled_from(list("ab.'-’:)(/@1 \n")), st.characters())))
def test_no_text_is_changed(text):
    doc = NLP.tokenizer(text)
    assert "".join(token.text + token.whitespace_ for token in doc) == text


def test_a_chunk_of_brackets_comes_to_an_end():
    assert len(NLP.tokenizer("()" * 1500)) == 3000


def test_stop_words_are_function_words_in_any_case():
    doc = NLP.tokenizer("The cat sat on what was n't a mat")
    assert [token.text for token in doc if not token.is_stop] == ["cat", "sat", "mat"]


NUMBERS = """
1 1,000 3.14 1/2 -7 twelve Twenty twenty-one million dozen first 1st 22nd 113th 1,000th eleventh 1th 11st 22th
"""


@pytest.mark.parametrize("text", NUMBERS.split())
def test_numbers(text):
    assert NLP.vocab[text].like_num


@pytest.mark.parametrize("text", ["one's", "x", "th", "once", "number", "."])
def test_no_numbers(text):
    assert not NLP.vocab[text].like_num


def test_a_pipeline_can_have_suffixes_of_its_own():
    class Edited(English):
        class Defaults(English.Defaults):
            suffixes = English.Defaults.suffixes + (r"-+$",)

    assert [token.text for token in Edited().tokenizer("wait--")] == ["wait", "--"]
    assert [token.text for token in NLP.tokenizer("wait--")] == ["wait--"]
    assert (*English.Defaults.suffixes, "x") == English.Defaults.suffixes + ["x"]
    assert isinstance(English.Defaults.stop_words, set)


def test_the_tokenizer_survives_saving():
    text = "He'll go (5km), e.g. to http://x.org/1m :-) 'cause it's 5pm…"
    other = English()
    other.tokenizer.rules = {}
    other.tokenizer.from_bytes(NLP.tokenizer.to_bytes())
    assert [(t.text, t.norm_) for t in other.tokenizer(text)] == [
        (t.text, t.norm_) for t in NLP.tokenizer(text)
    ]


@pytest.mark.parametrize("text", ["octillion", "decillionth", "sextillion"])
def test_large_numbers(text):
    assert NLP.vocab[text].like_num


WORDS = ["Old", "Ms.", "Arden", "sold", "two", "red", "bikes", "and", "a", "boat", "to", "him"]
TAGS = ["ADJ", "PROPN", "PROPN", "VERB", "NUM", "ADJ", "NOUN", "CCONJ", "DET", "NOUN", "ADP", "PRON"]
HEADS = [2, 2, 3, 3, 6, 6, 3, 6, 9, 6, 3, 10]
DEPS = ["amod", "compound", "nsubj", "ROOT", "nummod", "amod", "dobj", "cc", "det", "conj", "prep", "pobj"]


def test_noun_chunks():
    doc = Doc(NLP.vocab, WORDS, pos=TAGS, heads=HEADS, deps=DEPS)
    found = [(chunk.text, chunk.label_) for chunk in doc.noun_chunks]
    assert found == [("Old Ms. Arden", "NP"), ("two red bikes", "NP"), ("a boat", "NP"), ("him", "NP")]
    assert [chunk.text for chunk in doc[4:9].noun_chunks] == ["two red bikes"]
    assert [chunk.text for chunk in doc[5:10].noun_chunks] == ["a boat"]


def test_a_noun_phrase_in_another_is_no_chunk_of_its_own():
    # "the dogs of war": the first chunk ends with its noun, and the second is not inside it.
    doc = Doc(NLP.vocab, ["the", "dogs", "of", "war"], pos=["DET", "NOUN", "ADP", "NOUN"], heads=[1, 1, 1, 2],
              deps=["det", "ROOT", "prep", "pobj"])  # fmt: skip
    assert [chunk.text for chunk in doc.noun_chunks] == ["the dogs", "war"]
    # A noun that is a modifier of another one.
    doc = Doc(NLP.vocab, ["dog", "food"], pos=["NOUN", "NOUN"], heads=[1, 1], deps=["compound", "ROOT"])
    assert [chunk.text for chunk in doc.noun_chunks] == ["dog food"]


def test_noun_chunks_of_a_long_coordination(grows_linearly):
    def ask(n):
        heads = [max(0, i - 1) for i in range(n)]
        doc = Doc(NLP.vocab, ["tea"] * n, pos=["NOUN"] * n, heads=heads, deps=["ROOT"] + ["conj"] * (n - 1))
        return lambda: list(doc.noun_chunks)

    grows_linearly(ask)


def test_noun_chunks_need_a_parse():
    with pytest.raises(DataError, match="noun chunks are told by the parse"):
        list(NLP("A dog").noun_chunks)
    assert list(Doc(NLP.vocab, ["A", "dog"], heads=[1, 1], deps=["det", "ROOT"]).noun_chunks) == []
    assert list(NLP("").noun_chunks) == []


@pytest.mark.parametrize(
    "text",
    [
        "http://उदाहरण.परीक्षा/पथ",
        "https://☃.example.com/a",
        "http://➡.ws/x",
        "ftp://user,name;(x)=1@example.com",
    ],
)
def test_addresses_in_other_scripts_and_signs_stay_whole(text):
    assert [token.text for token in NLP.tokenizer(f"see {text} now")] == ["see", text, "now"]


@pytest.mark.parametrize("unit", "FfCcKk")
def test_a_unit_of_temperature_is_no_initial(unit):
    assert [token.text for token in NLP.tokenizer(f"at 20 °{unit}.")] == ["at", "20", "°", unit, "."]
