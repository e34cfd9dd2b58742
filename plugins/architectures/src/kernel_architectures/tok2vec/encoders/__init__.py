"""Encoders: from vectors of words to vectors of words in context."""
