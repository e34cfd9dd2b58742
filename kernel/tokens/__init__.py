"""Documents: a tokenized text, views on it, and collections of it."""

from kernel.tokens.doc import Doc
from kernel.tokens.morph import MorphAnalysis
from kernel.tokens.span import Span
from kernel.tokens.span_group import SpanGroup
from kernel.tokens.token import Token

__all__ = ["Doc", "MorphAnalysis", "Span", "SpanGroup", "Token"]
