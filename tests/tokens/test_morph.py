"""Morphological features as text and as a mapping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tokens.morph import MorphAnalysis, features_to_text, normalize_features

WORDS = st.text(st.sampled_from("abAB1"), min_size=1, max_size=3)
FEATURES = st.dictionaries(WORDS, st.sets(WORDS, min_size=1, max_size=3).map(",".join), max_size=4)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", "_"),
        ("_", "_"),
        ("Number=Sing|Case=Nom", "Case=Nom|Number=Sing"),
        ("case=Nom|Tense=Past", "Tense=Past|case=Nom"),
        ("Number=Sing|NumType=Card", "NumType=Card|Number=Sing"),
        ("Case=Nom|Case[psor]=Gen|Case1=Acc", "Case1=Acc|Case=Nom|Case[psor]=Gen"),
        ("Case=Nom,Acc", "Case=Acc,Nom"),
        ("Case=Nom|Case=Acc", "Case=Acc,Nom"),
        ("|", "_"),
        ("Poss", "Poss="),
    ],
)
def test_one_form_for_equal_features(text, normal):
    assert normalize_features(text) == normal
    assert normalize_features(normal) == normal


@given(FEATURES)
def test_a_mapping_round_trip(features):
    text = features_to_text(features)
    morph = MorphAnalysis(text)
    sets = {name: set(value.split(",")) for name, value in morph.to_dict().items()}
    assert sets == {name: set(value.split(",")) for name, value in features.items()}
    assert len(morph) == sum(map(len, sets.values())) == len(set(morph)) and bool(morph) == bool(features)
    assert set(morph) == {f"{name}={value}" for name, values in sets.items() for value in values}
    assert features_to_text(dict(reversed(features.items()))) == text
    for name in features:
        assert set(morph.get(name)) == sets[name]


def test_a_view_on_features():
    morph = MorphAnalysis("Case=Acc,Nom|Number=Sing")
    assert "Number=Sing" in morph and "Number" not in morph
    assert "Case=Acc" in morph and "Case=Nom" in morph and "Case=Acc,Nom" not in morph and len(morph) == 3
    assert morph.get("Case") == ["Acc", "Nom"] and morph.get("Tense") == []
    assert morph.get("Tense", ["Past"]) == ["Past"]
    assert morph == str(morph) == "Case=Acc,Nom|Number=Sing" and morph != "Case=Acc"
    assert morph == MorphAnalysis(str(morph), key=7) and hash(morph) == hash(MorphAnalysis(str(morph)))
    assert morph != 3 and repr(morph) == "MorphAnalysis('Case=Acc,Nom|Number=Sing')"
    assert not MorphAnalysis("_") and str(MorphAnalysis("_")) == ""
