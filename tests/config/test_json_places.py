"""Where items stand in a JSON text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.config.json_places import locate

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(st.sampled_from('ab"[]{},: \\'), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from('ab":,'), max_size=3), inner)
    ),
    max_leaves=8,
)


def paths(value, path=()):
    """Every path into a value, with what it leads to."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield [*path, str(key)], item
        yield from paths(item, (*path, str(key)))


@given(VALUES, st.sampled_from([None, 1]))
def test_every_item_is_found(value, indent):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    for path, item in paths(value):
        start, end = locate(text, path)
        assert json.loads(text[start:end]) == item
        start, end = locate(text, path, key=True)
        assert json.loads(text[start:end]) in (path[-1], item)


@pytest.mark.parametrize(
    ("text", "path", "key", "part"),
    [
        ('{"a": [1, 22]}', ["a", "1"], False, "22"),
        ('{"a": [1, 22]}', ["a", "1"], True, "22"),
        ('{"a": 1}', ["a"], True, '"a"'),
        ('{"a": {"b": 1}}', ["a", "x", "y"], False, '{"b": 1}'),
        ('{"a": 1, "a": 2}', ["a"], False, "1"),
        ("[${a.b}, 1]", ["0"], False, "${a.b}"),
        ("[${a.b}, 1]", ["1"], False, "1"),
        ('{"a": ${x.y}/z}', ["a"], False, "${x.y}/z"),
        ("[1, 2", ["1"], False, "2"),
        ("[1, [2", ["1"], False, None),
        ('["a, 1]', ["0"], False, None),
        ("word", ["0"], False, None),
        ("", ["0"], False, None),
        ("[]", ["0"], False, None),
        ("{1}", ["1"], False, None),
        ("[1]", [], False, None),
    ],
)
def test_text_with_variables_and_broken_text(text, path, key, part):
    found = locate(text, path, key=key)
    assert (None if found is None else text[slice(*found)]) == part
