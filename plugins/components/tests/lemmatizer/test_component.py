"""The lemmatizer by tables: its modes, where tables come from, what is written to documents, saving."""

import pickle

import pytest
from kernel_components.lemmatizer import component as module
from kernel_components.lemmatizer.base_forms import is_english_base_form
from kernel_components.lemmatizer.component import EnglishLemmatizer, Lemmatizer
from kernel_components.lemmatizer.rules import lemmas_by_rules

import kernel
from kernel.errors import ConfigError, KernelError, KernelWarning
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-languages")

LOOKUP = {"lemma_lookup": {"mice": "mouse", "went": ["go", "wend"], "odd": ""}}
BY_POS = {"lemma_lookup_noun": {"saw": "saw", "mice": "mouse"}, "lemma_lookup_verb": {"saw": "see"}}
RULES = {
    "lemma_rules": {"noun": [["s", ""], ["ies", "y"]], "verb": [["s", ""], ["ing", ""], ["ing", "e"]]},
    "lemma_exc": {"noun": {"mice": ["mouse"]}, "verb": {"was": ["be"]}},
    "lemma_index": {"noun": ["fly", "dog"], "verb": ["bake"]},
}


def make(mode, lookups, lang="xx", **settings):
    nlp = kernel.blank(lang)
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": mode, **settings})
    lemmatizer.initialize(lookups=lookups)
    return nlp, lemmatizer


def lemmas(doc):
    return [token.lemma_ for token in doc]


def lemmatized(nlp, lemmatizer, words, **annotations):
    given = {name: value.split(" ") for name, value in annotations.items()}
    return lemmas(lemmatizer(Doc(nlp.vocab, words=words.split(), **given)))


def test_lookup():
    nlp, lemmatizer = make("lookup", LOOKUP)
    assert lemmatized(nlp, lemmatizer, "mice went odd Mice cats") == ["mouse", "go", "odd", "Mice", "cats"]
    assert lemmatizer.lookup_lemmatize(nlp.make_doc("went")[0]) == ["go", "wend"]


def test_lookup_by_part_of_speech():
    nlp, lemmatizer = make("pos_lookup", BY_POS)
    words, pos = "saw saw Saw mice saw", "NOUN VERB VERB VERB PUNCT"
    assert lemmatized(nlp, lemmatizer, words, pos=pos) == ["saw", "see", "see", "mice", "saw"]
    _, other = make("pos_lookup", {**BY_POS, "lemma_lookup_other": {"saw": "other"}})
    assert lemmatized(nlp, other, words, pos=pos) == ["saw", "see", "see", "mice", "other"]


def test_rules():
    nlp, lemmatizer = make("rule", RULES)
    words = "Dogs flies mice Mice baking was Eating NYs Runs ,"
    pos = "NOUN NOUN NOUN VERB VERB VERB VERB PROPN ADJ PUNCT"
    expected = ["dog", "fly", "mouse", "Mice", "bake", "be", "eat", "NYs", "runs", ","]
    assert lemmatized(nlp, lemmatizer, words, pos=pos) == expected
    assert lemmatizer.rule_lemmatize(Doc(nlp.vocab, words=["Eating"], pos=["VERB"])[0]) == ["eat", "eate"]


@pytest.mark.parametrize(
    ("form", "exceptions", "known", "expected"),
    [
        ("Axes", (), (), ["axe", "ax"]),
        ("axes", (), {"ax"}, ["ax"]),
        ("axes", (), {"ax", "axe"}, ["ax", "axe"]),
        ("axes", ("axis", "axe"), {"axe"}, ["axis", "axe"]),
        ("axes", ("a", "b"), (), ["b", "a"]),
        ("'es", (), (), ["'e", "'"]),
        ("es", (), (), ["e"]),
        ("Oxen", (), (), ["Oxen"]),
    ],
)
def test_the_order_of_what_rules_make(form, exceptions, known, expected):
    assert lemmas_by_rules(form, [["s", ""], ["es", ""]], exceptions, known) == expected


@pytest.mark.parametrize(
    ("pos", "features", "expected"),
    [
        ("NOUN", {"Number": "Sing"}, True),
        ("NOUN", {"Number": "Plur"}, False),
        ("PROPN", {"Number": "Sing"}, False),
        ("VERB", {"VerbForm": "Inf"}, True),
        ("AUX", {"VerbForm": "Inf"}, True),
        ("VERB", {"VerbForm": "Fin", "Tense": "Pres"}, True),
        ("VERB", {"VerbForm": "Fin", "Tense": "Pres", "Number": "Sing"}, False),
        ("AUX", {"VerbForm": "Fin", "Tense": "Pres"}, False),
        ("ADV", {"Degree": "Pos"}, True),
        ("ADJ", {"Degree": "Cmp"}, False),
        ("NOUN", {}, False),
    ],
)
def test_base_forms_of_english(pos, features, expected):
    assert is_english_base_form(pos, features) is expected


def test_a_language_may_have_its_own():
    nlp, english = make("rule", RULES, lang="en")
    assert type(english) is EnglishLemmatizer and english.name == "lemmatizer"
    _, plain = make("rule", RULES)
    assert type(plain) is Lemmatizer
    words, given = "flies flies", {"pos": "NOUN NOUN", "morphs": "Number=Sing Number=Plur"}
    assert lemmatized(nlp, english, words, **given) == ["flies", "fly"]
    assert lemmatized(nlp, plain, words, **given) == ["fly", "fly"]


def test_a_mode_of_a_subclass_sees_every_token():
    class Positions(Lemmatizer):
        def place_lemmatize(self, token):
            return [f"{token.text}{token.i}"]

    nlp = kernel.blank("xx")
    lemmatizer = Positions(nlp.vocab, mode="place")
    assert lemmatized(nlp, lemmatizer, "a a b") == ["a0", "a1", "b2"]


def test_an_unknown_mode_is_told():
    with pytest.raises(ConfigError) as caught:
        kernel.blank("xx").add_pipe("lemmatizer", config={"mode": "lok"})
    assert "has no mode 'lok'" in str(caught.value) and "lookup, pos_lookup, rule" in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "table"),
    [("lookup", "lemma_lookup"), ("rule", "lemma_rules"), ("pos_lookup", "lemma_lookup_<part of speech>")],
)
def test_missing_tables_are_told_with_the_ways_to_get_them(mode, table):
    nlp = kernel.blank("xx")
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": mode})
    said = f"the mode '{mode}' needs the table {table}"
    for use in (nlp.initialize, lambda: nlp("mice"), lambda: lemmatizer.initialize(lookups={"x": {}})):
        with pytest.raises(KernelError) as caught:
            use()
        assert said in str(caught.value)
        for way in (
            "pip install spacy-lookups-data",
            "[initialize.components.lemmatizer]",
            "[initialize.lookups]",
        ):
            assert way in str(caught.value)
    assert "there is x" in str(caught.value)


def test_what_is_no_table_is_told():
    for wrong in (3, {"lemma_lookup": 1}, ["lemma_lookup"]):
        with pytest.raises(KernelError, match="lookups are tables by name"):
            make("lookup", wrong)


def test_tables_of_the_vocab_are_taken_if_they_have_what_is_needed():
    nlp = kernel.blank("xx")
    nlp.vocab.lookups = {**LOOKUP, "lexeme_prob": {"a": -1.0}}
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    nlp.initialize()
    assert lemmatizer.lookups.tables == ["lemma_lookup"]
    assert lemmas(nlp("mice")) == ["mouse"]


def test_rules_without_parts_of_speech_are_warned_of_once():
    nlp, lemmatizer = make("rule", RULES)
    with pytest.warns(KernelWarning, match="no token has a part of speech"):
        assert lemmas(lemmatizer(nlp.make_doc("Dogs"))) == ["dogs"]
    assert lemmas(lemmatizer(nlp.make_doc("Dogs"))) == ["dogs"]


@pytest.mark.parametrize(("overwrite", "expected"), [(False, ["x", "go"]), (True, ["mouse", "go"])])
def test_lemmas_that_are_set_stay_unless_overwritten(overwrite, expected):
    nlp, lemmatizer = make("lookup", LOOKUP, overwrite=overwrite)
    doc = Doc(nlp.vocab, words=["mice", "went"], lemmas=["x", ""])
    assert lemmas(lemmatizer(doc)) == expected


def test_each_word_is_looked_at_once(monkeypatch):
    nlp, lemmatizer = make("rule", RULES)
    asked = []
    own = lemmatizer.rule_lemmatize
    monkeypatch.setattr(lemmatizer, "rule_lemmatize", lambda token: asked.append(token.text) or own(token))
    docs = [Doc(nlp.vocab, words=["dogs", "Dogs", "dogs"], pos=["NOUN", "NOUN", "VERB"]) for _ in range(4)]
    assert [lemmas(doc) for doc in lemmatizer.pipe(docs, batch_size=2)] == [["dog", "dog", "dog"]] * 4
    assert sorted(asked) == ["Dogs", "dogs", "dogs"]


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST", 10)
    nlp, lemmatizer = make("lookup", LOOKUP)
    for start in range(0, 40, 8):
        words = " ".join(f"w{number}" for number in range(start, start + 8))
        assert lemmatized(nlp, lemmatizer, words) == words.split()
    assert len(lemmatizer._known) <= 10


def test_documents_of_several_generations_and_without_tokens():
    nlp, lemmatizer = make("lookup", LOOKUP)
    nlp.vocab.lexeme_limit = 1
    docs = [nlp.make_doc(text) for text in ("mice", "", "went mice", "  ", "")]
    assert len({id(doc.table) for doc in docs}) > 1
    found = [lemmas(doc) for doc in lemmatizer.pipe(docs)]
    assert found == [["mouse"], [], ["go", "mouse"], [docs[3].text], []]


def test_a_document_of_100_000_tokens():
    nlp, lemmatizer = make("rule", RULES)
    words = [f"w{number % 5000}s" for number in range(100_000)]
    doc = lemmatizer(Doc(nlp.vocab, words=words, pos=["NOUN", "VERB"] * 50_000))
    assert lemmas(doc) == [word[:-1] for word in words]


@pytest.mark.parametrize(("mode", "lookups"), [("lookup", LOOKUP), ("rule", RULES), ("pos_lookup", BY_POS)])
def test_survives_bytes_disk_and_pickle(tmp_path, mode, lookups):
    nlp, lemmatizer = make(mode, lookups)
    words, pos = "mice saw flies went", "NOUN VERB NOUN VERB"
    expected = lemmatized(nlp, lemmatizer, words, pos=pos)
    lemmatizer.to_disk(tmp_path / "it")
    assert {file.name for file in (tmp_path / "it").iterdir()} == {"cfg", "lookups"}
    copies = [Lemmatizer(nlp.vocab, mode=mode) for _ in range(2)]
    copies[0].from_bytes(lemmatizer.to_bytes())
    copies[1].from_disk(tmp_path / "it")
    for copy in (*copies, pickle.loads(pickle.dumps(lemmatizer))):
        assert copy.to_bytes() == lemmatizer.to_bytes()
        assert lemmatized(nlp, copy, words, pos=pos) == expected


def test_damaged_tables_are_told(tmp_path):
    _, lemmatizer = make("lookup", LOOKUP)
    lemmatizer.to_disk(tmp_path)
    for damaged in (b"\xc1", b"", b"\x01"):
        (tmp_path / "lookups").write_bytes(damaged)
        with pytest.raises(KernelError, match="these are no tables"):
            lemmatizer.from_disk(tmp_path)


def test_scores_and_findings():
    nlp, lemmatizer = make("lookup", LOOKUP)
    lemmatizer.scorer = nlp.registry.scorers.get("kernel.lemmatizer_scorer.v1")()
    reference = Doc(nlp.vocab, words=["mice", "went", "x"], lemmas=["mouse", "wend", ""])
    example = Example(lemmatizer(Doc(nlp.vocab, words=["mice", "went", "x"])), reference)
    assert lemmatizer.score([example]) == {"lemma_acc": 0.5}
    assert [found.message for found in lemmatizer.debug([], [])] == ["table lemma_lookup: 3 entries"]


def test_a_subclass_names_itself_for_its_language():
    class Own(Lemmatizer):
        pass

    with kernel.registry.restored():

        @Language.factory("xx.lemmatizer", assigns=["token.lemma"])
        def make_own(nlp, name: str, mode: str = "lookup") -> Own:
            return Own(nlp.vocab, mode=mode)

        assert type(kernel.blank("xx").add_pipe("lemmatizer")) is Own


def test_modes_by_part_of_speech_require_one():
    nlp = kernel.blank("xx")
    for mode in ("rule", "pos_lookup", "lookup"):
        nlp.add_pipe("lemmatizer", mode, config={"mode": mode})
    assert nlp.analyze_pipes()["problems"] == {
        "rule": ["token.pos"],
        "pos_lookup": ["token.pos"],
        "lookup": [],
    }
    topics = {topic: list(findings) for topic, findings in nlp.debug([], [])}
    assert [(found.level, found.message) for found in topics["rule"]] == [
        ("warn", "it requires token.pos, which nothing before it assigns")
    ]
    assert "lookup" not in topics
    nlp.add_pipe("morphologizer", first=True)
    assert not any(nlp.analyze_pipes()["problems"].values())
