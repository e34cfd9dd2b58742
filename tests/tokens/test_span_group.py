"""Groups of spans."""

import pytest

from kernel.errors import DataError
from kernel.tokens import Doc, Span


def test_span_groups(doc):
    doc.spans["sc"] = [doc[0:2], Span(doc, 1, 4, label="X")]
    group = doc.spans["sc"]
    assert [(span.text, span.label_) for span in group] == [("I saw", ""), ("saw New York", "X")]
    assert group.has_overlap and group.name == "sc" and len(group) == 2
    group.attrs["scores"] = [0.1, 0.9]
    assert doc.spans["sc"].attrs == {"scores": [0.1, 0.9]}
    group.append(doc[6:7])
    assert len(doc.spans["sc"]) == 3
    assert list(doc.spans) == ["sc"] and "other" not in doc.spans
    assert list(doc.spans.setdefault("other", [])) == []
    with pytest.raises(DataError, match="another document"):
        doc.spans["x"] = [Doc(doc.vocab, words=["a"])[0:1]]


def test_a_group_keeps_its_document_alive(vocab):
    group = Doc(vocab, words=["a", "b"]).spans
    group["x"] = [group.doc[0:1]]
    assert group["x"][0].text == "a"
