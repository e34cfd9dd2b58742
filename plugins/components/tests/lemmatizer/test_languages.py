"""Lemmatizers of languages with an order of rules of their own, on small tables."""

from importlib.util import find_spec

import pytest
from kernel_components.lemmatizer.languages.catalan import CatalanLemmatizer
from kernel_components.lemmatizer.languages.dutch import DutchLemmatizer
from kernel_components.lemmatizer.languages.french import FrenchLemmatizer
from kernel_components.lemmatizer.languages.greek import GreekLemmatizer
from kernel_components.lemmatizer.languages.italian import ItalianLemmatizer
from kernel_components.lemmatizer.languages.polish import PolishLemmatizer
from kernel_components.lemmatizer.languages.russian.analyses import fitting
from kernel_components.lemmatizer.languages.russian.component import RussianLemmatizer, UkrainianLemmatizer
from kernel_components.lemmatizer.languages.russian.tags import universal
from kernel_components.lemmatizer.languages.spanish.clitics import split_clitics
from kernel_components.lemmatizer.languages.spanish.component import SpanishLemmatizer

from kernel.errors import ConfigError, DataError
from kernel.tokens import Doc
from kernel.vocab import Vocab

ROMANCE = {
    "lemma_lookup": {"vit": ["voir"], "la": ["le"]},
    "lemma_rules": {"noun": [["aux", "al"], ["s", ""]], "verb": [["ait", "er"], ["ait", "ir"]]},
    "lemma_exc": {"noun": {"yeux": ["œil"]}, "det": {"la": ["le"]}},
    "lemma_index": {"noun": ["cheval", "corps"], "verb": ["donner"]},
}
DUTCH = {
    "lemma_lookup": {"huizen": "huis", "liep": "lopen", "ging": "gaan"},
    "lemma_rules": {"noun": [["en", ""], ["s", ""]], "verb": [["t", "en"]]},
    "lemma_exc": {"noun": {"steden": ["stad"], "boot": ["boot"]}, "verb": {}},
    "lemma_index": {"noun": ["huis", "tafel"], "verb": ["lopen"]},
}
SPANISH = {
    "lemma_rules": {
        "noun_plur": [["ces", "z"], ["enes", "én"], ["es", ""], ["s", ""]],
        "adj_plur": [["as", "o"], ["os", "o"]],
        "verb_fin_ind_pres_sing_3": [["e", "ir"], ["e", "er"], ["a", "ar"]],
        "verb_fin_imp_sing_2": [["e", "er"], ["a", "ar"]],
        "verb_ger": [["ando", "ar"]],
        "voc_alt_1": [["u", "o"]],
        "voc_alt_2": [["ue", "o"]],
        "accents": [["á", "a"], ["é", "e"], ["ó", "o"], ["ú", "u"]],
        "adverbs": [["muy", "mucho"]],
        "num": [["miles", "mil"]],
        "det": [["los", "el"]],
        "pron": [["me", "yo"]],
        "det_and_pron_fixed": [["unas", "uno"]],
        "det_and_pron_general": [["as", "o"], ["s", ""]],
    },
    "lemma_rules_groups": {
        "noun": [["noun_plur", ["Number=Plur"]]],
        "adj": [["adj_plur", ["Number=Plur"]]],
        "verb": [
            ["verb_fin_ind_pres_sing_3", ["Mood=Ind", "Number=Sing", "Person=3"]],
            ["verb_fin_imp_sing_2", ["Mood=Imp"]],
            ["verb_ger", ["VerbForm=Ger"]],
        ],
    },
    "lemma_index": {"noun": ["joven", "pez"], "adj": ["bueno"], "verb": ["dormir", "dar"], "det": ["mucho"]},
    "lemma_exc": {"adj": {"primer": ["primero"]}, "pron": {"lo": ["él"], "se": ["él"]}},
}
THIRD = "Mood=Ind|Number=Sing|Person=3"


def lemmas(lemmatizer, word, pos="", morph="", first=False):
    words, tags = ([word], [pos]) if first else (["-", word], ["PUNCT", pos])
    doc = Doc(lemmatizer.vocab, words=words, pos=tags, morphs=[morph] * len(words))
    return lemmatizer.lemmatize(doc[-1])


def made(kind, tables, mode="rule"):
    lemmatizer = kind(Vocab(), name="lemmatizer", mode=mode)
    lemmatizer.initialize(lookups=tables)
    return lemmatizer


@pytest.mark.parametrize("kind", [FrenchLemmatizer, CatalanLemmatizer])
@pytest.mark.parametrize(
    ("word", "pos", "found"),
    [
        ("Corps", "NOUN", ["corps"]), ("Yeux", "NOUN", ["œil"]), ("chevaux", "NOUN", ["cheval"]), ("baux", "NOUN", ["bal"]),
        ("donnait", "VERB", ["donner"]), ("chantait", "VERB", ["chanter", "chantir"]), ("vit", "VERB", ["voir"]),
        ("Vit", "PUNCT", ["voir"]), ("Vit", "PROPN", ["Vit"]), ("vit", "X", ["voir"]), ("La", "DET", ["le"]), ("La", "", ["la"]),
        ("s", "NOUN", ["s"]), ("Dada", "NOUN", ["dada"]), ("12s", "NOUN", ["12"]),
    ],
)  # fmt: skip
def test_french_and_catalan(kind, word, pos, found):
    assert lemmas(made(kind, ROMANCE), word, pos) == found


def test_greek_has_no_table_of_forms_and_is_in_lower_case():
    lemmatizer = made(GreekLemmatizer, {name: ROMANCE[name] for name in list(ROMANCE)[1:]})
    assert lemmas(lemmatizer, "Chevaux", "NOUN") == ["cheval"]
    assert lemmas(lemmatizer, "Vit", "PROPN") == ["vit"]


@pytest.mark.parametrize(
    ("word", "pos", "found"),
    [
        ("Tafel", "NOUN", ["tafel"]), ("Steden", "NOUN", ["stad"]), ("huizen", "NOUN", ["huis"]), ("liep", "VERB", ["lopen"]),
        ("boots", "NOUN", ["boot"]), ("ging", "VERB", ["gaan"]), ("werkt", "VERB", ["werken"]), ("s", "NOUN", ["s"]),
        ("Ging", "PROPN", ["ging"]), ("Huizen", "X", ["huizen"]),
    ],
)  # fmt: skip
def test_dutch(word, pos, found):
    assert lemmas(made(DutchLemmatizer, DUTCH), word, pos) == found


def test_dutch_looks_forms_up_in_lower_case():
    lemmatizer = made(DutchLemmatizer, DUTCH, mode="lookup")
    assert [lemmas(lemmatizer, word) for word in ("Huizen", "Tafels")] == [["huis"], ["tafels"]]


@pytest.mark.parametrize(
    ("word", "pos", "morph", "found"),
    [
        ("Peces", "NOUN", "Number=Plur", ["pez"]), ("jóvenes", "NOUN", "Number=Plur", ["joven"]),
        ("trenes", "NOUN", "Number=Plur", ["trén", "tren", "trene"]), ("mesas", "NOUN", "Number=Sing", ["mesas"]),
        ("buenas", "ADJ", "Number=Plur", ["bueno"]), ("primer", "ADJ", "", ["primero"]),
        ("duerme", "VERB", THIRD, ["dormir"]), ("teje", "VERB", THIRD, ["tejir", "tejer"]),
        ("nada", "AUX", THIRD, ["nadar"]), ("cené", "VERB", THIRD, ["cené"]),
        ("dámelo", "VERB", "Mood=Imp|PronType=Prs", ["dar yo él"]), ("dándose", "VERB", "PronType=Prs|VerbForm=Ger", ["dar él"]),
        ("dando", "VERB", "PronType=Prs|VerbForm=Ger", ["dar "]), ("muy", "ADV", "", ["mucho"]), ("aquí", "ADV", "", ["aquí"]),
        ("miles", "NUM", "", ["mil"]), ("1.234,5", "NUM", "", ["1234.5"]), ("3,14", "NUM", "", ["3.14"]), ("8.41", "NUM", "", ["8.41"]),
        ("los", "DET", "", ["el"]), ("unas", "DET", "", ["uno"]), ("muchas", "DET", "", ["mucho"]), ("ajas", "DET", "", ["ajo", "aja", "ajas"]),
        ("unas", "PRON", "", ["uno"]), ("lo", "PRON", "", ["él"]), ("ajas", "PRON", "", ["ajo", "aja", "ajas"]),
        ("Madrid", "PROPN", "", ["Madrid"]), ("Y", "CCONJ", "", ["Y"]), ("Y", "", "", ["y"]),
    ],
)  # fmt: skip
def test_spanish(word, pos, morph, found):
    assert lemmas(made(SpanishLemmatizer, SPANISH), word, pos, morph) == found


def test_the_first_word_of_a_spanish_sentence_is_in_lower_case():
    lemmatizer = made(SpanishLemmatizer, SPANISH)
    assert lemmas(lemmatizer, "Y", "CCONJ", first=True) == ["y"]
    assert lemmas(lemmatizer, "Madrid", "PROPN", first=True) == ["Madrid"]
    # What is remembered of words distinguishes them too.
    words = ["Y", "Y"]
    doc = Doc(lemmatizer.vocab, words=words, pos=["CCONJ"] * 2, sent_starts=[True, False])
    assert [token.lemma_ for token in lemmatizer(doc)] == ["y", "Y"]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("darmelo", ("dar", ["me", "lo"])), ("irnos", ("ir", ["nos"])), ("comerlose", ("comer", ["lo", "se"])),
        ("darles", ("dar", ["les"])), ("haceros", ("hacer", ["os"])), ("comer", ("comer", [])), ("selas", ("", ["se", "las"])),
    ],
)  # fmt: skip
def test_pronouns_come_off_a_verb(word, parts):
    assert split_clitics(word) == parts


def test_italian_looks_in_several_tables():
    tables = {
        f"lemma_lookup_{name}": {}
        for name in ["adj", "adp", "adv", "aux", "det", "noun", "num", "other", "pron", "verb"]
    }
    tables |= {
        "lemma_lookup": {"case": "casa", "rosse": "rosso"},
        "lemma_lookup_verb": {"mangia": "mangiare"},
    }
    tables |= {
        "lemma_lookup_noun": {"Alpi": "Alpe", "gatti": "gatto"},
        "lemma_lookup_other": {"ecco": "ecco!"},
    }
    tables |= {"lemma_lookup_pron": {"alcuni": "alcun"}, "lemma_lookup_adj": {"alcuni": "alcun"}}
    lemmatizer = made(ItalianLemmatizer, tables, mode="pos_lookup")
    asked = [
        ("Mangia", "VERB"), ("case", "VERB"), ("case", "NOUN"), ("ecco", "INTJ"), ("Gatti", "NOUN"), ("Alpi", "NOUN"), ("Gatti", "PROPN"),
        ("Alpi", "PROPN"), ("alcuni", "PRON"), ("alcuni", "ADJ"), ("L'", "DET"), ("gli", "PRON"), ("una", "DET"), ("una", "NUM"),
        ("alcuni", "PART"),
    ]  # fmt: skip
    assert [lemmas(lemmatizer, *each)[0] for each in asked] == [
        "mangiare", "casa", "case", "ecco!", "gatto", "Alpe", "gatti", "Alpe", "alcuno", "alcuno", "il", "lo", "uno", "una", "alcun",
    ]  # fmt: skip


def test_polish_takes_prefixes_off():
    tables = {
        f"lemma_lookup_{name}": {}
        for name in ["adj", "adp", "adv", "aux", "noun", "num", "part", "pron", "verb"]
    }
    tables |= {
        "lemma_lookup_adj": {"biała": "biały", "niebieska": "niebieski"},
        "lemma_lookup_verb": {"szedł": "iść"},
    }
    tables |= {"lemma_lookup_noun": {"Niemcy": "Niemiec", "koty": "kot"}}
    lemmatizer = made(PolishLemmatizer, tables, mode="pos_lookup")
    asked = [
        ("Niebiała", "ADJ"), ("najbiała", "ADJ"), ("nienajbiała", "ADJ"), ("niebieska", "ADJ"), ("nieszedł", "VERB"), ("najszedł", "VERB"),
        ("Koty", "NOUN"), ("Koty", "PROPN"), ("Niemcy", "NOUN"), ("Niemcy", "PROPN"), ("Oraz", "CCONJ"),
    ]  # fmt: skip
    assert [lemmas(lemmatizer, *each)[0] for each in asked] == [
        "biały", "biały", "biały", "niebieski", "iść", "najszedł", "kot", "koty", "Niemiec", "Niemiec", "oraz",
    ]  # fmt: skip


class Reading:
    def __init__(self, tag, normal_form, is_known=True):
        self.tag, self.normal_form, self.is_known = tag, normal_form, is_known


def test_tags_of_opencorpora_become_universal_ones():
    assert universal("NOUN,inan,femn sing,gent".replace(" ", ",").split(",")) == (
        "NOUN",
        {"Case": "Gen", "Gender": "Fem", "Number": "Sing"},
    )
    assert universal(["ADJF", "Geox", "femn"])[0] == "PROPN"
    assert universal(["ADJF", "Apro", "plur"])[0] == "DET"
    assert universal(["NOUN", "Pltm", "plur"])[1] == {"Number": "Ptan"}
    assert universal(["LATN"]) == ("X", {})


def test_readings_that_agree_are_chosen():
    readings = [
        Reading("NOUN,inan,masc plur,gent", "дом"),
        Reading("NOUN,inan,masc sing,datv", "дома"),
        Reading("NOUN,inan,masc plur,gent", "домов", is_known=False),
        Reading("VERB,impf plur", "домить"),
    ]
    assert fitting(readings, "NOUN", {}) == ["дом", "дома"]
    assert fitting(readings, "PROPN", {"Case": "Gen", "Animacy": "Inan"}) == ["дом"]
    assert fitting(readings, "ADJ", {}) == []


@pytest.mark.skipif(find_spec("pymorphy3") is not None, reason="pymorphy3 is installed")
@pytest.mark.parametrize("kind", [RussianLemmatizer, UkrainianLemmatizer])
@pytest.mark.parametrize("mode", ["pymorphy3", "pymorphy3_lookup"])
def test_it_is_said_what_to_install(kind, mode):
    with pytest.raises(ConfigError, match="pymorphy3") as caught:
        kind(Vocab(), name="lemmas", mode=mode)
    assert caught.value.hint == f"Install it: pip install pymorphy3 pymorphy3-dicts-{kind.lang}"


@pytest.mark.skipif(find_spec("pymorphy3") is None, reason="needs pymorphy3")
def test_russian():
    lemmatizer = RussianLemmatizer(Vocab())
    assert lemmas(lemmatizer, "домов", "NOUN", "Case=Gen|Number=Plur") == ["дом"]
    assert lemmas(lemmatizer, "«", "PUNCT") == ['"']
    assert lemmas(lemmatizer, "Домов", "X") == ["дом"]


def test_tables_of_another_shape_are_refused():
    with pytest.raises(DataError, match="lemma_exc"):
        made(FrenchLemmatizer, {**ROMANCE, "lemma_exc": {"noun": ["yeux"]}})
    with pytest.raises(DataError, match="lemma_rules_groups"):
        made(
            SpanishLemmatizer,
            {name: table for name, table in SPANISH.items() if name != "lemma_rules_groups"},
        )
