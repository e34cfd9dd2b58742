"""`n_process`: documents come back whole, errors in their place, and what can't go to workers is refused."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.component import Component, SavedFile
from kernel.errors import KernelError, UsageError
from kernel.language import Language, processes, replica
from kernel.processes.crew import IN_FLIGHT
from kernel.processes.gate import GATE
from kernel.registries.family import registry
from kernel.tokens import Doc, Span, Token, underscore

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs fork and pidfd")


@pytest.fixture(autouse=True)
def own_registrations() -> Iterator[None]:
    with registry.restored(), underscore.restored():
        yield


def pipeline(function: Callable[[Doc], Doc], name: str = "part") -> Language:
    """A pipeline of a component that is defined in a function, and with state that no bytes hold."""
    Language.component(name, func=function)
    nlp = Language()
    nlp.add_pipe(name)
    return nlp


def children() -> set[int]:
    return {
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    }


@pytest.fixture
def forced_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A thread is inside, as one that trains is, and nobody waits for it: workers are new interpreters."""
    monkeypatch.setattr(processes, "PATIENCE", 0)
    entered, leave = threading.Event(), threading.Event()

    def train() -> None:
        with GATE:
            entered.set()
            leave.wait()

    thread = threading.Thread(target=train)
    thread.start()
    entered.wait()
    yield
    leave.set()
    thread.join()


def annotate(doc: Doc) -> Doc:
    doc.set_ents([Span(doc, 0, 1, label="FIRST", kb_id="Q1")])
    doc.spans["groups"] = [Span(doc, 0, 2, label="GROUP")]
    doc.spans["groups"].attrs["places"] = (1, (2, 3))
    doc.cats["good"] = 0.25
    doc.tensor = np.arange(6, dtype="float32").reshape(3, 2)
    doc.user_data["tuple"] = (1, ("a", 2.5), None)
    doc.user_data["set"] = {1, 2}
    doc.user_data["\ud800"] = "\udfff"
    doc.user_data[("key", 1)] = {2: Path("a")}
    doc.user_data["span"] = Span(doc, 1, 2, label="NEW")
    doc._.pairs = [(1, 2)]
    doc[1]._.mark = b"x"
    doc[0].tag_ = "TAG"
    doc[0].lemma_ = "lemma"
    return doc


def content(doc: Doc) -> dict[str, Any]:
    span = doc.user_data["span"]
    assert span.doc is doc
    rest = {key: value for key, value in doc.user_data.items() if key != "span"}
    return {
        "bytes": doc.to_bytes(exclude=("user_data", "tensor")),
        "tensor": doc.tensor.tolist(),
        "user_data": rest,
        "span": (span.start, span.end, span.label_),
        "groups": {
            key: ([(s.text, s.label_) for s in group], group.attrs) for key, group in doc.spans.items()
        },
        "ents": [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents],
        "own": (doc._.pairs, doc[1]._.mark, doc[0].tag_, doc[0].lemma_),
    }


def test_documents_come_back_whole() -> None:
    Doc.set_extension("pairs", default=None)
    Token.set_extension("mark", default=b"")
    nlp = pipeline(annotate)
    texts = [f"some words {number}" for number in range(5)]
    stream = [text if i % 2 else nlp.make_doc(text) for i, text in enumerate(texts)]
    here = [content(doc) for doc in nlp.pipe(texts)]
    there = list(nlp.pipe(stream, n_process=2, batch_size=2))
    assert [content(doc) for doc in there] == here
    assert all(doc.vocab is nlp.vocab for doc in there)


def test_documents_that_go_there_arrive_whole() -> None:
    def look(doc: Doc) -> Doc:
        doc.user_data["seen"] = (type(doc.user_data["pair"]), doc.user_data["span"].doc is doc)
        return doc

    nlp = pipeline(look)
    doc = nlp.make_doc("a b")
    doc.user_data.update(pair=(1, 2), span=doc[0:1])
    (found,) = nlp.pipe([doc], n_process=2)
    assert found.user_data["seen"] == (tuple, True)


def test_what_bytes_do_not_hold_is_there_in_the_workers() -> None:
    words: set[str] = set()

    def mark(doc: Doc) -> Doc:
        doc.user_data["known"] = [token.text for token in doc if token.text in words]
        return doc

    nlp = pipeline(mark)
    words.add("good")
    nlp.tokenizer = lambda text: Doc(nlp.vocab, text.split("-"))
    found = list(nlp.pipe(["a-good-day", "bad"], n_process=2, batch_size=1))
    assert [(len(doc), doc.user_data["known"]) for doc in found] == [(3, ["good"]), (1, [])]


def test_components_may_refer_to_themselves_and_the_pipeline() -> None:
    class Part:
        def __call__(self, doc: Doc) -> Doc:
            doc.user_data["by"] = self, nlp, nlp.vocab, self.__call__
            return doc

    Language.factory("part", func=lambda nlp, name: Part())
    nlp = Language()
    part = nlp.add_pipe("part")
    (doc,) = nlp.pipe(["a"], n_process=2)
    who, owner, vocab, method = doc.user_data["by"]
    assert who is part and owner is nlp and vocab is nlp.vocab and method.__self__ is part


def test_the_source_runs_here_and_is_read_lazily() -> None:
    nlp = pipeline(lambda doc: doc)
    drawn: list[int] = []

    def source() -> Iterator[str]:
        for number in range(200):
            drawn.append(os.getpid())
            yield str(number)

    for number, doc in enumerate(nlp.pipe(source(), n_process=2, batch_size=3)):
        assert doc.text == str(number)
        assert len(drawn) <= number + 3 * (2 * IN_FLIGHT + 1)
    assert set(drawn) == {os.getpid()} and len(drawn) == 200


@pytest.mark.parametrize("n_process", [1, 2])
def test_what_came_before_an_error_of_the_source_comes_first(n_process: int) -> None:
    nlp = pipeline(lambda doc: doc)

    def source() -> Iterator[str]:
        yield from map(str, range(7))
        raise OSError("the disk is gone")

    found = []
    with pytest.raises(OSError, match="the disk is gone"):
        for doc in nlp.pipe(source(), n_process=n_process, batch_size=3):
            found.append(doc.text)
    assert found == [str(number) for number in range(7)]


def test_what_is_wrong_in_the_stream_comes_in_its_place() -> None:
    nlp = pipeline(lambda doc: doc)
    found = []
    with pytest.raises(UsageError, match="text 4 is neither a string nor a Doc, but int"):
        for doc in nlp.pipe(["a", "b", "c", "d", 5], n_process=2, batch_size=1):
            found.append(doc.text)
    assert found == ["a", "b", "c", "d"]


@pytest.mark.parametrize("how", ["break", "close", "end"])
def test_no_worker_is_left(how: str) -> None:
    nlp = pipeline(lambda doc: doc)
    before = children()
    docs = nlp.pipe(map(str, range(10)), n_process=3, batch_size=1)
    next(docs)
    assert len(children() - before) == 3
    if how == "end":
        list(docs)
    elif how == "break":
        for _ in docs:
            break
        del docs
    else:
        docs.close()
    assert children() == before


def test_two_streams_at_once_end_by_themselves() -> None:
    nlp = pipeline(lambda doc: doc)
    before = children()
    first, second = (nlp.pipe(["a", "b"], n_process=2, batch_size=1) for _ in range(2))
    assert [(a.text, b.text) for a, b in zip(first, second, strict=True)] == [("a", "a"), ("b", "b")]
    first.close()
    second.close()
    assert children() == before


@pytest.mark.parametrize(
    ("end", "how"),
    [(lambda: os.kill(os.getpid(), signal.SIGKILL), "by SIGKILL"), (lambda: os._exit(3), "with exit code 3")],
)
def test_a_worker_that_ends_is_named_with_what_it_had(end: Callable[[], None], how: str) -> None:
    def fatal(doc: Doc) -> Doc:
        if doc.text == "die":
            end()
        return doc

    found = []
    with pytest.raises(KernelError, match=f"ended, {how}, while it had document.* 3, 'die'") as error:
        for doc in pipeline(fatal).pipe(["a", "b", "c", "die"], n_process=4, batch_size=1):
            found.append(doc.text)
    assert found == ["a", "b", "c"] and ("memory" in error.value.hint) == ("KILL" in how)


def test_an_error_names_the_document_and_shows_where_it_happened() -> None:
    def fail(doc: Doc) -> Doc:
        if doc.text == "bad":
            raise ValueError("no good")
        return doc

    nlp = pipeline(fail)
    with pytest.raises(
        KernelError, match="component 'part' failed on the document 'bad': ValueError: no good"
    ) as error:
        list(nlp.pipe(["a", "bad"], n_process=2))
    assert "in fail" in error.value.__notes__[0]
    failed: list[tuple[str, Any, str]] = []
    nlp.set_error_handler(lambda name, component, docs, e: failed.append((name, component, docs[0].text)))
    texts = [(text, text) for text in ("a", "bad", "b", "bad", "c")]
    found = list(nlp.pipe(texts, n_process=2, batch_size=2, as_tuples=True))
    assert [(doc.text, text) for doc, text in found] == [("a", "a"), ("b", "b"), ("c", "c")]
    assert failed == [("part", nlp.get_pipe("part"), "bad")] * 2


def test_an_error_of_the_tokenizer_and_sys_exit_are_errors() -> None:
    def fail(text: str) -> Doc:
        raise ValueError("no token")

    nlp = pipeline(lambda doc: doc)
    nlp.tokenizer = fail
    with pytest.raises(KernelError, match="the tokenizer failed on the text 'some': ValueError: no token"):
        list(nlp.pipe(["some"], n_process=2))

    def leave(doc: Doc) -> Doc:
        raise SystemExit(3)

    with pytest.raises(KernelError, match="starts with 'some' failed: SystemExit: 3"):
        list(pipeline(leave, "leave").pipe(["some"], n_process=2))


def test_user_data_that_can_not_travel_is_named() -> None:
    def keep(doc: Doc) -> Doc:
        doc.user_data["fine"] = 1
        if doc.text == "two":
            doc._.file = lambda: None
        return doc

    Doc.set_extension("file", default=None)
    nlp = pipeline(keep)
    with pytest.raises(KernelError, match="the document 'two' can't go .*: its extension attribute 'file': "):
        list(nlp.pipe(["one", "two"], n_process=2))
    doc = nlp.make_doc("here")
    doc.user_data["lock"] = threading.Lock()
    with pytest.raises(KernelError, match="the document 'here' can't go .*: its user data 'lock': "):
        list(nlp.pipe([doc], n_process=2))


def test_workers_are_forked_beside_a_thread_that_annotates() -> None:
    """The thread lets go between its batches; a lock that it held then would stop the workers."""
    nlp = pipeline(lambda doc: doc)
    over = threading.Event()
    failures: list[BaseException] = []

    def annotate_on() -> None:
        numbers = iter(range(10**9))
        try:
            while not over.is_set():
                list(nlp.pipe([f"word{next(numbers)} and{next(numbers)}" for _ in range(50)]))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=annotate_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(5):
            texts = [f"new{number}x{i}" for i in range(20)]
            assert [doc.text for doc in nlp.pipe(texts, n_process=2, batch_size=5)] == texts
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures


MODULE = """
from kernel.language import Language
from kernel.tokens import Doc

class Words:
    def __init__(self):
        self.known, self.extra = set(), set()

    def __call__(self, doc):
        doc.user_data["known"] = tuple(token.text in self.known for token in doc)
        return doc

    def to_bytes(self):
        return " ".join(sorted(self.known)).encode()

    def from_bytes(self, data):
        self.known = set(data.decode().split())

@Language.factory("words")
def make_words(nlp, name):
    return Words()
"""


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Language]:
    (tmp_path / "acme_words.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("acme_words")
    nlp = Language()
    nlp.add_pipe("words").known.add("good")
    # More than a pipe's buffer holds.
    for number in range(100):
        nlp.vocab.set_vector(f"word{number}", np.full(10_000, number, dtype="float32"))
    yield nlp
    del sys.modules["acme_words"]


@pytest.mark.usefixtures("forced_anew")
def test_new_interpreters_get_the_pipeline_as_bytes(words: Language) -> None:
    before = children()
    found = list(words.pipe(["a good day", "bad"] * 2, n_process=2, batch_size=1))
    assert [doc.user_data["known"] for doc in found] == [(False, True, False), (False,)] * 2
    assert children() == before


@pytest.mark.usefixtures("forced_anew")
def test_what_can_not_go_to_new_interpreters_is_refused_before_the_first_text(words: Language) -> None:
    def source() -> Iterator[str]:
        raise AssertionError("a text was read")
        yield ""

    before = children()
    words.get_pipe("words").extra.add("better")
    with pytest.raises(UsageError, match="'words' can't go to worker processes: extra would have") as error:
        list(words.pipe(source(), n_process=2))
    assert "another thread is inside" in error.value.__notes__[-1]
    assert children() == before


def remade(nlp: Language, **settings: Any) -> Language:
    """What a new interpreter makes of a pipeline."""
    return replica.make(replica.start_of(nlp, nlp.pipe_names, settings, "it is tested")[1])[0]


def test_new_interpreters_map_the_vectors_that_are_mapped_here(words: Language, tmp_path: Path) -> None:
    words.vocab.strings.add("another")
    words.vocab.reset_vectors(width=3)
    words.vocab.set_vector("good", np.arange(3))
    table = words.vocab.vectors
    assert remade(words).vocab.vectors == table
    words.vocab.to_disk(tmp_path)
    words.vocab.from_disk(tmp_path)
    settings: dict[str, Any] = {}
    data = replica.start_of(words, words.pipe_names, settings, "it is tested")[1]
    again = replica.make(data)[0]
    assert again.vocab.vectors == table and again.vocab.vectors.file == words.vocab.vectors.file is not None
    assert sorted(again.vocab.strings) == sorted(words.vocab.strings)
    table.data[0] = 7
    table.to_disk(tmp_path)
    with pytest.raises(UsageError, match="vectors were replaced while the worker processes started"):
        replica.make(data)
    # Those that have changed since travel as they are.
    words.vocab.vectors.data[0] = 5
    assert remade(words).vocab.get_vector("good").tolist() == [5, 5, 5]


def change_tokenizer(nlp: Language) -> None:
    nlp.tokenizer = lambda text: Doc(nlp.vocab, text.split())


class Hiding(Component):
    """Its own state is private, and it saves nothing of it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._seen: set[str] = set()

    def __call__(self, doc: Doc) -> Doc:
        return doc


class Saving(Hiding):
    def files(self) -> dict[str, SavedFile]:
        return {**super().files(), "seen": SavedFile(self.write, self.read)}

    def write(self) -> bytes:
        return " ".join(self._seen).encode()

    def read(self, data: bytes) -> None:
        self._seen = set(data.decode().split())


def add_hiding(nlp: Language, kind: type[Hiding] = Hiding) -> None:
    Language.factory("hiding", func=lambda nlp, name: kind(name))
    nlp.add_pipe("hiding")._seen.add("text")


def test_private_state_that_is_saved_goes_to_new_interpreters(words: Language) -> None:
    add_hiding(words, Saving)
    assert remade(words).get_pipe("hiding")._seen == {"text"}


def add_closure(nlp: Language) -> None:
    made: list[set[str]] = []

    def make(nlp: Language, name: str) -> Callable[[Doc], Doc]:
        seen: set[str] = set()
        made.append(seen)

        def look(doc: Doc) -> Doc:
            seen.add(doc.text)
            return doc

        return look

    Language.factory("look", func=make)
    nlp.add_pipe("look")
    made[0].add("text")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            change_tokenizer,
            "can't go to worker processes, .* because it is tested: the tokenizer, a function, can't be saved",
        ),
        (add_closure, "component 'look' can't go to worker processes: seen would have another value there"),
        (add_hiding, "component 'hiding' can't go to worker processes: _seen would have another value there"),
        (lambda nlp: nlp.vocab.add_flag(str.isupper), "the vocab can't go .*: lex_attr_getters would"),
        (lambda nlp: setattr(nlp.get_pipe("words"), "extra", None), "'words' can't go .*: extra would"),
    ],
)
def test_what_would_be_another_in_a_new_interpreter(
    words: Language, change: Callable[[Language], Any], message: str
) -> None:
    assert remade(words).get_pipe("words").known == {"good"}
    change(words)
    with pytest.raises(UsageError, match=message):
        remade(words)


def test_settings_that_can_not_travel_are_refused(words: Language) -> None:
    with pytest.raises(UsageError, match="component_cfg can't go to worker processes"):
        remade(words, words={"file": threading.Lock()})


def test_extensions_go_to_new_interpreters(words: Language) -> None:
    Doc.set_extension("number", default=3)
    _, data = replica.start_of(words, [], {}, "it is tested")
    Doc.remove_extension("number")
    replica.make(data)
    assert Doc.get_extension("number").default == 3


class OutOfTea(Exception):
    """An error of somebody's own, that its constructor's arguments don't make again."""

    def __init__(self, *, cups: int) -> None:
        super().__init__(f"{cups} cups")
        self.cups = cups


def test_an_error_of_a_component_can_be_caught_as_what_it_is() -> None:
    def fail(doc: Doc) -> Doc:
        raise OutOfTea(cups=0)

    nlp = pipeline(fail)
    with pytest.raises(OutOfTea, match="component 'part' failed on the document 'a'") as raised:
        list(nlp.pipe(["a", "b"], n_process=2))
    assert isinstance(raised.value, KernelError)


def test_an_error_of_a_class_that_nobody_finds_is_one_of_ours() -> None:
    class Hidden(Exception):
        pass

    def fail(doc: Doc) -> Doc:
        raise Hidden("no tea")

    nlp = pipeline(fail)
    with pytest.raises(KernelError, match="component 'part' failed on the document 'a'.*: Hidden: no tea"):
        list(nlp.pipe(["a", "b"], n_process=2))
