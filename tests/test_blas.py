"""One BLAS thread inside our own calls, and the number from before outside of them."""

from __future__ import annotations

from threading import Barrier, Thread

import numpy
import pytest

from kernel import blas
from kernel.language import Language

LIBRARIES = [facts for facts in blas.facts() if facts["threads"]]
several = pytest.mark.skipif(not LIBRARIES, reason="numpy's BLAS can't be asked for its threads")


def threads() -> set[int]:
    return {facts["threads"] for facts in blas.facts()}


@several
def test_one_thread_inside_and_the_old_number_after() -> None:
    before = threads()
    with blas.one_thread():
        with blas.one_thread():
            numpy.ones((4, 4)) @ numpy.ones((4, 4))
        assert threads() == {1}
    assert threads() == before


@several
def test_askers_of_several_threads_do_not_undo_each_other() -> None:
    entered, seen = Barrier(2), []

    def first() -> None:
        with blas.one_thread():
            entered.wait()
        entered.wait()

    def second() -> None:
        with blas.one_thread():
            entered.wait()
            entered.wait()
            seen.append(threads())

    running = [Thread(target=first), Thread(target=second)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert seen == [{1}]


@several
def test_components_run_with_one_thread() -> None:
    seen = []

    def look(doc):  # type: ignore[no-untyped-def]
        seen.append(threads())
        return doc

    Language.component("test_blas_look", func=look)
    nlp = Language()
    nlp.add_pipe("test_blas_look")
    nlp("a")
    list(nlp.pipe(["a", "b"]))
    assert all(found == {1} for found in seen) and len(seen) == 3
