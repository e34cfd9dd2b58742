"""Texts for plugins that say what a transformer reads, and what is kept of what it gives."""

from kernel.cli.scaffold.kinds import Kind

SPAN_GETTERS = Kind(
    module="spans",
    function="make_spans",
    registered="$owner.equal_spans.v1",
    about="what a transformer reads at once: parts of a document that are equally long",
    code='''"""What a transformer reads at once: parts of a document that are equally long."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc, Span


def make_spans(
    longest: PositiveInt = 100,
) -> Callable[[Sequence[Doc]], list[list[Span]]]:
    """Cut documents into as few spans as there can be. longest: tokens of a span at most."""

    def equal_spans(docs: Sequence[Doc]) -> list[list[Span]]:
        return [parts(doc, longest) for doc in docs]

    return equal_spans


def parts(doc: Doc, longest: int) -> list[Span]:
    """The spans of a document. Each token is in one; spans may also overlap, or leave tokens out."""
    count = -(-len(doc) // longest)
    borders = [len(doc) * part // max(count, 1) for part in range(count + 1)]
    return [doc[start:end] for start, end in pairwise(borders)]
''',
    test='''"""All tokens are in spans, none of which is too long."""

import pytest
from kernel import registry
from kernel.tokens import Doc
from kernel.vocab import Vocab

NAME = "$owner.equal_spans.v1"


@pytest.mark.parametrize("length", [0, 1, 3, 4, 10])
def test_spans_cover_documents(length: int) -> None:
    doc = Doc(Vocab(), words=["a"] * length)
    make_spans = registry.get("span_getters", NAME)
    (spans,) = make_spans(longest=3)([doc])
    assert [token.i for span in spans for token in span] == list(range(length))
    assert len(spans) == -(-length // 3) and all(0 < len(span) <= 3 for span in spans)
''',
)

ANNOTATION_SETTERS = Kind(
    module="setter",
    function="make_setter",
    registered="$owner.pieces_setter.v1",
    about="what is kept of a transformer's output: how many pieces each document has",
    code='''"""What is kept of a transformer's output: how many pieces each document has."""

from collections.abc import Callable, Sequence
from typing import Any

from kernel.tokens import Doc


def make_setter(extension: str = "pieces") -> Callable[[Sequence[Doc], Any], None]:
    """Set an attribute of documents to the number of their pieces. extension: its name in `doc._`."""
    if not Doc.has_extension(extension):
        Doc.set_extension(extension, default=0)

    def pieces_setter(docs: Sequence[Doc], trf_data: Any) -> None:
        """trf_data: a FullTransformerBatch, all that the transformer gave for the documents of a batch."""
        for doc, data in zip(docs, trf_data.doc_data, strict=True):
            setattr(doc._, extension, len(data.rows))

    return pieces_setter
''',
    test='''"""The number of pieces is that of the rows."""

from types import SimpleNamespace

from kernel import registry
from kernel.tokens import Doc
from kernel.vocab import Vocab

NAME = "$owner.pieces_setter.v1"


def test_pieces_are_counted() -> None:
    docs = [Doc(Vocab(), words=words) for words in (["a", "b"], [])]
    datas = [SimpleNamespace(rows=[[0.0]] * count) for count in (3, 0)]
    batch = SimpleNamespace(doc_data=datas)
    make_setter = registry.get("annotation_setters", NAME)
    make_setter()(docs, batch)
    assert [doc._.pieces for doc in docs] == [3, 0]
''',
)
