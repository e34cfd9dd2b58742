"""Groups of spans."""

import pytest

from kernel.errors import DataError, KernelWarning, OutOfRange, WrongType
from kernel.tokens import Doc, Span, SpanGroup
from kernel.vocab import Vocab
from kernel.vocab.packing import pack


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


def test_a_copy_is_independent_and_groups_can_be_added(doc):
    doc.spans["a"] = [Span(doc, 0, 2, "X")]
    doc.spans["a"].attrs["key"] = ["value"]
    group = doc.spans["a"]
    copy = group.copy()
    copy.name = "b"
    copy.attrs["key"].append("more")
    copy.append(doc[3:4])
    assert (group.name, group.attrs, len(group)) == ("a", {"key": ["value"]}, 1)
    other = SpanGroup(doc, attrs={"key": "other", "new": 1}, spans=[doc[4:5]])
    both = group + other
    assert [span.text for span in both] == ["I saw", "."] and both.attrs == {"key": ["value"], "new": 1}
    assert len(group) == 1
    group += other
    group += [doc[0:1]]
    assert [span.text for span in doc.spans["a"]] == ["I saw", ".", "I"]


def test_a_copy_for_another_document_goes_by_characters(doc):
    group = SpanGroup(doc, spans=[Span(doc, 2, 4, "GPE", kb_id="Q60", span_id="1"), doc[6:6]])
    words = ["I saw", "New York", ".", "It", "rains", "!"]
    other = Doc(Vocab(), words=words, spaces=[True, False, True, True, False, False])
    found = group.copy(doc=other)
    span = found[0]
    assert (span.start, span.end, span.label_, span.kb_id_, span.id_) == (1, 2, "GPE", "Q60", "1")
    assert found.doc is other
    with pytest.raises(DataError, match="no tokens of the other document begin and end where 'saw' does"):
        SpanGroup(doc, spans=[doc[1:2]]).copy(doc=other)


def test_a_group_as_bytes(doc):
    group = SpanGroup(doc, name="g", attrs={"key": 1}, spans=[Span(doc, 2, 4, "GPE", kb_id="Q60"), doc[6:6]])
    again = SpanGroup(doc).from_bytes(group.to_bytes())
    assert again == group and [span.kb_id_ for span in again] == ["Q60", ""]
    with pytest.raises(OutOfRange, match="outside of the text of 3 tokens"):
        SpanGroup(Doc(doc.vocab, ["a", "b", "c"])).from_bytes(group.to_bytes())


def test_places_outside_of_a_group_are_refused(doc):
    group = SpanGroup(doc, spans=[doc[0:1]])
    for index in (1, -2):
        with pytest.raises(IndexError):
            group[index] = doc[1:2]
        with pytest.raises(IndexError):
            del group[index]
    group[-1] = doc[1:2]
    assert group[0].text == "saw"


def test_all_groups_as_bytes(doc):
    shared = SpanGroup(doc, name="shared", spans=[doc[0:1]])
    doc.spans["a"], doc.spans["b"], doc.spans["c"] = shared, shared, [Span(doc, 2, 4, "GPE")]
    doc.spans["c"].attrs["key"] = 1
    data = doc.spans.to_bytes()
    other = doc.copy()
    other.spans.clear()
    assert other.spans.from_bytes(data) is not None and other.spans.to_bytes() == data
    assert {key: [span.text for span in group] for key, group in other.spans.items()} == {
        "a": ["I"], "b": ["I"], "c": ["New York"]
    }  # fmt: skip
    assert other.spans["c"].attrs == {"key": 1}
    assert len(doc.spans.from_bytes(Doc(doc.vocab).spans.to_bytes())) == 0
    with pytest.raises(OutOfRange):
        Doc(doc.vocab, ["a"]).spans.from_bytes(data)


def test_in_an_old_file_groups_have_no_keys_but_names(doc):
    groups = [SpanGroup(doc, name="x", spans=[doc[start : start + 1]]).to_bytes() for start in (0, 1)]
    doc.spans.from_bytes(pack(groups[:1]))
    assert [span.text for span in doc.spans["x"]] == ["I"]
    with pytest.warns(KernelWarning, match="several groups of spans are called 'x'"):
        doc.spans.from_bytes(pack(groups))
    assert [span.text for span in doc.spans["x"]] == ["saw"]


def test_all_groups_can_be_copied_into_another_document(doc):
    doc.spans["a"] = [doc[2:4]]
    other = Doc(Vocab(), words=["I saw", "New York", ".", "It rains!"], spaces=[True, False, True, False])
    assert [span.start for span in doc.spans.copy(other)["a"]] == [1] and other.spans["a"][
        0
    ].text == "New York"


def test_what_is_no_span_is_refused(doc):
    with pytest.raises(WrongType, match="the group 'a' holds spans, not 1"):
        doc.spans["a"] = [1]
    with pytest.raises(WrongType, match="not None\nWhere `char_span` finds no span"):
        doc.spans["a"] = [doc[0:1], doc.char_span(0, 0)]
    assert "a" not in doc.spans
