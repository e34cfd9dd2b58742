"""Streams of texts."""

import pytest

from kernel.component import Component
from kernel.errors import DataError, KernelError, UsageError
from kernel.language import Language
from kernel.registries.family import registry

pytestmark = pytest.mark.usefixtures("marks")


def test_pipe_is_lazy_keeps_the_order_and_works_in_batches():
    nlp = Language()
    mark = nlp.add_pipe("mark")
    taken = []

    def texts():
        for i in range(100):
            taken.append(i)
            yield f"text {i}"

    stream = nlp.pipe(texts(), batch_size=10)
    assert taken == []
    assert next(stream).text == "text 0"
    assert len(taken) == 10
    assert [doc.text for doc in stream] == [f"text {i}" for i in range(1, 100)]
    assert mark.batches == [10] * 10


def test_pipe_bounds_what_is_in_flight_by_length():
    nlp = Language()
    mark = nlp.add_pipe("mark")
    list(nlp.pipe(["word " * 10_000] * 6, batch_size=1000))
    assert max(mark.batches) <= 3


def test_pipe_takes_docs_and_texts_together():
    nlp = Language()
    nlp.add_pipe("mark")
    doc = nlp.make_doc("b")
    docs = list(nlp.pipe(["a", doc, "c"]))
    assert [d.text for d in docs] == ["a", "b", "c"] and docs[1] is doc


def test_pipe_with_contexts():
    nlp = Language()
    nlp.add_pipe("noop")
    found = list(nlp.pipe(((str(i), i) for i in range(25)), as_tuples=True, batch_size=10))
    assert [(doc.text, context) for doc, context in found] == [(str(i), i) for i in range(25)]
    with pytest.raises(UsageError, match="pairs"):
        list(nlp.pipe(["a"], as_tuples=True))


def test_pipe_of_one_string_is_a_mistake():
    with pytest.raises(UsageError, match="nlp\\(text\\)"):
        Language().pipe("some text")


def test_pipe_of_something_else_is_a_mistake():
    with pytest.raises(UsageError, match="text 1 .*int"):
        list(Language().pipe(["a", 1]))


def test_settings_for_one_call_reach_the_component():
    with registry.restored():

        @Language.component("adder")
        def adder(doc, *, amount=1):
            doc.user_data["amount"] = amount
            return doc

        nlp = Language()
        nlp.add_pipe("adder")
        assert nlp("x", component_cfg={"adder": {"amount": 3}}).user_data == {"amount": 3}
        assert next(iter(nlp.pipe(["x"]))).user_data == {"amount": 1}


def test_a_long_text_is_refused_with_its_position():
    nlp = Language(max_length=10)
    with pytest.raises(DataError, match="document 1.*max_length = 10"):
        list(nlp.pipe(["short", "much too long"]))
    with pytest.raises(DataError, match="13 characters"):
        nlp("much too long")


def test_an_error_names_component_and_document():
    nlp = Language()
    nlp.add_pipe("fussy")
    with pytest.raises(KernelError, match="component 'fussy'.*'bad'.*ValueError: I don't like it"):
        nlp("bad")
    with pytest.raises(KernelError, match="component 'fussy'.*'bad'"):
        list(nlp.pipe(["good", "bad", "fine"]))


@pytest.mark.parametrize("is_set", [True, False])
def test_an_error_handler_lets_documents_go(is_set):
    nlp = Language()
    nlp.add_pipe("mark")
    nlp.add_pipe("fussy")
    nlp.add_pipe("shout")
    failed = []

    def handler(name, component, docs, error):
        failed.append((name, docs[0].text))

    if is_set:
        nlp.set_error_handler(handler)
    else:
        nlp.default_error_handler = handler
    found = list(nlp.pipe([("a", 1), ("bad", 2), ("c", 3)], as_tuples=True))
    assert [(doc.text, context) for doc, context in found] == [("a", 1), ("c", 3)]
    assert failed == [("fussy", "bad")]


@pytest.mark.parametrize("as_class", [False, True])
def test_a_component_that_takes_single_documents_sees_each_once(as_class):
    seen = []

    def count(doc):
        seen.append(doc.text)
        if doc.text == "bad":
            raise ValueError("no")
        return doc

    class Counter(Component):
        def __call__(self, doc):
            return count(doc)

    with registry.restored():
        Language.factory("counter", func=lambda nlp, name: Counter(name) if as_class else count)
        nlp = Language()
        nlp.add_pipe("counter")
        nlp.set_error_handler(lambda name, component, docs, error: None)
        assert [doc.text for doc in nlp.pipe(["a", "b", "bad", "c"])] == ["a", "b", "c"]
    assert seen == ["a", "b", "bad", "c"]


def test_a_component_that_returns_no_doc_is_named():
    with registry.restored():
        Language.component("forgetful", func=lambda doc: None)
        nlp = Language()
        nlp.add_pipe("forgetful")
        with pytest.raises(KernelError, match="forgetful.*must return a Doc, not NoneType") as caught:
            nlp("x")
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)


class OutOfTea(Exception):
    """An error of somebody's own."""

    def __init__(self, cups):
        super().__init__(f"{cups} cups")
        self.cups = cups


def raising(error):
    @Language.component("raising")
    def fail(doc):
        raise error

    nlp = Language()
    nlp.add_pipe("raising")
    return nlp


@pytest.mark.parametrize("error", [OutOfTea(0), KeyError("tea"), DataError("no tea"), OSError(5, "no tea")])
def test_an_error_of_a_component_can_be_caught_as_what_it_is(error):
    nlp = raising(error)
    for run in (lambda: nlp("text"), lambda: list(nlp.pipe(["text", "more"]))):
        with pytest.raises(type(error), match="component 'raising' failed on the document 'text'") as raised:
            run()
        assert isinstance(raised.value, KernelError)
        assert raised.value.__cause__ is error
        assert getattr(raised.value, "cups", None) == getattr(error, "cups", None)


def test_the_end_of_an_iterator_in_a_component_does_not_end_the_stream():
    nlp = raising(StopIteration(3))
    with pytest.raises(
        KernelError, match="component 'raising' failed on the document 'text': StopIteration: 3"
    ):
        list(nlp.pipe(["text", "more"]))
