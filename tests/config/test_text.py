"""The text of a config: its sections, options, comments and where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.config.text import read

TEXT = """\
# about a
[a]
x = 1
# about y

y : [1,
  # inside
    2]

[a.b]
  z =
# the end
"""


def test_sections_options_and_comments():
    document = read(TEXT, "my.cfg")
    assert document.problems == [] and list(document.sections) == ["a", "a.b"]
    a = document.sections["a"]
    assert (a.comments, a.line.number, list(a.options)) == (["# about a"], 2, ["x", "y"])
    x, y = a.options.values()
    assert (x.text, x.key_column, x.comments) == ("1", 1, [])
    assert (y.text, [line.number for line in y.lines]) == ("[1,\n2]", [6, 8, 9])
    assert y.comments == ["# about y", "# inside"]
    assert [(line.number, line.column) for line in y.lines[:2]] == [(6, 5), (8, 5)]
    z = document.sections["a.b"].options["z"]
    assert (z.text, z.key_column) == ("", 3)
    assert document.last_comments == ["# the end"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "a.b", "c"]),
            st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["1", "a b", "[1,\n  2]"])),
        ),
        unique_by=lambda pair: pair[0],
    ),
    st.sampled_from(["\n", "\n\n", "\n# c\n"]),
)
def test_what_is_written_is_read(sections, between):
    text = between.join(
        line
        for name, options in sections
        for line in (f"[{name}]", *(f"{key} = {value}" for key, value in options.items()))
    )
    document = read(text, "my.cfg")
    assert document.problems == []
    found = [
        (name, {key: option.text for key, option in section.options.items()})
        for name, section in document.sections.items()
    ]
    expected = [
        (name, {key: value.replace("\n  ", "\n") for key, value in options.items()})
        for name, options in sections
    ]
    assert found == expected
    lines = text.split("\n")
    for section in document.sections.values():
        for key, option in section.options.items():
            assert lines[option.lines[0].number - 1].startswith(f"{key} = {option.texts[0]}")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[a", 1, "a section's header is [name], alone on its line"),
        ("[a]\n[a]", 2, "section [a] is already defined on line 1"),
        ("[a]\nx = 1\nx = 2", 3, "already set on line 2"),
        ("[a]\nword", 2, "expected [section] or key = value"),
        ("[a]\n= 1", 2, "expected [section] or key = value"),
        ("x = 1\n[a]", 1, "a value before the first section"),
        ("[a. b]", 1, "[a. b] can't be the name of a section"),
        ("[DEFAULT]", 1, "[DEFAULT] can't be the name of a section"),
        ("[a]\nx = 1\n  y = 2", 3, "'y' is indented, so it would be part of the value of a.x on line 2"),
    ],
)
def test_lines_that_cannot_be_read(text, line, message):
    (problem,) = read(text, "my.cfg").problems
    assert (problem.file, problem.line, problem.message) == ("my.cfg", line, message)


@given(st.text(st.sampled_from('ab[]=:# ;\n"{},.'), max_size=40))
def test_nothing_is_raised_and_places_are_in_the_text(text):
    lines = text.split("\n")
    document = read(text, "my.cfg")
    for problem in document.problems:
        assert 1 <= problem.column <= len(lines[problem.line - 1]) and problem.text == lines[problem.line - 1]
