"""Texts of a package: equal facts in all of them, whatever characters they have."""

import tomllib
from email import message_from_string

import pytest

from kernel.packaging import texts
from kernel.packaging.texts import Description

META = {
    "description": 'Finds "things" \\ and ümlauts',
    "license": "MIT",
    "author": "Å. Author",
    "email": "a@example.org",
    "url": "https://example.org",
    "kernel_version": ">=0.1,<0.2",
    "components": ["ner", "rule"],
    "labels": {"ner": ["A|B", "C"], "rule": []},
    "performance": {"ents_f": 0.5, "per_type": {"A": 1}},
}
PLAIN = Description("tst_small", "1.0.0", {}, ["kernel-nlp~=0.1"], [])
FULL = Description("tst_small", "1.0.0", META, ["kernel-nlp~=0.1", "acme~=1.2"], ["third~=3.0"])


@pytest.mark.parametrize("one", [PLAIN, FULL])
def test_metadata_and_pyproject_say_the_same(one):
    fields = message_from_string(texts.core_metadata(one))
    project = tomllib.loads(texts.pyproject(one))["project"]
    assert fields["Name"] == project["name"] == "tst_small"
    assert fields["Version"] == project["version"] == "1.0.0"
    assert fields["Summary"] == project["description"] == one.summary
    assert fields["Requires-Python"] == project["requires-python"] == texts.requires_python()
    extras = project.get("optional-dependencies", {}).get("training", [])
    assert fields.get_all("Requires-Dist") == [
        *project["dependencies"],
        *(f'{pin} ; extra == "training"' for pin in extras),
    ]
    assert project["dependencies"] == list(one.requires) and extras == list(one.training)
    assert (fields.get_all("Provides-Extra") or []) == (["training"] if one.training else [])
    assert project["entry-points"] == {"kernel_models": {"tst_small": "tst_small"}}
    assert texts.entry_points(one) == "[kernel_models]\ntst_small = tst_small\n"
    assert fields.get_payload() == texts.readme(one)


def test_what_nobody_said_is_left_out():
    assert PLAIN.summary == "tst_small: a pipeline for kernel"
    fields = message_from_string(texts.core_metadata(PLAIN))
    assert fields["Author"] is fields["License"] is fields["Home-page"] is None
    assert "authors" not in tomllib.loads(texts.pyproject(PLAIN))["project"]
    assert "## " not in texts.readme(PLAIN)


def test_the_page_has_labels_and_scores():
    page = texts.readme(FULL)
    assert "| ner | A\\|B, C |" in page and "| rule |" not in page
    assert "| ents_f | 0.5000 |" in page and "per_type" not in page
    assert "| components | ner, rule |" in page and 'nlp = kernel.load("tst_small")' in page


def test_a_text_of_several_lines_stays_one_field():
    one = Description("tst", "1", {"description": "a\nLicense: mine"}, [], [])
    assert message_from_string(texts.core_metadata(one))["License"] is None
    assert tomllib.loads(texts.pyproject(one))["project"]["description"] == "a License: mine"


def test_the_import_package_loads_itself(monkeypatch):
    import kernel

    monkeypatch.setattr(kernel, "load", lambda name, **settings: (name, settings))
    names = {"__name__": "tst_small"}
    exec(texts.init(FULL), names)  # noqa: S102
    assert names["load"](exclude=["ner"]) == ("tst_small", {"exclude": ["ner"]})
    assert names["__version__"] == "1.0.0"
