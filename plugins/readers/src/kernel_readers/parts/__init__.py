"""A corpus of several corpora, whose parts may lie on several machines."""
