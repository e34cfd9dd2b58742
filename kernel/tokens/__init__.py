"""Documents: a tokenized text, views on it, and collections of it."""

from kernel.tokens.doc import Doc
from kernel.tokens.doc_bin import DocBin
from kernel.tokens.example import Example
from kernel.tokens.morph import MorphAnalysis
from kernel.tokens.span import Span
from kernel.tokens.span_group import SpanGroup
from kernel.tokens.token import Token

__all__ = ["Doc", "DocBin", "Example", "MorphAnalysis", "Span", "SpanGroup", "Token"]
