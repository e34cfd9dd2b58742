"""Sections that packages supply: where they may lie, and what of a config is theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from kernel.config.schemas import Section
from kernel.config.sections import (
    NAMES,
    at,
    own_part,
    present,
    put,
    refusal,
    schema_of,
    supplied,
    supplier_hint,
)
from kernel.errors import ConfigError, PluginError, RegistryError
from kernel.registries.family import chosen_by, registry


@pytest.fixture(autouse=True)
def workers():
    with registry.restored():
        registry.sections("training.crew", func=type("Workers", (Section,), {}))
        registry.sections("mine", func=type("Mine", (Section,), {}))
        yield


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("mine", ""),
        ("mine.deep", ""),
        ("training.crew", ""),
        ("training.crew.deep", ""),
        ("initialize.mine", ""),
        ("training", "the kernel's own [training] can't be replaced"),
        ("components.mine", "packages can't add sections to the kernel's own [components]"),
        ("training.max_steps", "'max_steps' is a key of the kernel's own [training]"),
        ("a b", "'a b' is not the dotted name"),
        ("a..b", "'a..b' is not the dotted name"),
        ("", "'' is not the dotted name"),
    ],
)
def test_where_a_section_may_lie(path, reason):
    found = refusal(path)
    assert found.startswith(reason) and bool(found) == bool(reason)


def test_none_of_the_kernels_own_can_be_replaced():
    assert all(map(refusal, NAMES))


def test_sections_of_a_config_that_are_supplied():
    config = {"mine": {"a": 1}, "training": {"crew": {"n": 2}}, "other": {"b": 1}}
    assert sorted(present(config)) == ["mine", "training.crew"]
    assert supplied(config).keys() == {"mine", "training.crew"}
    # A header without keys asks for the section if all of its keys have defaults.
    assert present({"mine": {}, "training": {"crew": None}}) == ["mine"]


def test_a_schema_and_what_is_none():
    assert issubclass(schema_of("mine"), Section)
    with pytest.raises(RegistryError, match=r"no package supplies the section \[yours\]"):
        schema_of("yours")
    registry.sections("thing", func=len)
    with pytest.raises(PluginError, match="'thing' of .* is not a schema of a section"):
        schema_of("thing")


def schema_with(**attributes):
    """A schema of the one key `a` with other attributes."""
    return type(
        "Other", (Section,), {"__annotations__": {"a": int}, "a": 1, "__module__": __name__, **attributes}
    )


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        ({"__annotations__": {"a": "Nowhere"}}, "an annotation names 'Nowhere', which is not defined"),
        ({"a": Field(default_factory=lambda: 1 / 0)}, "ZeroDivisionError"),
        ({"defaults": "[thing\nx = 1\n"}, "defaults of [thing]:1"),
        ({"defaults": "[mine]\nx = 1\n"}, "its defaults belong to other sections: mine"),
        ({"corpora": ("b",)}, "corpora names 'b', which is no key of it"),
        ({"corpora": ("a",)}, "corpora names 'a', which takes no text"),
        ({"kinds": {"b": "schedules"}}, "kinds names 'b', which is no key of it"),
        ({"kinds": {"a": "nokind"}}, "kinds says that 'nokind' makes 'a', but there is no such registry"),
    ],
)
def test_a_broken_schema_is_the_fault_of_its_package(attributes, fault):
    registry.sections("thing", func=schema_with(**attributes))
    with pytest.raises(PluginError) as caught:
        schema_of("thing")
    assert "sections: the schema of [thing], which" in str(caught.value) and fault in str(caught.value)
    problems = []
    assert supplied({"thing": {"a": 1}}, problems) == {} and [one.path for one in problems] == ["thing"]


def test_a_section_that_is_null_is_not_used():
    config = {"training": {"max_steps": 1, "crew": None}}
    assert own_part(config, "training", supplied(config), chosen_by(config)) == {"max_steps": 1}


def test_what_can_not_be_used_is_collected_or_raised():
    registry.sections("thing", func=len)
    config, problems = {"mine": {"a": 1}, "thing": {"b": 1}}, []
    assert supplied(config, problems).keys() == {"mine"}
    assert [problem.path for problem in problems] == ["thing"]
    with pytest.raises(ConfigError):
        supplied(config)


TREES = st.recursive(
    st.just(0), lambda inner: st.dictionaries(st.sampled_from("ab"), inner, min_size=1), max_leaves=6
)


@given(TREES, st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(".".join), max_size=3))
def test_what_is_left_of_a_section_without_those_inside_it(tree, inside):
    others = {f"s.{path}" for path in inside}
    left = own_part({"s": tree}, "s", others, registry)

    def leaves(value, path):
        if not isinstance(value, dict):
            return {path}
        return set().union(*(leaves(item, f"{path}.{key}") for key, item in value.items()), set())

    expected = {
        leaf
        for leaf in leaves(tree, "s")
        if not any(leaf == other or leaf.startswith(f"{other}.") for other in others)
    }
    assert leaves(left, "s") - {"s"} == expected - {"s"}
    assert all(at(tree, leaf[2:]) == at(left, leaf[2:]) for leaf in expected - {"s"})


def test_reading_and_setting_by_path():
    config = {"a": {"b": {"c": 1}}}
    assert at(config, "a.b.c") == 1 and at(config, "a.x.c") is at(config, "a.b.c.d") is None
    put(config, "a.b.c", 2)
    put(config, "d", 3)
    assert config == {"a": {"b": {"c": 2}}, "d": 3}


def test_the_package_of_a_known_section_is_named():
    assert supplier_hint("nobody_knows_this", registry) == ""
