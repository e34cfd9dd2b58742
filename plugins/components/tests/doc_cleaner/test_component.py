"""The cleaner: what it sets, and what it says of attributes that aren't there."""

import numpy as np
import pytest

from kernel.errors import KernelWarning
from kernel.language import Language
from kernel.tokens import Doc, underscore


@pytest.fixture(autouse=True)
def own_extensions():
    with underscore.restored():
        yield


def cleaned(**settings):
    nlp = Language()
    doc = Doc(nlp.vocab, words=["a", "b"])
    doc.tensor = np.ones((2, 3), dtype="float32")
    return nlp.add_pipe("doc_cleaner", config=settings), doc


def test_the_tensor_goes_and_the_document_can_be_used_and_saved():
    component, doc = cleaned()
    assert component(doc) is doc
    assert len(doc.tensor) == 0
    assert len(Doc(doc.vocab).from_bytes(doc.to_bytes())) == 2 and len(doc.copy()) == 2


def test_extension_attributes_are_set():
    Doc.set_extension("trf_data", default=None)
    component, doc = cleaned(attrs={"_.trf_data": None, "user_data": {}})
    doc._.trf_data = "much"
    component(doc)
    assert doc._.trf_data is None


def test_what_is_not_there_is_passed_over_or_said():
    component, doc = cleaned(attrs={"nothing": 1, "_.nothing": 2, "no.thing": 3})
    component(doc)
    Doc.set_extension("trf_data", default=None)
    component, doc = cleaned(attrs={"_.nothing": 2}, silent=False)
    with pytest.warns(KernelWarning, match=r"no attribute '_\.nothing', which is to be set to 2"):
        component(doc)
