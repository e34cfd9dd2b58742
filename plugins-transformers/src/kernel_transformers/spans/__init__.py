"""Span getters: which parts of a document a transformer reads together."""
