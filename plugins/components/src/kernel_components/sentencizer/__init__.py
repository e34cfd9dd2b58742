"""Sentence boundaries by punctuation."""
