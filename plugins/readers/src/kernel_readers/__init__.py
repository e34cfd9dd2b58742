"""Corpus readers and converters for kernel: .spacy, CoNLL-U, column files, JSONL, plain text."""
