"""Where values come from, and what of the file is meant."""

import pytest

from kernel import Config
from kernel.config.sources import (
    DEFAULT,
    ENVIRONMENT,
    FILE,
    OVERRIDE,
    Line,
    Source,
    first_variables,
    followed,
    line_starts,
    merge_sources,
    nearest,
    origin,
    place_of,
    problem_at,
    written,
)

TEXT = """\
[a]
key  = 12
list = [1,
  {"x": 22}, 3]

[a.b]
ref = ${a.key}
"""


@pytest.fixture
def sources():
    return Config.from_str(TEXT, name="my.cfg").sources


def shown(place):
    """The part of a line that a place means, after its line number."""
    return None if place is None else (place.line, place.raw[place.column - 1 :][: place.width])


@pytest.mark.parametrize(
    ("path", "key", "found"),
    [
        ("a.key", False, (2, "12")),
        ("a.key", True, (2, "key")),
        ("a.list.1.x", False, (4, "22")),
        ("a.list.1.x", True, (4, '"x"')),
        ("a.list.2", False, (4, "3")),
        ("a.list.9", False, (3, "[1,")),
        ("a.b", False, (6, "[a.b]")),
        ("a.b", True, (6, "[a.b]")),
        ("a.b.missing", False, (6, "[a.b]")),
        ("nowhere", False, None),
    ],
)
def test_what_is_meant_by_a_path(path, key, found, sources):
    place = place_of(sources, path, key=key)
    assert shown(place) == found
    assert place is None or str(place) == f"my.cfg:{place.line}:{place.column}"


def test_the_nearest_source_and_what_is_left_of_the_path(sources):
    assert nearest(sources, "a.list.1.x") == (sources["a.list"], ["1", "x"])
    assert nearest(sources, "a.b") == (sources["a.b"], [])
    assert nearest(sources, "z.y") == (None, ["z", "y"])
    assert written(sources, "a.b.c.d") == sources["a.b"] and written(sources, "z") is None


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(FILE, "my.cfg"), None),
        (Source(DEFAULT, "acme.F.v1"), "default of acme.F.v1"),
        (Source(OVERRIDE, "--a.key 3"), "override --a.key 3"),
        (Source(ENVIRONMENT, "--a.key 3"), "environment variable KERNEL_CONFIG_OVERRIDES (--a.key 3)"),
    ],
)
def test_how_a_value_was_set(source, said):
    assert source.describe() == said
    assert source.is_override == (source.kind in (OVERRIDE, ENVIRONMENT))
    assert (source.line, source.column, source.place(), source.key_place()) == (None,) * 4


def test_a_variable_leads_to_what_it_stands_for(sources):
    assert origin(sources, sources["a.b.ref"]) == "${a.key}, set at my.cfg:2:8"
    assert origin(sources, sources["a.key"]) is None and origin(sources, None) is None
    sources["a.key"] = Source(OVERRIDE, "--a.key 3")
    assert origin(sources, sources["a.b.ref"]) == "${a.key}, override --a.key 3"


def test_a_default_stands_where_its_block_is_and_an_override_nowhere(sources):
    sources["a.b.more"] = Source(DEFAULT, "acme.F.v1")
    sources["a.b.given"] = Source(OVERRIDE, "--a.b.given 1")
    assert shown(place_of(sources, "a.b.more")) == (6, "[a.b]")
    assert place_of(sources, "a.b.given") is None


def test_a_problem_has_place_and_origin(sources):
    found = problem_at(sources, "a.b.ref", "not int", value='"x"', expected="int")
    assert (found.file, found.line, found.column, found.width) == ("my.cfg", 7, 7, 8)
    assert (found.path, found.message, found.value, found.expected) == ("a.b.ref", "not int", '"x"', "int")
    assert found.text == "ref = ${a.key}" and found.origin.startswith("${a.key}, set at")
    assert problem_at({}, "", "empty").path is None


def test_merging_keeps_comments_and_lets_updates_win():
    base = {
        "a": Source(FILE, "base", comments=("# a",)),
        "b": Source(FILE, "base", comments=("# b",)),
        "c": Source(FILE, "base"),
    }
    updates = {
        "a": Source(FILE, "new"),
        "b": Source(FILE, "new", comments=("# new",)),
        "c": Source(OVERRIDE, "--c 1", is_new=True),
        "d": Source(OVERRIDE, "--d 1", is_new=True),
    }
    merged = merge_sources(base, updates, base.__contains__, updates.__contains__)
    assert {path: one.name for path, one in merged.items()} == {
        "a": "new",
        "b": "new",
        "c": "--c 1",
        "d": "--d 1",
    }
    assert (merged["a"].comments, merged["b"].comments) == (("# a",), ("# new",))
    assert not merged["c"].is_new and merged["d"].is_new


def test_a_mapping_that_is_one_value_replaces_the_sources_inside():
    base = {"a": Source(FILE, "base"), "a.x": Source(FILE, "base", comments=("# x",))}
    override = {"a": Source(OVERRIDE, "--a {}")}
    found = merge_sources(base, override, base.__contains__, {"a", "a.x"}.__contains__)["a.x"]
    assert (found.kind, found.comments) == (OVERRIDE, ("# x",))
    value = {"a": Source(FILE, "new", (Line(1, 5, "a = {}"),), 1, "{}")}
    assert list(merge_sources(base, value, base.__contains__, {"a", "a.x"}.__contains__)) == ["a"]


def test_lines_and_variables_of_a_text():
    assert line_starts("ab\n\nc") == [0, 3, 4] and line_starts("") == [0]
    assert first_variables("${a.b} ${c} ${a.b}") == {"${a.b}": 0, "${c}": 7}


LAYERS = {
    "default": "[a]\nx = ${b.y}\ny = ${c.z}\nz = ${d.none}\n\n[b]\ny = ${c.z}\n",
    "own": "[c]\nz = 5\n",
}


@pytest.mark.parametrize(("path", "where"), [("a.x", "c.z"), ("a.y", "c.z"), ("a.z", "a.z"), ("c.z", "c.z")])
def test_a_default_that_is_a_variable_leads_to_what_the_user_set(path, where):
    config = Config.from_str(LAYERS["default"], name="defaults.cfg", kind=DEFAULT)
    merged = config.merge(Config.from_str(LAYERS["own"], name="my.cfg"))
    assert followed(merged.sources, path) == where
    found = problem_at(merged.sources, path, "wrong")
    assert (found.file, found.line) == (("my.cfg", 2) if where == "c.z" else ("defaults.cfg", 4))


def test_defaults_that_lead_to_each_other_lead_nowhere():
    config = Config.from_str("[a]\nx = ${a.y}\ny = ${a.x}\n", name="defaults.cfg", kind=DEFAULT)
    assert followed(config.sources, "a.x") == "a.x"
