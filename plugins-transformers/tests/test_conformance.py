"""Every registered name of the package goes through the suite of its kind."""

from kernel.testing import MiscSuite, sample_docs


class SpanGetter(MiscSuite):
    """A span getter: returns a function from documents to a list of spans for each."""

    kind = "span_getters"
    goldens = "goldens.json"

    def as_plain(self, getter):
        docs = sample_docs()
        for doc in docs:
            for token in doc:
                token.is_sent_start = token.i % 4 == 0
        return [[(span.start, span.end) for span in spans] for spans in getter(docs)]


class TestDocSpans(SpanGetter):
    name = "kernel.doc_spans.v1"


class TestSentSpans(SpanGetter):
    name = "kernel.sent_spans.v1"


class TestStridedSpans(SpanGetter):
    name = "kernel.strided_spans.v1"
    settings = {"window": 5, "stride": 3}
