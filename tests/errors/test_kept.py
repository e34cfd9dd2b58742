"""Errors that report others, and can be caught as those."""

import pickle
from traceback import format_exception_only

import pytest

from kernel.errors import DataError, KernelError, PluginLoadError, keep


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


def raised(function):
    with pytest.raises(Exception) as found:
        function()
    return found.value


class Slotted(Exception):
    __slots__ = ("code",)

    def __init__(self, code):
        super().__init__("slotted")
        self.code = code


@pytest.mark.parametrize(
    ("cause", "values"),
    [
        (raised(lambda: __import__("no_such_module")), {"name": "no_such_module"}),
        (raised(lambda: "".nothing), {"name": "nothing", "obj": ""}),
        (
            raised(lambda: b"ab\xff".decode()),
            {"start": 2, "end": 3, "object": b"ab\xff", "encoding": "utf-8"},
        ),
        (raised(lambda: compile("a b", "user.py", "exec")), {"filename": "user.py", "lineno": 1}),
        (OSError(18, "Other device", "a", None, "b"), {"errno": 18, "filename": "a", "filename2": "b"}),
        (Slotted(3), {"code": 3}),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_an_error_keeps_outside_of_its_dict_comes_along(cause, values):
    error = keep(KernelError("component 'x' failed"), cause)
    assert isinstance(error, type(cause))
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert {name: getattr(one, name) for name in values} == values
        assert str(one) == "component 'x' failed"


def test_what_both_have_is_that_of_ours():
    cause = raised(lambda: __import__("no_such_module"))
    error = keep(PluginLoadError("can't be imported", name="acme.X.v1", distribution="acme"), cause)
    assert isinstance(error, ImportError)
    assert (error.name, error.distribution, error.path) == ("acme.X.v1", "acme", None)


def test_the_traceback_of_a_kept_syntax_error_ends_with_the_text_of_ours():
    cause = raised(lambda: compile("a b", "user.py", "exec"))
    error = keep(KernelError("component 'x' failed", hint="Mend it."), cause)
    assert "".join(format_exception_only(error)).endswith("KernelError: component 'x' failed\nMend it.\n")


def test_texts_and_numbers_go_through_a_pickle():
    copy = pickle.loads(pickle.dumps(keep(KernelError("failed"), Refused(7, "no"))))
    assert isinstance(copy, Refused)
    assert copy.code == 7


class Wordy(Exception):
    """A class that computes the name under which ours has its text."""

    @property
    def message(self):
        return "theirs"


class WordyOfOurs(KernelError):
    def __str__(self):
        return "theirs"


def test_a_class_of_others_does_not_change_what_is_said():
    error = KernelError("failed")
    assert keep(error, Wordy()) is error
    kept = keep(error, WordyOfOurs("no"))
    assert isinstance(kept, WordyOfOurs)
    assert str(kept) == "failed"
