"""Values as text, both ways."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.config.values import (
    DEEPEST,
    TooDeep,
    ValueProblem,
    copied,
    dump_value,
    has_variable,
    is_plain,
    load_json,
    measure,
    parse_value,
    show_text,
    show_value,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_what_is_written_is_read(value):
    text = dump_value(value)
    if not has_variable(text):
        assert parse_value(text) == value
        assert load_json(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("word", "word"),
        ("two words", "two words"),
        ("1e3", 1000.0),
        ("True", True),
        ("None", None),
        ("nul", "nul"),
        ("${a.b}", "${a.b}"),
        ('"${a.b}"', '"${a.b}"'),
        ('["${a.b}"]', ["${a.b}"]),
        ("[${a.b}, 1]", "[${a.b}, 1]"),
        ("", ""),
    ],
)
def test_text_that_is_no_json(text, value):
    found = parse_value(text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "offset", "message", "hint"),
    [
        ("[1, 2", 0, "[ is never closed", None),
        ('{"a": [1, {"b": 2}', 6, "[ is never closed", None),
        ('["a]', 1, '" is never closed', None),
        ("[1, 2, ]", 5, "not valid JSON: nothing follows the comma", "no comma after the last item"),
        ("['a']", 1, "not valid JSON", "double quotes"),
        ("[True]", 1, "not valid JSON", "true, false and null"),
        ("[1] # one", 4, "not valid JSON", "a line of its own"),
    ],
)
def test_broken_json_says_where_and_why(text, offset, message, hint):
    with pytest.raises(ValueProblem) as caught:
        parse_value(text)
    assert (caught.value.offset, hint is None) == (offset, caught.value.hint is None)
    assert str(caught.value).startswith(message) and (hint or "") in (caught.value.hint or "")


@pytest.mark.parametrize("depth", [DEEPEST + 1, 100_000])
@pytest.mark.parametrize("brackets", ["[]", '{"a":}'])
def test_values_that_are_too_deep(depth, brackets):
    opening, closing = brackets[:-1], brackets[-1]
    for read in (load_json, parse_value):
        with pytest.raises(TooDeep, match=f"more than {DEEPEST} levels"):
            read(opening * depth + "1" + closing * depth)
    allowed = opening * (DEEPEST - 1) + "1" + closing * (DEEPEST - 1)
    assert measure(load_json(allowed)) == (DEEPEST, DEEPEST)


def test_brackets_in_a_text_are_no_levels():
    assert load_json(json.dumps("[" * 1000)) == "[" * 1000


@given(JSON)
def test_size_and_depth(value):
    def slow(one):
        inside = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
        found = [slow(item) for item in inside]
        return 1 + sum(size for size, _ in found), 1 + max((depth for _, depth in found), default=0)

    assert measure(value) == slow(value)


@given(JSON)
def test_copies_are_equal_and_share_nothing_that_can_be_changed(value):
    def parts(one):
        if isinstance(one, (dict, list)):
            yield id(one)
            for item in one.values() if isinstance(one, dict) else one:
                yield from parts(item)

    assert copied(value) == copy.deepcopy(value)
    assert not set(parts(copied(value))) & set(parts(value))
    shared = {"a": {1, 2}, "b": (1, [2])}
    assert copied(shared) == shared and copied(shared)["a"] is not shared["a"]


@pytest.mark.parametrize(
    ("value", "plain"),
    [([1, ("a", None)], True), ({"a": {"b": [True]}}, True), ({1: 2}, False), ([{1}], False), (len, False)],
)
def test_what_can_be_written(value, plain):
    assert is_plain(value) is plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a", '"a"'),
        ("${a.b}", "${a.b}"),
        ([1, None], "[1, null]"),
        (len, "an object of type builtin_function_or_method"),
        ("x" * 100, '"' + "x" * 76 + "..."),
    ],
)
def test_values_in_messages(value, shown):
    assert show_value(value) == shown


def test_a_text_becomes_one_short_line():
    assert show_text("a\n  b\t c") == "a b c"
    assert show_text("abcdef", 5) == "ab..." and show_text("abcde", 5) == "abcde"
