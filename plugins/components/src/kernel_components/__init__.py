"""Pipeline components for kernel: tok2vec, ner, tagger, text classification, and their scorers."""
