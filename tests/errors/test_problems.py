"""What is wrong in a config, as people read it."""

from kernel.errors import Cause, ConfigError, Problem


def test_problem_shows_place_value_expectation_and_suggestion():
    problem = Problem(
        "not int",
        file="a.cfg",
        line=3,
        column=7,
        path="training.patience",
        value='"x"',
        expected="int for 'patience' of [training]",
        suggestion="Write 3, without quotes.",
        origin="override --training.patience x",
    )
    assert str(problem).splitlines() == [
        "a.cfg:3:7: training.patience: not int",
        '    found: "x"',
        "    expected: int for 'patience' of [training]",
        "    set by: override --training.patience x",
        "    hint: Write 3, without quotes.",
    ]


def test_problem_without_details_is_its_message():
    assert str(Problem("broken")) == "broken"


def test_a_long_report_is_cut():
    error = ConfigError([Problem(f"wrong {number}") for number in range(300)])
    lines = str(error).splitlines()
    assert lines[0] == "300 problems in the config" and lines[20] == "wrong 19"
    assert lines[21] == "and 280 more: kernel debug config --format json lists all" and len(lines) == 22
    assert len(error.problems) == 300


def test_problems_of_one_cause_are_told_once():
    cause = Cause("all {count} are of another kind", "Rename them.")
    wrong = [Problem(f"no {n}", file="a.cfg", line=n, column=1, path="x", cause=cause) for n in (2, 5, 7)]
    error = ConfigError([wrong[0], Problem("another"), *wrong[1:]])
    assert str(error).splitlines() == [
        "2 problems in the config",
        "a.cfg:2:1: all 3 are of another kind",
        "    hint: Rename them.",
        "another",
    ]
    assert len(error.problems) == 4
    assert str(ConfigError(wrong[:1])) == "a.cfg:2:1: x: no 2"


def test_what_a_terminal_would_obey_is_escaped():
    text = "width\x1b[2J = \u202e5\x00\t!"
    problem = Problem("bad \x07 value", file="a.cfg", line=1, column=14, text=text, width=2, value='"\x9b"')
    assert str(problem) == (
        "a.cfg:1:14: bad \\x07 value\n"
        "    width\\x1b[2J = \\u202e5\\x00\t!\n"
        "                         ^^^^^\n"
        '    found: "\\x9b"'
    )


def test_what_is_said_by_several_problems_is_told_once():
    error = ConfigError([Problem("no code", path="a.b"), Problem("no code", path="a.b"), Problem("other")])
    assert str(error) == "2 problems in the config\na.b: no code\nother"
    assert str(ConfigError([Problem("no code")] * 4)) == "no code"
