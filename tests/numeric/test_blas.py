"""One BLAS thread inside our own calls, and the number from before outside of them."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy
import pytest

from kernel.language import Language
from kernel.numeric import blas

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


class Library:
    """A BLAS library with a number of threads for the whole process."""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def get_num_threads(self) -> int:
        return self.threads

    def set_num_threads(self, threads: int) -> None:
        self.threads = threads


def test_the_number_comes_back_when_the_last_asker_is_done() -> None:
    libraries = [Library(4), Library(1)]
    limit = blas.Limit(lambda: libraries)
    limit.ask()
    limit.ask()
    limit.release()
    assert [library.threads for library in libraries] == [1, 1]
    limit.release()
    assert [library.threads for library in libraries] == [4, 1]


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


def test_torch_has_one_thread_too(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = ModuleType("torch")
    numbers = [4]
    torch.get_num_threads = lambda: numbers[-1]  # type: ignore[attr-defined]
    torch.set_num_threads = numbers.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    with blas.one_thread():
        assert numbers == [4, 1]
        with blas.one_thread():
            pass
    assert numbers == [4, 1, 4]
