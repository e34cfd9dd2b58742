"""File formats: each module reads one format into reference documents.

A format is a `Format`: a function of the path, the pipeline, settings and a report that yields documents. The documents
carry the gold annotation; the corpus pairs them with freshly tokenized ones.
"""
