"""Parts of documents."""

import pytest

from kernel.errors import DataError
from kernel.tokens import Doc, Span


def test_spans(doc):
    span = doc[2:4]
    assert (span.text, span.start_char, span.end_char, len(span)) == ("New York", 6, 14, 2)
    assert span[1].text == "York" and span[-1].text == "York" and span[1:].text == "York"
    assert doc[3:1].text == "" and doc[-2:].text == "rains!"
    assert span.text_with_ws == "New York" and doc[0:1].text_with_ws == "I "
    assert span == doc[2:4] and span != doc[2:5] and len({span, doc[2:4]}) == 1
    assert span.lemma_ == "New York" and span.ents == doc.ents and span.sent.start == 0
    with pytest.raises(DataError):
        Span(doc, 3, 9)


@pytest.mark.parametrize(
    ("start", "end", "mode", "text"),
    [
        (6, 14, "strict", "New York"),
        (6, 13, "strict", None),
        (6, 15, "strict", "New York."),
        (7, 14, "contract", "York"),
        (7, 9, "contract", None),
        (7, 12, "expand", "New York"),
        (5, 6, "strict", None),
        (0, 25, "strict", "I saw New York. It rains!"),
        (0, 26, "strict", None),
        (-1, 3, "expand", None),
        (3, 3, "expand", None),
        (1, 4, "expand", "saw"),
        (1, 2, "expand", None),
    ],
)
def test_char_span(doc, start, end, mode, text):
    span = doc.char_span(start, end, label="L", alignment_mode=mode)
    assert (span.text if span is not None else None) == text
    assert span is None or span.label_ == "L"


def test_the_sentence_of_a_span(doc):
    assert [token.sent.start for token in doc] == [0] * 5 + [5] * 3
    assert (doc[4:6].sent.start, doc[8:8].sent.start) == (0, 5)
    assert len(Doc(doc.vocab)[0:0].sent) == 0
