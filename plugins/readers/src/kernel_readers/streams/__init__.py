"""Corpora that are read by address: what they take from disk and memory does not depend on how large they are."""
