"""Components are added, renamed, replaced and removed."""

import pytest

from kernel.errors import UsageError, WrongType
from kernel.language import Language

pytestmark = pytest.mark.usefixtures("marks")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ["a", "b", "new"]),
        ({"last": True}, ["a", "b", "new"]),
        ({"first": True}, ["new", "a", "b"]),
        ({"before": "b"}, ["a", "new", "b"]),
        ({"after": "a"}, ["a", "new", "b"]),
        ({"before": 0}, ["new", "a", "b"]),
        ({"after": 1}, ["a", "b", "new"]),
    ],
)
def test_place_of_a_new_component(where, expected):
    nlp = Language()
    nlp.add_pipe("noop", name="a")
    nlp.add_pipe("noop", name="b")
    nlp.add_pipe("noop", name="new", **where)
    assert nlp.pipe_names == expected


def test_only_one_place_can_be_asked_for():
    nlp = Language()
    nlp.add_pipe("noop")
    with pytest.raises(UsageError, match="give one"):
        nlp.add_pipe("shout", first=True, after="noop")


def test_what_is_disabled_is_not_there_but_known():
    nlp = Language()
    nlp.add_pipe("noop", name="a")
    nlp.add_pipe("noop", name="b")
    with nlp.disable_pipes("a") as disabled:
        assert disabled == ["a"] and not nlp.has_pipe("a") and nlp.has_pipe("b")
        assert nlp.component_names == ["a", "b"]
    assert nlp.has_pipe("a")
    assert nlp.disable_pipes(["a", "b"]) == ["a", "b"] and nlp.pipe_names == []
    with pytest.raises(UsageError, match="no component 'c'"):
        nlp.disable_pipes("c")


def test_only_what_is_there_is_enabled():
    nlp = Language()
    nlp.add_pipe("noop", name="a")
    assert nlp.is_enabled("a")
    nlp.disable_pipe("a")
    assert not nlp.is_enabled("a")
    with pytest.raises(UsageError, match="no component 'b'"):
        nlp.is_enabled("b")


def test_a_source_is_a_pipeline():
    with pytest.raises(
        UsageError, match=r"source= takes a pipeline, not 'output/model-best'\n.*kernel\.load"
    ):
        Language().add_pipe("noop", source="output/model-best")


def test_names_are_unique_and_fit_a_config_and_a_folder():
    nlp = Language()
    nlp.add_pipe("noop")
    with pytest.raises(UsageError, match="already"):
        nlp.add_pipe("noop")
    for name in ("a.b", "a/b", "", "vocab", "tokenizer"):
        with pytest.raises(UsageError):
            nlp.add_pipe("noop", name=name)


def test_get_has_rename_replace_remove():
    nlp = Language()
    mark = nlp.add_pipe("mark")
    nlp.add_pipe("noop")
    assert nlp.get_pipe("mark") is mark
    nlp.rename_pipe("mark", "label")
    assert nlp.has_pipe("label") and not nlp.has_pipe("mark")
    assert nlp("x").user_data == {"label": "x"}
    nlp.replace_pipe("label", "shout")
    assert nlp.pipe_factories == {"label": "shout", "noop": "noop"}
    name, _ = nlp.remove_pipe("label")
    assert (name, nlp.pipe_names) == ("label", ["noop"])
    with pytest.raises(UsageError, match="'label'.*noop"):
        nlp.get_pipe("label")


@pytest.mark.parametrize("source", ["en", True, {}])
def test_a_source_that_is_no_pipeline(source):
    nlp = Language()
    with pytest.raises(UsageError, match="source= takes a pipeline, not "):
        nlp.add_pipe("noop", source=source)
    assert nlp.pipe_names == []


@pytest.mark.parametrize("add", [Language.add_pipe, Language.create_pipe])
def test_a_function_in_place_of_a_name_is_told_how_to_be_registered(add):
    def shouts(doc):
        return doc

    with pytest.raises(WrongType) as caught:
        add(Language(), shouts)
    assert caught.value.message == "a component is added by the name of its factory, not as a function"
    assert '@Language.component("shouts") and give its name: nlp.add_pipe("shouts")' in caught.value.hint
