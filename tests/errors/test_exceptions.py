import pickle

import pytest

from kernel.errors import (
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
    warn,
)


def test_hint_is_on_a_line_of_its_own():
    assert str(KernelError("no disk", hint="Buy one.")) == "no disk\nBuy one."


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
