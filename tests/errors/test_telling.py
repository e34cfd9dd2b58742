"""What is told later, or by somebody else."""

import warnings
from threading import Thread

import pytest

from kernel.errors import KernelWarning, held, note, tell, warn


def test_what_is_held_back_is_told_later(caplog):
    caplog.set_level("INFO", "kernel")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with held() as said:
            warn("first\x1b")
            with held() as inner:
                note("inner")
            note("second")
    assert said == [["warning", "first\x1b"], ["note", "second"]] and inner == [["note", "inner"]]
    assert not caplog.records
    with pytest.warns(KernelWarning, match="first"):
        tell(said)
    assert [record.getMessage() for record in caplog.records] == ["second"]


def test_other_threads_and_what_comes_after_are_not_held_back(caplog):
    caplog.set_level("INFO", "kernel")
    with pytest.raises(ZeroDivisionError), held() as said:
        other = Thread(target=note, args=("other",))
        other.start()
        other.join()
        note("own")
        raise ZeroDivisionError
    note("after")
    assert [record.getMessage() for record in caplog.records] == ["other", "own", "after"]
    assert said == [["note", "own"]]
