"""Languages besides English: what is split and what is not, stop words, numbers, base noun phrases."""

import time
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_languages.base.noun_chunks import first_conjunct

import kernel
from kernel.errors import DataError
from kernel.tokens import Doc

LANGUAGES = ("ca", "de", "el", "es", "fr", "it", "nl", "pl", "pt", "ru", "uk")

# Sentences by language; "_" stands between two tokens with no space between them.
SENTENCES = {
    "fr": """
L'_eau qu'_il boit aujourd'hui vient d'_ici_.
A_-t-elle vu Mme Leroy_, p.ex. au rendez-vous de 8 h_?
Peut-être jusqu'_à l’_été 2025_.
le vice-président dit_-il
«_Oui_»_, 5_km_, 3,5_€""",
    "es": """
¿_Dónde vive la Sra. Molina_?
La ruta Madrid-Toledo cuesta 12,50_€_.
EE.UU. y a.C. etc.""",
    "de": """
Dr. Brandt kam am 3. Mai z.B. mit 5_kg Mehl_.
„_Guten Tag_“_, sagte sie_.
die E-Mail bzw. der Nord-Ostsee-Kanal""",
    "it": """
L'_acqua dell'_isola è un po' fredda_.
la dott.ssa Ferri_, ecc.
quest’_anno""",
    "nl": """
's ochtends bijv. zo'n zes auto's_.
de Noord-Hollandse kaas_, enz.""",
    "pt": """
A Sra. Moreira deu-lhe 2,4_kg_.
séc. XX_, a.C.""",
    "ca": """
L'_aigua d'_aquí_: dona_'m pa_.
fer_-ho amb el Sr. Puig""",
    "el": """
Ο κ. Παππάς_, π.χ. απ' την Αθήνα_;
5_km_.""",
    "pl": """
Np. prof. Zając mieszka przy ul. Długiej_.
biało-czerwony""",
    "ru": """
Проф. Белова живёт на ул. Ленина_.
по-русски т.е. так""",
    "uk": """
п'ять і п’ятниця_, т.зв. день
Проф. Гнатюк""",
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_are_split(lang):
    nlp = kernel.blank(lang)
    for line in SENTENCES[lang].strip().split("\n"):
        expected = line.replace("_", " ").split(" ")
        assert [token.text for token in nlp.make_doc(line.replace("_", ""))] == expected
        assert nlp.make_doc(line.replace("_", "")).text == line.replace("_", "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_examples_are_split_without_loss(lang):
    nlp = kernel.blank(lang)
    for sentence in import_module(f"kernel_languages.{lang}.examples").sentences:
        assert nlp.make_doc(sentence).text == sentence
        assert nlp.make_doc(sentence)[-1].text in (".", "?", ";", "r.", "г.", "р.")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stop_words_are_words_of_one_token_in_lower_case(lang):
    nlp = kernel.blank(lang)
    stops = nlp.Defaults.stop_words
    assert len(stops) > 100
    assert all(word == word.lower() for word in stops)
    assert nlp.vocab[max(stops)].is_stop and nlp.vocab[max(stops).upper()].is_stop


NUMBERS = {
    "fr": ("douze Cent 1er 2,5 troisième", "d'abord maison er"),
    "es": ("doce Mil 3.ª primero", "casa avo"),
    "de": ("zwölf Million 3. dritten", "Haus ."),
    "it": ("dodici Mille 3° primo", "casa un"),
    "nl": ("twaalf Duizend 3e eerste", "huis de"),
    "pt": ("doze Mil 3º primeiro", "casa o"),
    "ca": ("dotze Mil 3r primer", "casa r"),
    "el": ("δώδεκα Χίλια 3η πρώτος", "σπίτι η"),
    "pl": ("dwanaście Tysiąc 3. pierwszy", "dom ."),
    "ru": ("двенадцать Тысяча 3-й первый", "дом й"),
    "uk": ("дванадцять Тисяча 3-й перший", "дім й"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers(lang):
    vocab = kernel.blank(lang).vocab
    numbers, others = NUMBERS[lang]
    assert [word for word in numbers.split() if not vocab[word].like_num] == []
    assert [word for word in others.split() if vocab[word].like_num] == []


def chunks(lang, *tokens):
    """The phrases of a tree: (word, part of speech, dependency, head) of each token."""
    words, pos, deps, heads = zip(*tokens, strict=True)
    doc = Doc(kernel.blank(lang).vocab, words=list(words), pos=list(pos), deps=list(deps), heads=list(heads))
    assert {chunk.label_ for chunk in doc.noun_chunks} <= {"NP"}
    return [chunk.text for chunk in doc.noun_chunks]


@pytest.mark.parametrize("lang", ["fr", "es"])
def test_a_noun_takes_its_adjective_along_and_leaves_its_preposition(lang):
    assert chunks(
        lang,
        ("la", "DET", "det", 1), ("maison", "NOUN", "nsubj", 4), ("rouge", "ADJ", "amod", 1), ("est", "AUX", "cop", 4),
        ("bâtie", "VERB", "ROOT", 4), ("sur", "ADP", "case", 7), ("un", "DET", "det", 7), ("roc", "NOUN", "obl", 4),
        ("de", "ADP", "case", 9), ("granit", "NOUN", "nmod", 7),
    ) == ["la maison rouge", "un roc", "granit"]  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "es"])
def test_a_name_goes_on_and_conjuncts_have_the_role_of_the_first(lang):
    assert chunks(
        lang,
        ("Ana", "PROPN", "nsubj", 5), ("Ruiz", "PROPN", "flat", 0), ("et", "CCONJ", "cc", 4), ("le", "DET", "det", 4),
        ("roi", "NOUN", "conj", 0), ("chantent", "VERB", "ROOT", 5),
    ) == ["Ana Ruiz et le roi"]  # fmt: skip
    assert chunks(
        lang,
        ("chats", "NOUN", "nsubj", 3), ("et", "CCONJ", "cc", 2), ("chiens", "NOUN", "conj", 0), ("dorment", "VERB", "ROOT", 3),
    ) == ["chats", "chiens"]  # fmt: skip


def test_languages_differ_in_their_roles():
    tree = [
        ("penser", "VERB", "ROOT", 0), ("à", "ADP", "case", 2), ("elle", "PRON", "obl:arg", 0),
    ]  # fmt: skip
    assert chunks("fr", *tree) == ["elle"]
    assert chunks("es", *tree) == []


def test_german_takes_what_stands_before_the_noun_and_what_is_measured():
    assert chunks(
        "de",
        ("Der", "DET", "nk", 2), ("alte", "ADJ", "nk", 2), ("Wirt", "NOUN", "sb", 3), ("trinkt", "VERB", "ROOT", 3),
        ("drei", "NUM", "nk", 5), ("Liter", "NOUN", "oa", 3), ("Milch", "NOUN", "nk", 5), ("mit", "ADP", "mo", 3),
        ("ihr", "PRON", "nk", 7), ("dort", "PRON", "op", 3),
    ) == ["Der alte Wirt", "drei Liter Milch", "ihr"]  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "es", "de"])
def test_without_a_parse_there_is_nothing_to_go_by(lang):
    with pytest.raises(DataError, match="the document has none"):
        list(Doc(kernel.blank(lang).vocab, words=["un", "deux"]).noun_chunks)


@given(st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["conj", "obj"])), min_size=1, max_size=12))
def test_the_first_conjunct_is_found_whatever_was_asked_before(arcs):
    size = len(arcs)
    # A tree: everything hangs on what stands nearer to the middle, or on the middle.
    middle = size // 2
    heads = [
        middle
        if place == middle
        else place + 1 + head % (middle - place)
        if place < middle
        else middle + head % (place - middle)
        for place, (head, _) in enumerate(arcs)
    ]
    deps = ["ROOT" if place == middle else dep for place, (_, dep) in enumerate(arcs)]
    doc = Doc(kernel.blank("fr").vocab, words=["a"] * size, heads=heads, deps=deps)

    def plain(place):
        head = heads[place]
        while deps[head] == "conj" and heads[head] < head:
            head = heads[head]
        return head

    known = {}
    assert [first_conjunct(token, known).i for token in doc] == [plain(place) for place in range(size)]


def test_a_list_of_thousands_of_words_takes_no_time():
    size = 4000
    doc = Doc(
        kernel.blank("fr").vocab,
        words=["a"] * size,
        pos=["NOUN"] * size,
        heads=[0, *range(size - 1)],
        deps=["nsubj", *["conj"] * (size - 1)],
    )
    before = time.process_time()
    assert len(list(doc.noun_chunks)) == size
    # Were the whole list gone through for each word, it would be ten seconds.
    assert time.process_time() - before < 2
