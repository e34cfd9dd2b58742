"""Pipeline components for kernel: tok2vec, ner, tagger, morphologizer, sentences, text classification, and their scorers."""
