"""What happens to the documents of a batch that a component fails on."""

import pytest
from kernel.registry import registry

from kernel.component import Component
from kernel.errors import KernelError
from kernel.language import Language
from kernel.tokens import Doc

TEXTS = ["first", "second", "bad", "fourth", "fifth"]


def mark(doc):
    """Changes that add up when they are made twice."""
    if "marks" in doc.cats:
        raise AssertionError("this document was annotated before")
    doc.cats["marks"] = 1.0
    doc.user_data.setdefault("marks", []).append(len(doc))
    doc.spans["marks"] = [*doc.spans.get("marks", ()), doc[0:1]]
    doc[0].tag_ += "+"


class OneByOne(Component):
    """Hands on each document as soon as it is done."""

    def pipe(self, stream, *, batch_size=128):
        for doc in stream:
            mark(doc)
            if doc.text == "bad":
                raise ValueError("no")
            yield doc

    def __call__(self, doc):
        return next(self.pipe([doc]))


class AllAtOnce(OneByOne):
    """Annotates the whole batch before it hands on any."""

    def pipe(self, stream, *, batch_size=128):
        yield from list(super().pipe(stream, batch_size=batch_size))


class OnlyTogether(OneByOne):
    """Fails on more than one document."""

    def pipe(self, stream, *, batch_size=128):
        docs = list(stream)
        for doc in docs:
            mark(doc)
        if len(docs) > 1:
            raise MemoryError
        yield from docs


class Mixed(OneByOne):
    """Returns something else than documents."""

    def pipe(self, stream, *, batch_size=128):
        for doc in stream:
            mark(doc)
            yield doc if doc.text != "bad" else doc.text


@pytest.fixture(params=[OneByOne, AllAtOnce, OnlyTogether, Mixed])
def kind(request):
    with registry.restored():
        Language.factory("marker", func=lambda nlp, name: request.param(name))
        yield request.param


def pipeline():
    nlp = Language()
    nlp.add_pipe("marker")
    return nlp


def is_marked_once(doc):
    assert doc.cats == {"marks": 1.0}
    assert doc.user_data["marks"] == [1]
    assert [span.text for span in doc.spans["marks"]] == [doc.text]
    assert doc[0].tag_.count("+") == 1
    return True


def test_documents_that_are_kept_were_annotated_once(kind):
    nlp, failed = pipeline(), []
    nlp.set_error_handler(lambda name, component, docs, error: failed.extend(doc.text for doc in docs))
    kept = list(nlp.pipe(TEXTS))
    assert all(map(is_marked_once, kept))
    if kind is OnlyTogether:
        assert [doc.text for doc in kept] == failed == TEXTS
    else:
        assert [doc.text for doc in kept] == [text for text in TEXTS if text != "bad"]
        assert failed == ["bad"]


def test_the_error_is_that_of_the_document_at_fault(kind):
    nlp = pipeline()
    message = "batch of 5 documents.*MemoryError" if kind is OnlyTogether else "on the document 'bad'"
    with pytest.raises(KernelError, match=message):
        list(nlp.pipe(TEXTS))


def test_documents_of_the_caller_keep_what_they_had(kind):
    """A second component fails after it has changed what an earlier one set; documents come in ready made."""
    nlp = pipeline()
    nlp.set_error_handler(lambda name, component, docs, error: None)
    docs = [Doc(nlp.vocab, [text], spaces=[False], tags=["T"]) for text in TEXTS]
    for doc in docs:
        doc.user_data["mine"] = [doc.text]
    kept = list(nlp.pipe(docs))
    assert all(doc in docs for doc in kept)
    assert all(map(is_marked_once, kept))
    assert [doc[0].tag_ for doc in kept] == ["T+"] * len(kept)
    assert [doc.user_data["mine"] for doc in kept] == [[doc.text] for doc in kept]


def test_a_batch_that_succeeds_is_run_once():
    calls = []

    class Counter(Component):
        def pipe(self, stream, *, batch_size=128):
            docs = list(stream)
            calls.append(len(docs))
            return docs

        def __call__(self, doc):
            raise AssertionError("not called for a batch")

    with registry.restored():
        Language.factory("counter", func=lambda nlp, name: Counter(name))
        nlp = Language()
        nlp.add_pipe("counter")
        assert [doc.text for doc in nlp.pipe(TEXTS)] == TEXTS
    assert calls == [5]


def test_a_single_document_is_never_run_twice():
    calls = []

    class Failing(Component):
        def pipe(self, stream, *, batch_size=128):
            calls.append(len(list(stream)))
            raise ValueError("no")

    with registry.restored():
        Language.factory("failing", func=lambda nlp, name: Failing(name))
        nlp = Language()
        nlp.add_pipe("failing")
        with pytest.raises(KernelError, match="'failing' failed on the document 'one'"):
            nlp("one")
    assert calls == [1]
