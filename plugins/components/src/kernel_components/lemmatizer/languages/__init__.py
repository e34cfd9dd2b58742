"""Lemmatizers of languages that have an order of rules of their own."""
