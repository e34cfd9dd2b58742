"""Putting off the search for objects that nothing leads to."""

import gc
from threading import Barrier, Thread

from kernel.processes.collection import PutOff


def test_it_is_off_inside_and_as_before_after() -> None:
    assert gc.isenabled()
    with PutOff():
        assert not gc.isenabled()
        with PutOff():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with PutOff():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_it_is_on_again_after_an_error() -> None:
    try:
        with PutOff():
            raise ValueError
    except ValueError:
        assert gc.isenabled()


def test_it_is_on_after_threads_that_overlap() -> None:
    inside = Barrier(4)

    def work() -> None:
        with PutOff():
            inside.wait(10)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.isenabled()
