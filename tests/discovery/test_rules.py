"""Which packages may be used: what each source says, who comes first, and what can't be understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.discovery import rules
from kernel.discovery.rules import (
    Choices,
    Rules,
    add_command_line,
    arguments,
    choices_of,
    command_line,
    denied,
    entry_points,
    overrides_of,
)

NAMES = ["acme-nlp", "other", "third"]
NAME_SETS = st.frozensets(st.sampled_from(NAMES))
RULES = st.builds(Rules, st.none() | NAME_SETS, NAME_SETS)


def verdict(said: Rules, name: str) -> bool | None:
    """Whether one source denies a name; None if it says nothing about it."""
    if name in said.deny:
        return True
    return None if said.only is None else name not in said.only


@given(RULES, RULES, RULES, st.sampled_from(NAMES))
def test_the_first_source_that_says_something_decides(first, second, third, name):
    """The command line, the environment and the config, against their verdicts in order."""
    # On the command line and in the environment, no name at all is no list of those allowed.
    first, second = (Rules(said.only or None, said.deny) for said in (first, second))
    value = ",".join([*(second.only or ()), *(f"-{one}" for one in second.deny)])
    expected = next(
        (said for said in (verdict(one, name) for one in (first, second, third)) if said is not None), False
    )
    with pytest.MonkeyPatch.context() as patch, command_line(first.only or (), first.deny):
        patch.setenv(rules.VARIABLE, value)
        assert (denied(name, Choices(third)) is not None) == expected


@pytest.mark.parametrize(
    ("only", "deny", "variable", "choices", "said"),
    [
        ([], ["Acme.NLP"], "", Choices(), "--deny acme-nlp"),
        (["other", "third"], [], "", Choices(), "--only other --only third"),
        ([], [], "-acme_nlp", Choices(), "KERNEL_PLUGINS=-acme_nlp"),
        ([], [], "other", Choices(), "KERNEL_PLUGINS=other"),
        ([], [], " , ", Choices(), None),
        ([], [], "", Choices(Rules.of(None, ["acme_nlp"])), "[plugins] deny of the config"),
        ([], [], "", Choices(Rules.of([], [])), "[plugins] only of the config"),
        (["acme-nlp"], [], "-acme-nlp", Choices(Rules.of([], ["acme-nlp"])), None),
    ],
)
def test_messages_say_what_denies(only, deny, variable, choices, said, monkeypatch):
    monkeypatch.setenv(rules.VARIABLE, variable)
    with command_line(only, deny):
        assert denied("acme-nlp", choices) == said


@pytest.mark.parametrize("name", ["kernel-nlp", "Kernel_NLP", "thinc"])
def test_kernel_and_thinc_are_never_denied(name):
    with command_line(["other"], [name]):
        assert denied(name, Choices(Rules.of(["other"], [name]))) is None


def test_arguments_add_up_and_end_with_their_block():
    before = arguments()
    with command_line(["B"], ["x"]):
        add_command_line(["a"], ["Y"])
        with command_line([], ["z"]):
            assert arguments() == (["a", "b"], ["x", "y", "z"])
        assert arguments() == (["a", "b"], ["x", "y"])
    assert arguments() == before
    with pytest.raises(ZeroDivisionError), command_line([], ["x"]):
        raise ZeroDivisionError
    assert arguments() == before


def test_a_config_chooses():
    config = {
        "plugins": {"only": ["Acme_NLP", "other"], "deny": ["third", 3]},
        "registry": {"override": {"acme": {"Net": {"v1": "Acme.NLP"}}, '"acme.Log.v1"': "code"}},
    }
    choices = choices_of(config)
    assert choices.rules == Rules(frozenset({"acme-nlp", "other"}), frozenset({"third"}))
    assert overrides_of(config) == choices.overrides == {"acme.Net.v1": "Acme.NLP", "acme.Log.v1": "code"}
    assert choices.owner_of("acme.Net.v1") == "acme-nlp"
    assert choices.owner_of("acme.Log.v1") == rules.CODE
    assert choices.owner_of("acme.Other.v1") is None


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"plugins": 3, "registry": "no"},
        {"plugins": {"deny": "acme"}, "registry": {"override": ["acme"]}},
        {"plugins": {"only": "acme"}},
        {"plugins": {"only": {"acme": True}}},
        {"plugins": {"deny": {"a": 1}}, "registry": {"override": {"acme": 3}}},
    ],
)
def test_values_of_the_wrong_type_are_left_to_the_check_of_the_config(config):
    assert choices_of(config) == rules.NO_CHOICES


def test_entry_points_of_denied_packages_are_left_out(fake_distribution):
    fake_distribution("acme", entry_points={"kernel_acme_tests": {"a.v1": "acme_x:make"}})
    fake_distribution("other", entry_points={"kernel_acme_tests": {"b.v1": "other_x:make"}})
    assert {point.name for point in entry_points("kernel_acme_tests")} == {"a.v1", "b.v1"}
    choices = Choices(Rules.of(None, ["acme"]))
    assert [point.name for point in entry_points("kernel_acme_tests", choices)] == ["b.v1"]
