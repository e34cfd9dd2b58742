import subprocess
import sys

import pytest

from kernel.config import Config
from kernel.errors import ConfigError, KernelWarning


def problems(text, **settings):
    with pytest.raises(ConfigError) as info:
        Config.from_str(text, name="a.cfg", **settings)
    return info.value.problems


def test_sections_nest_by_dots_and_values_are_json():
    config = Config.from_str(
        '[a]\nx = 1\ny: 2.5\nz = "s"\nw = bare text\nn = null\nt = true\n[a.b]\nl = [1, {"k": "v"}]\nd = {"k": 1}\ne =\n'
    )
    assert config == {
        "a": {
            "x": 1,
            "y": 2.5,
            "z": "s",
            "w": "bare text",
            "n": None,
            "t": True,
            "b": {"l": [1, {"k": "v"}], "d": {"k": 1}, "e": ""},
        }
    }
    assert not config.is_interpolated


def test_a_section_implies_its_parents():
    assert Config.from_str("[a.b]\nx = 1\n[a]\ny = 2\n") == {"a": {"b": {"x": 1}, "y": 2}}


def test_values_go_on_over_indented_lines():
    config = Config.from_str("[a]\nx = [\n  1,\n\n  # a comment\n  2\n  ]\ny = one\n  two\n")
    assert config == {"a": {"x": [1, 2], "y": "one\ntwo"}}


def test_positions_are_those_of_the_values():
    config = Config.from_str("\n[a]\nx = 1\n[a.b]\n  y   =   2\n", name="a.cfg")
    assert config.where("a") == ("a.cfg", 2, 1)
    assert config.where("a.x") == ("a.cfg", 3, 5)
    assert config.where("a.b.y") == ("a.cfg", 5, 11)
    assert config.where("a.x.inside") == ("a.cfg", 3, 5)
    assert config.where("nothing") is None


def test_byte_order_mark_and_windows_lines_are_fine(tmp_path):
    file = tmp_path / "a.cfg"
    file.write_bytes(b'\xef\xbb\xbf[a]\r\nx = "\xc3\xa9"\r\n')
    assert Config.from_disk(file) == {"a": {"x": "é"}}


def test_every_problem_is_reported_at_once_with_its_place():
    found = problems('[a]\nx = [1,2\nx = 3\ny = "s" # note\njunk\n[b\n[a]\n[a.y]\n')
    places = [(problem.line, problem.column) for problem in found]
    assert places == [
        (2, 5),
        (3, 1),
        (4, 1),
        (4, 9),
        (5, 1),
        (6, 1),
        (7, 1),
    ]
    text = str(ConfigError(found))
    for part in (
        "a.cfg:2:5: a.x: [ is never closed",
        "a.cfg:3:1: a.x: already set on line 2",
        "a.cfg:4:1: a.y: a value, but [a.y] on line 8 makes it a section",
        "a.cfg:5:1: expected [section] or key = value",
        "a.cfg:6:1: a section's header is [name]",
        "a.cfg:7:1: a: section [a] is already defined on line 1",
    ):
        assert part in text


def test_broken_json_on_a_later_line_has_its_position():
    (problem,) = problems("[a]\nx = [\n    1,\n    oops\n  ]\n")
    assert (problem.line, problem.column) == (4, 5)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[1, True]", "true, false and null"),
        ("['a']", "double quotes"),
        ("[1, 2,]", "no comma after the last"),
        ('"a" ; note', "a line of its own"),
    ],
)
def test_broken_json_gets_a_hint(text, hint):
    (problem,) = problems(f"[a]\nx = {text}\n")
    assert hint in problem.suggestion


def test_value_before_the_first_section():
    (problem,) = problems("x = 1\n")
    assert (problem.line, problem.message) == (1, "a value before the first section")


@pytest.mark.parametrize("name", ["DEFAULT", " a", "a..b", ".a"])
def test_impossible_section_names(name):
    (problem,) = problems(f"[{name}]\n")
    assert "can't be the name of a section" in problem.message


@pytest.mark.parametrize(("text", "value", "json"), [("True", True, "true"), ("None", None, "null")])
def test_python_literals_are_read_with_a_warning(text, value, json):
    with pytest.warns(KernelWarning, match=rf"a\.cfg:2:5: a\.x: .* a config writes {json}"):
        assert Config.from_str(f"[a]\nx = {text}\n", name="a.cfg") == {"a": {"x": value}}


def test_single_quotes_are_warned_of():
    with pytest.warns(KernelWarning, match="single quotes"):
        assert Config.from_str("[a]\nx = 'b'\n") == {"a": {"x": "'b'"}}


def test_missing_file_and_wrong_encoding(tmp_path):
    from kernel.errors import UsageError

    with pytest.raises(UsageError, match="nowhere.cfg: the config can't be read"):
        Config.from_disk(tmp_path / "nowhere.cfg")
    (tmp_path / "latin.cfg").write_bytes(b"[a]\nx = \xe9\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        Config.from_disk(tmp_path / "latin.cfg")


def test_reading_imports_neither_numpy_nor_thinc():
    code = (
        "import sys\n"
        "import kernel.config\n"
        "kernel.config.default_config().interpolate()\n"
        "assert not {'numpy', 'thinc'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('[a]\nx = "y"\n  z = 1\n', 3, "'z' is indented, so it would be part of the value of a.x on line 2"),
        ("[a]\nx = ${b.c}\n\n  @z = w\n[b]\nc = 1\n", 4, "'@z' is indented"),
        ("[a]\nx = word\n  z = [1,\n   2]\n", 3, "'z' is indented"),
        ("[a]\nx = [1,\n  2]\n [b.c]\ny = 1\n", 4, "the section [b.c] is indented"),
    ],
)
def test_an_indented_key_after_a_whole_value(text: str, line: int, message: str) -> None:
    with pytest.raises(ConfigError) as info:
        Config.from_str(text)
    (problem,) = info.value.problems
    assert problem.line == line and problem.message.startswith(message)
    assert "first column" in problem.suggestion


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[a]\nx = some words\n  z = 1\n", "some words\nz = 1"),
        ("[a]\nx =\n  z = 1\n", "\nz = 1"),
        ("[a]\nx = word\n  z == 1\n", "word\nz == 1"),
        ('[a]\nx = {"y":\n  [1]\n  }\n', {"y": [1]}),
    ],
)
def test_values_of_several_lines_stay(text: str, value: object) -> None:
    assert Config.from_str(text)["a"]["x"] == value
