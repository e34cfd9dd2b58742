"""Labels say features and part of speech, and nothing else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kernel_components.morphologizer.labels import (
    from_label,
    from_label_data,
    label_data,
    normalized,
    to_label,
)

from kernel.errors import DataError
from kernel.tokens.morph import normalize_features
from kernel.vocab.symbols import POS_TAGS

# Any text, and such that looks like features.
ANY = st.text(max_size=12)
PART = st.tuples(st.sampled_from(["Case", "POS", "pos", "Number[psor]", "P", ""]), ANY).map("=".join)
FEATS = st.one_of(ANY, st.lists(PART, max_size=4).map("|".join))
POS = st.sampled_from(["", *sorted(POS_TAGS)])


@given(FEATS, POS)
@example("POS=NOUN", "")
@example("POS=NOUN", "VERB")
@example("POS=VERB,X|Case=Nom", "NOUN")
def test_any_features_and_part_of_speech_come_back(feats, pos):
    label = to_label(feats, pos)
    assert from_label(label) == (normalize_features(feats), pos)
    assert normalized(label) == label


@pytest.mark.parametrize(
    ("feats", "pos", "label"),
    [
        ("Number=Sing|Case=Nom", "NOUN", "Case=Nom|Number=Sing|POS=NOUN"),
        ("VerbForm=Fin", "AUX", "POS=AUX|VerbForm=Fin"),
        ("", "PUNCT", "POS=PUNCT"),
        ("Foreign=Yes", "", "Foreign=Yes"),
        ("", "", "_"),
        ("_", "", "_"),
    ],
)
def test_labels_are_written_as_in_the_field(feats, pos, label):
    assert to_label(feats, pos) == label


def test_label_files():
    labels = ("Case=Nom|POS=PRON", "POS=PUNCT", "_", "Foreign=Yes")
    data = label_data(labels)
    assert data["morph"] == {
        "Case=Nom|POS=PRON": "Case=Nom",
        "POS=PUNCT": "",
        "_": "",
        "Foreign=Yes": "Foreign=Yes",
    }
    assert data["pos"] == {"Case=Nom|POS=PRON": 95, "POS=PUNCT": 97, "_": 0, "Foreign=Yes": 0}
    assert tuple(from_label_data(data)) == labels


def test_a_label_that_stands_for_something_else_is_an_error():
    with pytest.raises(DataError, match="'POS=PUNCT' can't stand for the features 'Case=Nom'"):
        from_label_data({"morph": {"POS=PUNCT": "Case=Nom"}, "pos": {"POS=PUNCT": 97}})
    with pytest.raises(DataError, match="is not a coarse part-of-speech tag"):
        normalized("POS=THING")
