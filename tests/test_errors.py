import pickle

import pytest

from kernel.errors import (
    Cause,
    ConfigError,
    DataError,
    KernelError,
    KernelWarning,
    MissingName,
    MissingPath,
    OutOfRange,
    Problem,
    RegistryError,
    UnknownKey,
    UnknownLabel,
    Unsupported,
    UsageError,
    WrongType,
    keep,
    warn,
)


def test_hint_is_on_a_line_of_its_own():
    assert str(KernelError("no disk", hint="Buy one.")) == "no disk\nBuy one."


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


def test_config_error_counts_its_problems():
    error = ConfigError([Problem("one"), Problem("two")])
    assert str(error).splitlines() == ["2 problems in the config", "one", "two"]
    assert [problem.message for problem in error.problems] == ["one", "two"]


def test_config_error_takes_a_message():
    error = ConfigError("no config")
    assert str(error) == "no config"
    assert error.problems == [Problem("no config")]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (
            {"path": "train.iob", "line": 12, "document": 3, "offset": 17},
            "train.iob:12: document 3, offset 17: bad",
        ),
        ({"path": "train.iob"}, "train.iob: bad"),
        ({"document": 0}, "document 0: bad"),
        ({}, "bad"),
    ],
)
def test_data_error_starts_with_its_place(place, text):
    assert str(DataError("bad", **place)) == text


def test_warn_issues_a_kernel_warning():
    with pytest.warns(KernelWarning, match="careful"):
        warn("careful")


def test_what_a_terminal_would_obey_is_escaped():
    text = "width\x1b[2J = \u202e5\x00\t!"
    problem = Problem("bad \x07 value", file="a.cfg", line=1, column=14, text=text, width=2, value='"\x9b"')
    assert str(problem) == (
        "a.cfg:1:14: bad \\x07 value\n"
        "    width\\x1b[2J = \\u202e5\\x00\t!\n"
        "                         ^^^^^\n"
        '    found: "\\x9b"'
    )


@pytest.mark.parametrize(
    ("ours", "builtin"),
    [
        (UsageError, ValueError),
        (DataError, ValueError),
        (ConfigError, ValueError),
        (RegistryError, ValueError),
        (MissingName, KeyError),
        (MissingPath, FileNotFoundError),
        (UnknownKey, KeyError),
        (UnknownLabel, ValueError),
        (OutOfRange, IndexError),
        (WrongType, TypeError),
        (Unsupported, NotImplementedError),
    ],
)
def test_errors_can_be_caught_as_what_python_calls_them(ours, builtin):
    error = ours("the name 'x' is taken", hint="Take another.")
    with pytest.raises(builtin) as raised:
        raise error
    # KeyError and OSError have a text of their own, which nobody can read.
    assert str(raised.value) == "the name 'x' is taken\nTake another."
    assert isinstance(raised.value, KernelError)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (ours, str(error))


class Refused(Exception):
    """An error of somebody's own, which wants two arguments."""

    def __init__(self, code, reason):
        super().__init__(f"{code}: {reason}")
        self.code = code


def test_a_kept_error_is_both_and_says_what_ours_says():
    error = keep(KernelError("component 'x' failed", hint="Mend it."), Refused(7, "no"))
    with pytest.raises(Refused, match="component 'x' failed") as raised:
        raise error
    assert raised.value.code == 7
    assert raised.value.hint == "Mend it."
    assert raised.value.exit_code == 1
    assert isinstance(error, KernelError)
    assert type(error).__name__ == "KernelError"


def test_a_kept_error_goes_through_a_pickle():
    error = keep(KernelError("failed", hint="Mend it."), Refused(7, "no"))
    error.add_note("In the worker process")
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, Refused)
    assert (str(copy), copy.__notes__) == ("failed\nMend it.", ["In the worker process"])


def test_a_kept_error_of_the_system_has_its_number_and_file():
    error = keep(DataError("can't be read", path="a"), FileNotFoundError(2, "No such file", "a/model"))
    assert isinstance(error, FileNotFoundError)
    assert (error.errno, error.strerror, error.filename) == (2, "No such file", "a/model")
    assert str(error) == "a: can't be read"


def test_a_kept_error_of_ours_keeps_its_place_and_gives_ours_its_class():
    cause = DataError("bad offset", path="a.jsonl", line=3)
    wrapped = KernelError("component 'ner' failed: a.jsonl:3: bad offset")
    error = keep(wrapped, cause)
    assert isinstance(error, DataError)
    assert (str(error), error.line) == (wrapped.message, 3)
    # At another place it still says who failed.
    assert str(error.at("b.jsonl")) == f"b.jsonl: {wrapped.message}"


class Awkward(Exception):
    """A class of which no other object can be made."""

    def __new__(cls, secret):
        return super().__new__(cls)


@pytest.mark.parametrize("cause", [Exception("any"), Awkward("x"), KeyboardInterrupt(), StopIteration(1)])
def test_what_cannot_be_combined_is_the_error_that_was_given(cause):
    error = KernelError("failed")
    kept = keep(error, cause)
    assert kept is error
