"""Attributes of ones own."""

import pytest

from kernel.errors import KernelWarning, UsageError
from kernel.tokens import Doc, Span, Token
from kernel.tokens.underscore import Underscore


def test_extension_attributes(doc):
    Doc.set_extension("topic", default=None)
    Doc.set_extension("notes", default=[])
    Doc.set_extension("size", getter=len)
    Doc.set_extension("first", method=lambda doc, n: doc[:n].text)
    try:
        doc._.topic = "weather"
        doc._.notes.append("x")
        assert (doc._.topic, doc._.notes, doc._.size, doc._.first(2)) == ("weather", ["x"], 8, "I saw")
        assert Doc(doc.vocab)._.notes == []
        assert doc._.has("topic") and doc._.get("topic") == "weather"
        with pytest.raises(UsageError, match="already"):
            Doc.set_extension("topic", default=1)
        Doc.set_extension("topic", default=1, force=True)
        with pytest.warns(KernelWarning, match="'size' is computed and has no setter"):
            doc._.size = 3
        assert doc._.size == 8 and len(doc.user_data) == 2
        with pytest.raises(AttributeError, match="'first' is a method"):
            doc._.first = 3
        with pytest.raises(AttributeError, match="set_extension"):
            doc._.unknown  # noqa: B018
    finally:
        for name in ("topic", "notes", "size", "first"):
            Doc.remove_extension(name)
    assert not Doc.has_extension("topic")


def test_extension_attributes_of_spans_and_tokens(doc):
    from kernel.tokens import Token

    Span.set_extension("good", default=False)
    Token.set_extension("rank", default=0)
    try:
        doc[2:4]._.good = True
        doc[2]._.rank = 5
        assert doc[2:4]._.good and not doc[2:5]._.good
        assert [token._.rank for token in doc][1:4] == [0, 5, 0]
    finally:
        Span.remove_extension("good")
        Token.remove_extension("rank")


@pytest.mark.parametrize(
    "wrong", [{"default": 1, "getter": len}, {"setter": print}, {"getter": 5}, {"default": 1, "method": len}]
)
def test_contradictory_extensions_are_refused(wrong):
    with pytest.raises(UsageError):
        Doc.set_extension("wrong", **wrong)


def test_the_tables_can_be_looked_at_and_emptied(doc):
    Doc.set_extension("topic", default="weather")
    assert Underscore.doc_extensions["topic"].default == "weather" and Doc.has_extension("topic")
    assert "topic" not in Underscore.span_extensions and "topic" not in Underscore.token_extensions
    Underscore.doc_extensions = {}
    assert not Doc.has_extension("topic") and not doc._.has("topic")


def test_a_method_has_its_docstring(doc):
    def first(doc, n):
        """The first words."""

    Doc.set_extension("first", method=first)
    try:
        assert doc._.first.__doc__ == "The first words."
    finally:
        Doc.remove_extension("first")


def test_an_extension_of_nothing_is_refused():
    for owner in (Doc, Span, Token):
        with pytest.raises(UsageError, match=r"extension 'empty': give one of default.*\n.*default=None"):
            owner.set_extension("empty")
        assert not owner.has_extension("empty")
        assert owner.get_extension("empty") is None
        with pytest.raises(UsageError, match=f"{owner.__name__} has no extension 'empty'"):
            owner.remove_extension("empty")
    Doc.set_extension("empty", default=None)
    try:
        assert Doc.get_extension("empty") == (None, None, None, None)
    finally:
        Doc.remove_extension("empty")
