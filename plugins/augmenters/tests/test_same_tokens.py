"""Augmenters that write words differently: the tokens stay, and all that is annotated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_augmenters.combined import create_combined_augmenter
from kernel_augmenters.keyboards import NEIGHBOURS
from kernel_augmenters.lower_case import create_lower_casing_augmenter
from kernel_augmenters.orth_variants import create_orth_variants_augmenter
from kernel_augmenters.spelling_noise import create_spelling_noise_augmenter, misspelt

from kernel.errors import ConfigError
from kernel.numeric.random import seed_all, stream
from kernel.tokens import Doc
from kernel.training import Example

from .conftest import described, example_from

VARIANTS = {
    "single": [{"tags": ["."], "variants": [".", "!", "?"]}],
    "paired": [
        {"tags": ["-LRB-", "-RRB-"], "variants": [["(", ")"], ["[", "]"]]},
        {"tags": ["``", "''"], "variants": [['"', '"'], ["``", "''"]]},
    ],
}
ALL = {
    "lower case": create_lower_casing_augmenter(1.0),
    "misspelt": create_spelling_noise_augmenter(1.0, per_token=0.7, min_length=2),
}


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=60, deadline=None)
@given(content=described(), seed=st.integers(0, 99))
def test_all_annotations_stay(nlp, name, content, seed):
    example = example_from(nlp, content)
    old, before = example.reference, example.reference.to_json()
    seed_all(seed)
    (made,) = ALL[name](nlp, example)
    new = made.reference
    assert old.to_json() == before
    assert new.text == "".join(token.text_with_ws for token in new) == made.predicted.text
    assert len(new) == len(old) and new.spaces.tolist() == old.spaces.tolist()
    assert [(*entity,) for entity in new.entity_ranges()] == [(*entity,) for entity in old.entity_ranges()]
    for attr in ("TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START", "ENT_IOB", "ENT_KB_ID"):
        assert new.to_array(attr).tolist() == old.to_array(attr).tolist()
    assert [(s.start, s.end, s.label_, s.id_) for s in new.spans["sc"]] == [
        (s.start, s.end, s.label_, s.id_) for s in old.spans["sc"]
    ]
    for ent in new.ents:
        assert new.text[ent.start_char : ent.end_char] == ent.text
    assert new.cats == old.cats and made.origin == example.origin


def test_lower_case(nlp):
    example = example_from(
        nlp, {"words": ["Ada", "STRASSE"], "spaces": [1, 0], "heads": [0, 0], "entities": [], "spans": []}
    )
    (made,) = create_lower_casing_augmenter(1.0)(nlp, example)
    assert made.reference.text == made.predicted.text == "ada strasse"
    assert [token.lemma_ for token in made.reference] == ["l0", "l1"]
    assert list(create_lower_casing_augmenter(0.0)(nlp, example)) == [example]


def test_the_share_is_the_level(nlp):
    example = example_from(nlp, {"words": ["Ada"], "spaces": [0], "heads": [0], "entities": [], "spans": []})
    augment = create_lower_casing_augmenter(0.3)
    seed_all(0)
    found = [next(augment(nlp, example)).text for _ in range(1000)]
    assert 260 < found.count("ada") < 340


def quoted(nlp, text, tags):
    doc = Doc(nlp.vocab, words=text.split(), tags=tags.split())
    return Example(Doc(nlp.vocab, words=text.split()), doc)


def variants(nlp, text, tags, lower=0.0, table=VARIANTS):
    augment = create_orth_variants_augmenter(1.0, lower, table)
    seed_all(0)
    return {next(augment(nlp, quoted(nlp, text, tags))).reference.text.strip() for _ in range(60)}


def test_single_variants(nlp):
    assert variants(nlp, "Go . No .", "VB . UH .") == {"Go . No .", "Go ! No !", "Go ? No ?"}
    # Only what is a variant, and only under one of the tags.
    assert variants(nlp, "Go ... .", "VB . X") == {"Go ... ."}


def test_paired_variants(nlp):
    assert variants(nlp, "( a ) ( b )", "-LRB- X -RRB- -LRB- X -RRB-") == {"( a ) ( b )", "[ a ] [ b ]"}
    # A mark that is the same at both ends opens and closes in turn.
    assert variants(nlp, '" a " " b "', "`` X '' `` X ''") == {'" a " " b "', "`` a '' `` b ''"}


def test_two_tags_say_which_mark_opens(nlp):
    # The first mark closes what a sentence before has opened.
    assert variants(nlp, 'a " , " b "', "X '' , `` X ''") == {'a " , " b "', "a '' , `` b ''"}
    table = {"paired": [{"tags": ["Q"], "variants": [['"', '"'], ["``", "''"]]}]}
    assert variants(nlp, '" a " " b', "Q X Q Q X", table=table) == {'" a " " b', "`` a '' `` b"}


def test_an_example_in_which_nothing_changes_is_the_same_one(nlp):
    content = {"words": ["ada", "."], "spaces": [1, 0], "heads": [0, 0], "entities": [], "spans": []}
    example = example_from(nlp, content)
    for augment in (
        create_lower_casing_augmenter(1.0),
        create_orth_variants_augmenter(1.0, 1.0, VARIANTS),
        create_combined_augmenter(1.0, 1.0, VARIANTS, 1.0, 0.0, None),
        create_spelling_noise_augmenter(1.0, per_token=0.0),
    ):
        (made,) = augment(nlp, example)
        assert made is example


def test_variants_in_lower_case(nlp):
    found = variants(nlp, "Go .", "VB .", lower=0.5)
    assert found == {f"{word} {mark}" for word in ("Go", "go") for mark in ".!?"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"double": []}, "other keys"),
        ({"single": [{"tags": ["."]}]}, "no tags and variants"),
        ({"single": [{"tags": ["."], "variants": []}]}, "no tags and variants"),
        ({"single": [{"tags": ["."], "variants": [["(", ")"]]}]}, "no variant of single"),
        ({"paired": [{"tags": ["."], "variants": ["("]}]}, "no variant of paired"),
        ({"single": [{"tags": ["."], "variants": [""]}]}, "no variant of single"),
    ],
)
def test_tables_of_another_form_are_refused(table, message):
    with pytest.raises(ConfigError, match=message):
        create_orth_variants_augmenter(0.5, 0.5, table)


@settings(max_examples=100, deadline=None)
@given(word=st.text("abcdeXYZé日", min_size=2, max_size=9), seed=st.integers(0, 99))
def test_one_mistake_in_a_word(word, seed):
    for kind, length in (("swap", 0), ("drop", -1), ("double", 1), ("neighbour", 0)):
        made = misspelt(word, kind, stream(seed), NEIGHBOURS["qwerty"])
        assert len(made) == len(word) + length
        assert kind in ("swap", "neighbour") or made[0] == word[0]
        if kind == "swap":
            assert sorted(made.lower()) == sorted(word.lower())
            assert "日" in word or [c.isupper() for c in made] == [c.isupper() for c in word]
        if kind == "neighbour":
            wrong = [(a, b) for a, b in zip(word, made, strict=True) if a != b]
            assert len(wrong) <= 1
            assert all(b.lower() in NEIGHBOURS["qwerty"][a.lower()] for a, b in wrong)


def test_letters_whose_capital_is_longer_stay():
    assert misspelt("Xß", "swap", stream(0), {}) == "ßX"


def test_neighbours_are_mutual_and_near():
    assert set(NEIGHBOURS["qwerty"]["s"]) == set("adwezx")
    for keys in NEIGHBOURS.values():
        assert all(one in keys[other] for one, near in keys.items() for other in near)


def test_what_is_misspelt(nlp):
    words = ["Lovelace", "42", "met", "e-mail", "Ada"]
    content = {
        "words": words,
        "spaces": [1] * 5,
        "heads": [2] * 5,
        "entities": [(0, 1, "PERSON")],
        "spans": [],
    }
    example = example_from(nlp, content)

    def changed(**more):
        seed_all(1)
        (made,) = create_spelling_noise_augmenter(1.0, per_token=1.0, **more)(nlp, example)
        return [a != b for a, b in zip(made.reference.words(), words, strict=True)]

    assert changed() == [True, False, False, False, False]
    assert changed(min_length=2) == [True, False, True, False, True]
    assert changed(min_length=2, entities=False) == [False, False, True, False, True]


def test_user_data_of_tokens_and_spans_moves_with_them(nlp):
    doc = Doc(nlp.vocab, words=["İİ", "Ada", "met"], spaces=[True, True, False])
    for key, value in (
        (("._.", "doc", None, None), 0),
        (("._.", "token", 3, None), 1),
        (("._.", "span", 3, 10), 2),
    ):
        doc.user_data[key] = value
    doc.user_data["mine"] = 3
    (made,) = create_lower_casing_augmenter(1.0)(nlp, Example(nlp.make_doc(doc.text), doc))
    # The lower case of each of these two letters has two.
    shift = len(made.reference[0].text) - 2
    assert shift > 0
    assert made.reference.user_data == {
        ("._.", "doc", None, None): 0, ("._.", "token", 3 + shift, None): 1, ("._.", "span", 3 + shift, 10 + shift): 2, "mine": 3,
    }  # fmt: skip


def test_annotated_words_are_kept_where_the_example_has_them(nlp):
    words, spaces = ["Do", "n't", "Go"], [False, True, False]
    doc = Doc(nlp.vocab, words=words, spaces=spaces)
    tokenized = nlp.make_doc(doc.text).words()
    assert tokenized != words
    lower = create_lower_casing_augmenter(1.0)
    (gold,) = lower(nlp, Example(Doc(nlp.vocab, words=words, spaces=spaces), doc))
    (anew,) = lower(nlp, Example(nlp.make_doc(doc.text), doc))
    assert gold.predicted.words() == ["do", "n't", "go"] and gold.predicted.text == "don't go"
    assert anew.predicted.words() == [word.lower() for word in tokenized]
    without = Doc(nlp.vocab, words=words)
    (unknown,) = lower(nlp, Example(Doc(nlp.vocab, words=words), without))
    assert unknown.predicted.words() == ["do", "n't", "go"] and unknown.predicted.has_unknown_spaces


def test_an_example_does_not_depend_on_those_before(nlp):
    contents = [
        {"words": ["Lovelace"] * 5, "spaces": [1] * 5, "heads": [0] * 5, "entities": [], "spans": []}
    ] * 3
    examples = [example_from(nlp, content) for content in contents]
    augment = create_spelling_noise_augmenter(0.9, per_token=0.5)

    def made(which):
        found = {}
        for place in which:
            seed_all(3, place)
            found[place] = next(augment(nlp, examples[place])).text
        return found

    straight, back = made([0, 1, 2]), made([2, 1, 0])
    assert straight == back and len(set(straight.values())) > 1
