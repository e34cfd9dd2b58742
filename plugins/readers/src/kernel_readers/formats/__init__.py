"""File formats: each module reads one format into reference documents.

A format is a function `read(path, nlp, *, n_sents=None) -> Iterator[Doc]`. The documents carry the gold
annotation; the corpus pairs them with freshly tokenized ones. `n_sents` is the number of sentences a document
gets where a file has sentences but no documents of its own.
"""
