"""What factories recommend."""

import pytest

from kernel.language.recommend import SHARED, Recommendation, recommendation


@pytest.mark.parametrize(
    ("settings", "is_shared"),
    [({"model": {"tok2vec": SHARED}}, True), ({"a": SHARED}, True), ({"a": [SHARED]}, False), ({}, False)],
)
def test_whether_a_component_listens(settings, is_shared):
    assert Recommendation(settings).is_shared is is_shared


def test_a_listener_takes_the_place_and_nothing_else_changes():
    settings = {"model": {"tok2vec": SHARED, "width": 3}, "other": SHARED, "n": None}
    listener = {"@architectures": "acme.L.v1"}
    found = Recommendation(settings).settings_with(listener)
    assert found == {"model": {"tok2vec": listener, "width": 3}, "other": listener, "n": None}
    found["other"]["x"] = 1
    assert listener == {"@architectures": "acme.L.v1"} and settings["other"] is SHARED
    assert repr(SHARED) == "SHARED"


def test_answers_of_factories():
    asked = []

    def recommend(lang, optimize, gpu):
        asked.append((lang, optimize, gpu))
        return Recommendation({"b": 1}) if gpu else {"a": 1}

    assert recommendation(recommend, "en", "accuracy", False) == Recommendation({"a": 1})
    assert recommendation(recommend, "en", "efficiency", True) == Recommendation({"b": 1})
    assert asked == [("en", "accuracy", False), ("en", "efficiency", True)]
    assert recommendation(None, "en", "accuracy", True) == Recommendation()
