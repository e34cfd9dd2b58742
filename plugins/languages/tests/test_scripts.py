"""Languages that have the rules of their script alone, and texts of every script through every language."""

from __future__ import annotations

import pickle
import time
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_languages.scripts.codes import LANGUAGES
from kernel_languages.scripts.language import language_of_script
from kernel_languages.scripts.rules import defaults_of

import kernel
from kernel.errors import KernelWarning, UnknownLanguage
from kernel.language import Language

OWN = [point for point in kernel.registry.names("languages") if len(point) == 2]
# The codes of two letters that ISO 639-1 has, but for Norwegian, Serbo-Croatian and what else stands for others.
_TWO_LETTERS = 184


def blank(lang: str) -> Language:
    """A pipeline without the line that says how little is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KernelWarning)
        return kernel.blank(lang)


def words(lang: str, text: str) -> str:
    return " ".join(token.text for token in blank(lang).make_doc(text))


def test_a_language_without_rules_of_its_own_says_so_in_one_line() -> None:
    with pytest.warns(
        KernelWarning, match=r"'lt' \(Lithuanian\) only the rules of its script \(Latn\)"
    ) as said:
        nlp = kernel.blank("lt")
    assert len(said) == 1 and nlp.lang == "lt" and nlp.config["nlp"]["lang"] == "lt"
    assert not nlp.vocab["ir"].is_stop


@pytest.mark.parametrize(
    ("lang", "text", "tokens"),
    [
        ("lt", "Labas (rytas), 5kg.", "Labas ( rytas ) , 5 kg ."),
        ("fa", "سلام، دنیا؟", "سلام ، دنیا ؟"),
        ("ta", "வணக்கம், உலகம்.", "வணக்கம் , உலகம் ."),
        ("hy", "Բարեւ, աշխարհ։", "Բարեւ , աշխարհ ։"),
        ("am", "ሰላም፡ለዓለም።", "ሰላም ፡ ለዓለም ።"),
        ("bo", "བོད་ཡིག།", "བོད ་ ཡིག །"),
        ("ja", "東京でコーヒーを。", "東 京 で コーヒー を 。"),
        ("th", "กำ 5km", "กำ 5 km"),
        ("km", "ខ្មែរ។", "ខ្មែ រ ។"),
    ],
)
def test_words_end_where_the_script_says(lang: str, text: str, tokens: str) -> None:
    assert words(lang, text) == tokens


def test_which_way_a_script_runs() -> None:
    assert blank("ur").Defaults.writing_system["direction"] == "rtl"
    assert blank("cs").Defaults.writing_system == {"direction": "ltr", "has_case": True, "has_letters": True}
    assert not blank("te").Defaults.writing_system["has_case"]


def test_every_code_is_there_once() -> None:
    known = {*LANGUAGES, *OWN}
    assert not {*LANGUAGES} & {*OWN}
    assert len([code for code in known if len(code) == 2 and code != "xx"]) >= _TWO_LETTERS - 6
    classes = {code: language_of_script(code) for code in LANGUAGES}
    assert len({cls.__name__ for cls in classes.values() if cls}) == len(LANGUAGES)
    assert all(cls is not None and cls.__name__.isidentifier() for cls in classes.values())
    assert all(pickle.loads(pickle.dumps(cls)) is cls for cls in classes.values())


@pytest.mark.parametrize(("code", "near"), [("enn", "en"), ("dee", "de"), ("ddeu", "")])
def test_a_misspelt_code_is_an_error(code: str, near: str) -> None:
    with pytest.raises(UnknownLanguage, match=f"no language '{code}'") as error:
        kernel.blank(code)
    assert f"Did you mean '{near}'?" in (error.value.hint or "") or not near


def test_what_somebody_registers_goes_before_the_script() -> None:
    with kernel.registry.restored():

        @kernel.registry.languages("lt")
        class Lithuanian(Language):
            lang = "lt"

        assert type(kernel.blank("lt")) is Lithuanian
    assert language_of_script("lt") is not None and language_of_script("de") is None


def test_it_is_saved_and_read() -> None:
    nlp = blank("th")
    with pytest.warns(KernelWarning, match="'th'"):
        copy = type(nlp)().from_bytes(nlp.to_bytes())
    assert [token.text for token in copy.make_doc("ab กำ")] == ["ab", "กำ"]


# A language for each set of rules: those of its own, and one a script.
RULES = [*OWN, "lt", "ka", "fa", "am", "bo", "ja"]
MIXED = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "👩‍👩‍👧",
                "🇩🇪",
                "✊🏽",
                "e\u0301\u0323",
                "\u202eabc\u202c",
                "\u2067אב\u2069",
                "\u200d",
                "...",
                "x.y",
                " ",
                "\n",
            ]
        ),
        st.integers(0, 0x2FFFF).filter(lambda n: not 0xD800 <= n < 0xE000).map(chr),
    ),
    max_size=12,
).map("".join)
PIPELINES: dict[str, Language] = {}


@pytest.mark.parametrize("lang", RULES)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(text=MIXED)
def test_no_text_is_changed_by_any_language(lang: str, text: str) -> None:
    nlp = PIPELINES.get(lang) or PIPELINES.setdefault(lang, blank(lang))
    doc = nlp.make_doc(text)
    assert "".join(token.text + token.whitespace_ for token in doc) == text
    # What one token holds is not cut anew by itself into what lost a letter.
    assert all(
        "".join(t.text for t in nlp.make_doc(token.text)) == token.text for token in doc if not token.is_space
    )


SAMPLES = [
    "漢",
    "あ",
    "ก",
    "ខ្មែ",
    "བོད་",
    "ab.",
    "é-",
    "(",
    "👩‍👩‍👧",
    "\u0301",
    "م،",
    "1,",
    "http://a.b/",
    "a'",
    "፡ሰ",
    "第1",
]


# Those whose rules differ most; the others are slow together.
QUICK = ("ca", "en", "fr", "he", "ja", "tr", "zh")


@pytest.mark.parametrize(
    "lang", [lang if lang in QUICK else pytest.param(lang, marks=pytest.mark.slow) for lang in RULES]
)
def test_time_grows_with_the_text_and_no_faster(lang: str) -> None:
    nlp = blank(lang)
    for sample in SAMPLES:
        spent = []
        for size in (1_000, 4_000):
            text = sample * (size // len(sample))
            began = time.process_time()
            assert nlp.make_doc(text).text == text
            spent.append(time.process_time() - began)
        # Four times the text: sixteen times the time were a rule that goes back over it.
        assert spent[1] < 8 * max(spent[0], 0.02), (sample, spent)


def test_scripts_that_are_not_listed_are_caseless() -> None:
    assert not defaults_of("Beng").writing_system["has_case"]
