"""What tables hold is checked when they are taken, and told by table and key."""

import pytest
from kernel_components.lemmatizer.component import Lemmatizer
from kernel_components.lemmatizer.tables import Tables

import kernel
from kernel.errors import DataError, KernelError, KernelWarning
from kernel.tokens import Doc

pytestmark = pytest.mark.needs("kernel-nlp-languages")

PAIRS, LEMMAS = "a list of pairs, [ending, what it becomes]", "a lemma, or a list of lemmas"


def add(mode, of="lemmatizer"):
    return kernel.blank("xx").add_pipe(of, config={"mode": mode})


@pytest.mark.parametrize(
    ("mode", "table", "entries", "said"),
    [
        ("rule", "lemma_rules", {"noun": ["s"]}, f"['s'] for 'noun', not {PAIRS}"),
        ("rule", "lemma_rules", {"noun": ["es"]}, f"['es'] for 'noun', not {PAIRS}"),
        ("rule", "lemma_rules", {"noun": [["s", ""]], "verb": [["s"]]}, f"[['s']] for 'verb', not {PAIRS}"),
        ("rule", "lemma_rules", {"noun": [["s", None]]}, f"[['s', None]] for 'noun', not {PAIRS}"),
        ("rule", "lemma_rules", {"noun": {"s": ""}}, f"{{'s': ''}} for 'noun', not {PAIRS}"),
        ("rule", "lemma_rules", {"noun": None}, f"None for 'noun', not {PAIRS}"),
        ("rule", "lemma_exc", {"noun": ["mice"]}, "['mice'] for 'noun', not a table, form to list of lemmas"),
        ("rule", "lemma_exc", {"noun": {"mice": 3}}, f"3 for 'mice' of 'noun', not {LEMMAS}"),
        ("rule", "lemma_exc", {"noun": {"a": ["b"], "mice": [3]}}, f"[3] for 'mice' of 'noun', not {LEMMAS}"),
        ("rule", "lemma_index", {"noun": "house"}, "'house' for 'noun', not a list of forms"),
        ("rule", "lemma_index", {"noun": [["house"]]}, "[['house']] for 'noun', not a list of forms"),
        ("lookup", "lemma_lookup", {"mice": {"noun": "mouse"}}, f"{{'noun': 'mouse'}} for 'mice', not {LEMMAS}"),
        ("lookup", "lemma_lookup", {None: "mouse"}, f"'mouse' for None, not {LEMMAS}"),
        ("pos_lookup", "lemma_lookup_noun", {"mice": 3}, f"3 for 'mice', not {LEMMAS}"),
    ],
)  # fmt: skip
def test_an_entry_of_another_shape_is_told(mode, table, entries, said):
    whole = {"lemma_rules": {"noun": [["s", ""]]}, table: entries}
    lemmatizer = add(mode)
    with pytest.raises(DataError) as caught:
        lemmatizer.initialize(lookups=whole)
    assert f"component 'lemmatizer': the table {table} has {said}" in str(caught.value)
    assert "Write for example {" in str(caught.value)
    with pytest.raises(DataError, match=f"the table {table} has"):
        lemmatizer.lookups = whole
    assert lemmatizer.lookups == {}
    with pytest.raises(DataError, match=f"the table {table} has"):
        lemmatizer.lookups_from_bytes(Tables.of(whole).to_bytes())


def test_a_long_entry_is_cut():
    with pytest.raises(DataError) as caught:
        add("lookup").initialize(lookups={"lemma_lookup": {"x": [0] * 100_000}})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("mode", "tables"),
    [
        ("lookup", {"lemma_lookup": {"mice": "mouse", 17: "x", "went": ["go", "wend"], "odd": "", "no": []}}),
        ("pos_lookup", {"lemma_lookup_noun": {"mice": ("mouse",)}, "lemma_lookup_verb": {}}),
        (
            "rule",
            {
                "lemma_rules": {"noun": [("s", ""), ["", "e"]], 18: [], "accents": ()},
                "lemma_exc": {"noun": {"mice": "mouse", "geese": ["goose"], "x": []}, "verb": {}},
                "lemma_index": {"noun": {"fly"}, "verb": (), "adj": {"old": 1}},
            },
        ),
    ],
)
def test_what_the_modes_can_read_is_taken(mode, tables):
    lemmatizer = add(mode)
    lemmatizer.initialize(lookups=tables)
    assert lemmatizer.lookups == tables


def test_a_subclass_has_tables_of_its_own_shape():
    class Own(Lemmatizer):
        def rule_lemmatize(self, token):
            return [self.lookups["lemma_rules"]["all"](token.text)]

    nlp = kernel.blank("xx")
    lemmatizer = Own(nlp.vocab, mode="rule")
    lemmatizer.initialize(lookups={"lemma_rules": {"all": str.upper}})
    doc = Doc(nlp.vocab, words=["so", "it"], pos=["ADV", "PRON"])
    assert [token.lemma_ for token in lemmatizer(doc)] == ["SO", "IT"]


def test_parts_of_speech_with_capitals_are_told():
    lemmatizer = add("rule")
    with pytest.warns(
        KernelWarning, match=r"lemma_rules of 'lemmatizer' .* no word gets: NOUN, Verb.*: noun, verb"
    ):
        lemmatizer.initialize(lookups={"lemma_rules": {"NOUN": [["s", ""]], "Verb": [], "adj": []}})


def test_a_list_in_place_of_a_table_is_told():
    with pytest.raises(KernelError, match="tables by name, and lemma_lookup is no table, but list"):
        add("lookup").initialize(lookups={"lemma_lookup": ["a"]})
