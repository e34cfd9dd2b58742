"""Running a pipeline in worker processes gives what running it here gives."""

import importlib
import sys

import pytest

from kernel.errors import DataError, UsageError
from kernel.language import Language
from kernel.registries.family import registry

MODULE = """
from kernel.language import Language

@Language.component("shout")
def shout(doc):
    if doc.text == "bad":
        raise ValueError("I don't like it")
    doc.user_data["said"] = doc.text.upper()
    return doc
"""


@pytest.fixture
def nlp(tmp_path, monkeypatch):
    (tmp_path / "acme_shout.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    with registry.restored():
        importlib.import_module("acme_shout")
        pipeline = Language(max_length=1000)
        pipeline.add_pipe("shout")
        yield pipeline
    del sys.modules["acme_shout"]


def test_results_and_their_order_are_the_same(nlp):
    texts = [f"text number {i}" for i in range(23)]
    stream = [(nlp.make_doc(text) if i % 5 == 0 else text, i) for i, text in enumerate(texts)]
    found = list(nlp.pipe(stream, n_process=2, batch_size=4, as_tuples=True))
    assert [(doc.text, doc.user_data["said"], i) for doc, i in found] == [
        (text, text.upper(), i) for i, text in enumerate(texts)
    ]
    assert all(doc.vocab is nlp.vocab for doc, _ in found)


def test_errors_come_back_with_their_place(nlp):
    failed = []
    nlp.set_error_handler(
        lambda name, component, docs, error: failed.append((name, docs[0].text, str(error)))
    )
    assert [doc.text for doc in nlp.pipe(["good", "bad", "fine"], n_process=2)] == ["good", "fine"]
    ((name, text, message),) = failed
    assert (name, text) == ("shout", "bad")
    assert "component 'shout' failed on the document 'bad': ValueError: I don't like it" in message


def test_long_texts_and_numbers_of_processes_are_checked(nlp):
    with pytest.raises(DataError, match="document 1.*max_length = 1000"):
        list(nlp.pipe(["short", "x" * 1001], n_process=2))
    with pytest.raises(UsageError, match="n_process"):
        list(nlp.pipe(["short"], n_process=0))
