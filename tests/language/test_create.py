"""`validate=False`: values of the wrong type reach the functions as they are; names and missing arguments stay errors."""

import pytest

from kernel import Config
from kernel.config import resolve
from kernel.errors import ConfigError, UsageError, WrongType
from kernel.language import Language
from kernel.registries.family import registry


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():

        @Language.factory("count")
        def make_count(nlp, name: str, start: int, step: int = 1):
            def count(doc):
                return doc

            count.got = (start, step)
            return count

        @Language.factory("holder")
        def make_holder(nlp, name: str, inner: list[int]):
            def hold(doc):
                return doc

            hold.got = inner
            return hold

        @registry.misc("acme.text.v1")
        def make_text() -> str:
            return "a text"

        registry.languages("tst", type("Test", (Language,), {"lang": "tst"}))
        yield


WRONG = {"start": "soon", "step": 2.5}


def created(nlp, **settings):
    return nlp.create_pipe("count", **settings)


def added(nlp, **settings):
    return nlp.add_pipe("count", **settings)


def replaced(nlp, **settings):
    nlp.add_pipe("count", "old", config={"start": 0})
    return nlp.replace_pipe("old", "count", **settings)


def from_config(nlp, config, validate=True):
    block = {"nlp": {"lang": "tst", "pipeline": ["c"]}, "components": {"c": {"factory": "count", **config}}}
    return Language.from_config(Config(block), validate=validate).get_pipe("c")


WAYS = pytest.mark.parametrize("make", [created, added, replaced, from_config])


@WAYS
def test_types_are_checked_unless_told_otherwise(make):
    with pytest.raises(ConfigError, match="not int"):
        make(Language(), config=WRONG)
    assert make(Language(), config=WRONG, validate=False).got == ("soon", 2.5)


@WAYS
def test_what_can_be_converted_is_converted_all_the_same(make):
    assert make(Language(), config={"start": 3.0}, validate=False).got == (
        make(Language(), config={"start": 3.0}).got
    )


@WAYS
@pytest.mark.parametrize(
    ("config", "message"),
    [({}, "'start' is missing"), ({"start": 1, "stop": 2}, "takes no 'stop'")],
)
def test_names_and_missing_arguments_stay_errors(make, config, message):
    with pytest.raises(ConfigError, match=message):
        make(Language(), config=config, validate=False)


def test_what_functions_return_is_not_checked_either():
    block = {"inner": {"@misc": "acme.text.v1"}}
    with pytest.raises(ConfigError, match="returns str"):
        Language().add_pipe("holder", config=block)
    assert Language().add_pipe("holder", config=block, validate=False).got == "a text"


def test_resolve_without_validation():
    def make_pair(left: int, right: int) -> tuple[int, int]:
        return left, right

    registry.misc("acme.pair.v1", make_pair)
    block = {"pair": {"@misc": "acme.pair.v1", "left": "a", "right": 2}}
    with pytest.raises(ConfigError, match="not int"):
        resolve(block)
    assert resolve(block, validate=False) == {"pair": ("a", 2)}


@pytest.mark.parametrize("second", [None, [], [{"entities": []}]])
def test_update_takes_examples_and_nothing_beside_them(second):
    with pytest.raises(UsageError, match="update learns from a list of Example objects"):
        Language().update([], second)


@pytest.mark.parametrize("asked", [created, added, replaced])
def test_a_wrong_setting_is_said_to_come_from_the_call(asked):
    nlp = Language.from_config({"nlp": {"lang": "tst"}})
    nlp.add_pipe("count", name="first", config={"start": 1})
    with pytest.raises(ConfigError) as caught:
        asked(nlp, config={"start": "/a/path"})
    problem = caught.value.problems[0]
    call = {created: "create_pipe", added: "add_pipe", replaced: "replace_pipe"}[asked]
    assert (problem.file, problem.line, problem.origin) == (None, None, f"config= of {call}")
    assert ".start: not int" in str(caught.value)


def test_settings_from_a_call_have_no_place_in_a_file_later():
    nlp = Language.from_config({"nlp": {"lang": "tst"}})
    nlp.add_pipe("count", config={"start": 1})
    assert nlp.config.where("components.count.start") is None
    assert nlp.config.source("components.count.start").describe() == "config= of add_pipe"
    assert nlp.config.source("components.count.step").describe().startswith("default of count")
    nlp.rename_pipe("count", "number")
    assert nlp.config.where("components.number.start") is None


@pytest.mark.parametrize("change", ["add_pipe", "create_pipe"])
def test_settings_that_are_no_dict_are_told(change):
    with pytest.raises(
        WrongType, match=f"config= of {change} takes the settings of 'count' as a dict, not list"
    ):
        getattr(Language(), change)("count", config=["start"])
